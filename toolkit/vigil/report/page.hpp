// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/report/assets.hpp"
#include "vigil/report/figures.hpp"
#include "vigil/report/report.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Parts of report.html. Every function returns HTML in which each value of the report is escaped.
namespace vigil::report {

/// What stands on a page: the text of the kicker ("report"), the heading, and the HTML of <main>.
struct PageParts {
  std::string title, kind, body;
  std::vector<Figure> figures = {};
};
/// A whole page: head with its content security policy, heading, body, the figures' specifications and their script.
[[nodiscard]] std::string page_text(const PageParts& parts, const Assets& assets);
/// What a reader is told who will see no figures: this build has none, or their viewer runs no script.
[[nodiscard]] std::string figures_note(const Assets& assets);

/// The figures that stand under a section, and whether this build can draw them.
struct PageFigures {
  std::vector<Figure> figures;
  bool drawable = true;
};

/// <name class="...">inner</name>; `inner` is HTML already.
[[nodiscard]] std::string
element(std::string_view name, std::string_view inner, std::string_view css_class = {});
/// A paragraph of plain text.
[[nodiscard]] std::string paragraph(std::string_view text, std::string_view css_class = {});

/// A table of plain text cells; the first `words` columns are text, the others numbers (right aligned).
struct PageTable {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  std::size_t words = 1;
  std::vector<bool> strong = {}; ///< rows to set in bold
};
[[nodiscard]] std::string table_block(const PageTable& table);

/// A figure with caption and data table; empty when the report has no figure of that name.
[[nodiscard]] std::string figure_block(const PageFigures& figures, std::string_view name);
/// All figures whose names start so, side by side where there is room.
[[nodiscard]] std::string figure_grid(const PageFigures& figures, std::string_view prefix);

/// The small mark of an action: circle, square, triangle.
[[nodiscard]] std::string action_mark(triage::Action action);

[[nodiscard]] std::string verdict_section(const Report& report);
[[nodiscard]] std::string triage_section(const Report& report, const PageFigures& figures);
[[nodiscard]] std::string performance_section(const Report& report, const PageFigures& figures);
[[nodiscard]] std::string features_section(const Report& report, const PageFigures& figures);
[[nodiscard]] std::string forest_section(const Report& report, const PageFigures& figures);
/// Empty where no null check was asked for.
[[nodiscard]] std::string null_check_section(const Report& report);
[[nodiscard]] std::string study_section(const Report& report);

} // namespace vigil::report
