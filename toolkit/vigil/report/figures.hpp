// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/report/report.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace vigil::report {

/// One named column of a figure's data.
struct FigureColumn {
  std::string name;
  std::variant<std::vector<double>, std::vector<std::string>> values;
};

/// Data of one layer. A decoration (a threshold line, the diagonal) belongs to the drawing and has no table.
struct FigureData {
  std::string name;
  std::vector<FigureColumn> columns;
  bool decoration = false;
};

/// A drawing: a template of assets/templates, filled. Numbers carry four significant digits.
struct Figure {
  std::string name;          ///< file name without ending
  std::string template_name; ///< assets/templates/<template_name>.vl.json
  std::string title, caption;
  std::vector<FigureData> data; ///< the first set is the table shown beside the figure
  std::vector<std::pair<std::string, double>> numbers = {}; ///< signals of the template
  std::vector<std::pair<std::string, std::string>> texts =
      {};            ///< signals, or `@name` places of the template
  Index marks = 0;   ///< above 2000 a canvas is drawn
  int widest = 1104; ///< pixels
};

/// Rows of a set.
[[nodiscard]] Index rows_of(const FigureData& data);
/// Cell of a column as table text.
[[nodiscard]] std::string cell_text(const FigureColumn& column, Index row);
/// Part of a file name: letters, digits, `.` and `-`; anything else becomes `_`.
[[nodiscard]] std::string file_word(std::string text);
/// The value rounded to four significant digits.
[[nodiscard]] double four_digits(double value);

/// All figures that the report has values for, in page order.
[[nodiscard]] std::vector<Figure> figures_of(const Report& report);
[[nodiscard]] std::vector<Figure> triage_figures(const Report& report);
[[nodiscard]] std::vector<Figure> performance_figures(const Report& report);
[[nodiscard]] std::vector<Figure> feature_figures(const Report& report);
/// Of each forest: importance_<learner>_<kind>, forest_error_<learner>.
[[nodiscard]] std::vector<Figure> forest_figures(const Report& report);

/// The figure as a Vega specification that holds its data; `templates` as in Assets.
[[nodiscard]] std::string vega_text(const Figure& figure, std::string_view templates);
/// The JSON block of the page: name -> {spec, data as columns, canvas, widest}; `<` is written as \u003c.
[[nodiscard]] std::string page_block(const std::vector<Figure>& figures,
                                     std::string_view templates);

/// Writes <name>.vg.json and <name>.tsv (further sets: <name>.<set>.tsv) into `directory`; without templates in this
/// build only the tables. Throws ConfigError, ResourceError.
void write_figures(const std::vector<Figure>& figures, const std::filesystem::path& directory);
void write_figures(const Report& report, const std::filesystem::path& directory);

} // namespace vigil::report
