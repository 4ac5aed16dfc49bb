// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/report/report.hpp"

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Reporting guidelines as drafts: what the run knows is filled in, what it cannot know is left to the authors and said.
namespace vigil::report {

/// One item of a guideline.
struct ChecklistItem {
  std::string_view item, topic;   ///< number, and what is to be reported
  std::string filled = {};        ///< by the run; empty: nothing
  std::string_view open = {};     ///< what the authors must still say; empty: nothing
  std::string_view evidence = {}; ///< files of the results folder that show it, separated by blanks
};

struct Checklist {
  std::string_view name, title, source;
  std::vector<ChecklistItem> items;
};

/// Twenty items for studies of prognostic markers of tumours.
/// source  McShane et al. 2005, J. Natl. Cancer Inst. 97:1180; Altman et al. 2012, PLoS Med. 9:e1001216;
///         checked by tests/unit/report/checklists_test
[[nodiscard]] Checklist remark(const Report& report);

/// Twenty-seven items for prediction models.
/// source  Collins et al. 2024, BMJ 385:e078378; checked by tests/unit/report/checklists_test
[[nodiscard]] Checklist tripod_ai(const Report& report);

/// filled (nothing left to say), partly, author (all of it is the authors').
[[nodiscard]] std::string_view status_of(const ChecklistItem& item);

/// As Markdown: a table with one row for each item.
[[nodiscard]] std::string checklist_text(const Checklist& checklist);
/// As TSV: checklist, item, topic, status, filled, open, evidence.
[[nodiscard]] std::string table_text(std::span<const Checklist> checklists);

/// Writes REMARK.md, TRIPOD_AI.md and items.tsv into the folder, each whole or not at all. Throws ConfigError, ResourceError.
void write_checklists(const Report& report, const std::filesystem::path& directory);

} // namespace vigil::report
