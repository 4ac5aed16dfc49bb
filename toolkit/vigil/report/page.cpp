// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/report/page.hpp"

#include "vigil/base/text.hpp"
#include "vigil/report/words.hpp"

#include <algorithm>

namespace vigil::report {
namespace {

constexpr Index most_data_rows = 40;

std::string cell(std::string_view name, std::string_view text, bool number) {
  std::string html = "<" + std::string(name);
  if (name == "th") {
    html += " scope=\"col\"";
  }
  html += number ? " class=\"n\">" : ">";
  return html + escaped(text) + "</" + std::string(name) + ">";
}

// Column names of figure data are the names in its file.
std::string data_details(const Figure& figure) {
  const FigureData& data = figure.data.front();
  const Index rows = rows_of(data);
  PageTable table;
  for (const FigureColumn& column : data.columns) {
    table.header.push_back(column.name);
  }
  table.words = 0;
  for (Index row = 0; row < std::min(rows, most_data_rows); ++row) {
    std::vector<std::string> cells;
    for (const FigureColumn& column : data.columns) {
      cells.push_back(cell_text(column, row));
    }
    table.rows.push_back(std::move(cells));
  }
  std::string note = rows > most_data_rows ? "First " + count_text(most_data_rows) + " of " +
                                                 count_text(rows) + " rows; all are in "
                                           : std::string("Also in ");
  note += "figures/" + figure.name + ".tsv.";
  return "<details class=\"data\"><summary>Data</summary>" + table_block(table) +
         paragraph(note, "note") + "</details>";
}

std::string figure_html(const Figure& figure, bool drawable) {
  std::string html = "<figure id=\"figure-" + escaped(figure.name) + "\">";
  html += element("h3", escaped(figure.title));
  if (drawable) {
    html += "<div class=\"plot\" data-figure=\"" + escaped(figure.name) + "\"></div>";
  }
  html += "<figcaption>" + escaped(figure.caption) + "</figcaption>";
  return html + element("div", data_details(figure), "tools") + "</figure>\n";
}

} // namespace

std::string element(std::string_view name, std::string_view inner, std::string_view css_class) {
  std::string html = "<" + std::string(name);
  if (!css_class.empty()) {
    html += " class=\"" + std::string(css_class) + "\"";
  }
  return html + ">" + std::string(inner) + "</" + std::string(name) + ">";
}

std::string paragraph(std::string_view text, std::string_view css_class) {
  return element("p", escaped(text), css_class);
}

std::string table_block(const PageTable& table) {
  std::string html = "<div class=\"table\"><table><thead><tr>";
  for (std::size_t column = 0; column < table.header.size(); ++column) {
    html += cell("th", table.header[column], column >= table.words);
  }
  html += "</tr></thead><tbody>\n";
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const bool strong = row < table.strong.size() && table.strong[row];
    html += strong ? "<tr class=\"strong\">" : "<tr>";
    for (std::size_t column = 0; column < table.rows[row].size(); ++column) {
      html += cell("td", table.rows[row][column], column >= table.words);
    }
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>";
}

std::string figure_block(const PageFigures& figures, std::string_view name) {
  for (const Figure& figure : figures.figures) {
    if (figure.name == name) {
      return figure_html(figure, figures.drawable);
    }
  }
  return {};
}

std::string figure_grid(const PageFigures& figures, std::string_view prefix) {
  std::string html;
  for (const Figure& figure : figures.figures) {
    if (figure.name.starts_with(prefix)) {
      html += figure_html(figure, figures.drawable);
    }
  }
  return html.empty() ? html : element("div", html, "grid");
}

std::string action_mark(triage::Action action) {
  const std::string shape =
      action == triage::Action::observe ? "<circle cx=\"6\" cy=\"6\" r=\"5\"/>"
      : action == triage::Action::board ? "<rect x=\"1.5\" y=\"1.5\" width=\"9\" height=\"9\"/>"
                                        : "<path d=\"M6 .8 11.4 10.8H.6Z\"/>";
  return "<svg class=\"mark " + std::string(name_of(action)) +
         "\" viewBox=\"0 0 12 12\" width=\"12\" height=\"12\" aria-hidden=\"true\">" + shape +
         "</svg>";
}

} // namespace vigil::report
