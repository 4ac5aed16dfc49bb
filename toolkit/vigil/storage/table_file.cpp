// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/table_file.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/storage/cell_text.hpp"
#include "vigil/storage/pending_file.hpp"
#include "vigil/storage/text_source.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <memory>
#include <optional>

namespace vigil::storage {

namespace {

/// All cells as numbers, or nothing at the first text; TRUE / FALSE count when the whole column is so.
std::optional<std::vector<double>> numeric_cells(const CellTable& table, Index column) {
  std::vector<double> values(at(table.rows()), std::numeric_limits<double>::quiet_NaN());
  bool numbers = false;
  bool booleans = false;
  for (Index row = 0; row < table.rows(); ++row) {
    const std::string_view cell = table.cell(row, column);
    if (cell.empty()) {
      continue;
    }
    if (const auto value = cell_number(cell)) {
      values[at(row)] = *value;
      numbers = true;
    } else if (const auto truth = cell_boolean(cell)) {
      values[at(row)] = *truth ? 1.0 : 0.0;
      booleans = true;
    } else {
      return std::nullopt;
    }
  }
  if (numbers && booleans) {
    return std::nullopt;
  }
  return values;
}

/// Refuses a column of numbers that are written with decimal commas: as text it would be misread silently.
void expect_decimal_points(const Column& column, const DataFrame::Contents& table) {
  Index first = no_index;
  for (Index row = 0; row < size_of(column.texts); ++row) {
    const std::string& cell = column.texts[at(row)];
    if (cell.empty() || cell_number(cell)) {
      continue;
    }
    if (!is_decimal_comma(cell)) {
      return;
    }
    first = first == no_index ? row : first;
  }
  if (first == no_index) {
    return;
  }
  throw InputError({.where = table.source + ", column " + vigil::quoted(column.name) + ", line " +
                             number_text(table.line[at(first)]),
                    .found = vigil::quoted(column.texts[at(first)]),
                    .expected = "numbers with a decimal point",
                    .remedy = "write decimal points, not commas (in a spreadsheet: language or "
                              "export setting)",
                    .problem = "column " + vigil::quoted(column.name) + " has decimal commas"});
}

Column make_column(const CellTable& table, Index number, const DataFrame::Contents& contents) {
  Column column{.name = table.header[at(number)]};
  if (auto values = numeric_cells(table, number)) {
    column.numbers = std::move(*values);
    return column;
  }
  column.kind = ColumnKind::text;
  column.texts.reserve(at(table.rows()));
  for (Index row = 0; row < table.rows(); ++row) {
    column.texts.emplace_back(table.cell(row, number));
  }
  expect_decimal_points(column, contents);
  return column;
}

Index id_position(const CellTable& table, const TableIds& ids, const std::string& source) {
  if (ids.by_line) {
    return no_index;
  }
  if (ids.column.empty()) {
    return 0;
  }
  const auto place = std::find(table.header.begin(), table.header.end(), ids.column);
  if (place == table.header.end()) {
    throw InputError({.where = source,
                      .found = "no column " + vigil::quoted(ids.column),
                      .expected = "a column with the subjects' ids",
                      .remedy = suggestion(ids.column, table.header),
                      .problem = "there is no column " + vigil::quoted(ids.column)});
  }
  return place - table.header.begin();
}

void read_ids(const CellTable& table, Index position, DataFrame::Contents& contents) {
  std::map<std::string_view, Index> first;
  FaultList faults;
  for (Index row = 0; row < table.rows(); ++row) {
    if (position == no_index) {
      contents.index.push_back("row " + number_text(row + 1));
      continue;
    }
    const std::string_view id = table.cell(row, position);
    contents.index.emplace_back(id);
    const std::string place = contents.source + ", line " + number_text(table.line[at(row)]);
    const auto [before, fresh] = first.emplace(id, table.line[at(row)]);
    if (id.empty()) {
      faults.add(place, "no id");
    } else if (!fresh) {
      faults.add(place, vigil::quoted(id) + ", also on line " + number_text(before->second));
    }
  }
  faults.raise_if_any("the ids of " + contents.source + " are not unique",
                      "one id for each row, in column " + vigil::quoted(contents.index_name),
                      "correct the ids, or name the column that holds them with --id");
}

std::string cell_of(const TableColumn& column, Index row) {
  return std::visit(
      [row](const auto& values) -> std::string {
        const auto& value = values[at(row)];
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string>) {
          if (value.empty()) {
            return "NA";
          }
          if (value.find_first_of("\t\"\r\n") == std::string::npos) {
            return value;
          }
          std::string text = "\"";
          for (const char letter : value) {
            text += letter == '"' ? std::string("\"\"") : std::string(1, letter);
          }
          return text + "\"";
        } else {
          return number_text(value);
        }
      },
      column.values);
}

} // namespace

DataFrame read_table(const std::filesystem::path& file, const TableIds& ids) {
  std::string text = read_text(file);
  DataFrame::Contents contents{.source = file.filename().string()};
  CellTable table = cut_cells(text, separator_of(file, text), contents.source);
  if (table.header.front().empty()) {
    table.header.front() = "id"; // row names as R and pandas write them
  }
  expect_unique_names(table.header, contents.source, "column", "name each column once");
  if (table.rows() == 0) {
    throw InputError({.where = contents.source,
                      .found = "a header and no rows",
                      .expected = "one row for each subject",
                      .remedy = "check that the file was written completely",
                      .problem = "there are no rows in " + contents.source});
  }
  contents.line = table.line;
  const Index id = id_position(table, ids, contents.source);
  contents.index_name = id == no_index ? std::string() : table.header[at(id)];
  read_ids(table, id, contents);
  for (Index column = 0; column < size_of(table.header); ++column) {
    if (column != id) {
      contents.columns.push_back(make_column(table, column, contents));
    }
  }
  return DataFrame(std::move(contents));
}

void write_table(const std::filesystem::path& file, std::span<const TableColumn> columns) {
  std::string text;
  Index rows = 0;
  for (const auto& column : columns) {
    text += (text.empty() ? "" : "\t") + column.name;
    rows = std::visit([](const auto& values) { return size_of(values); }, column.values);
  }
  text += '\n';
  for (Index row = 0; row < rows; ++row) {
    for (std::size_t number = 0; number < columns.size(); ++number) {
      text += (number == 0 ? "" : "\t") + cell_of(columns[number], row);
    }
    text += '\n';
  }
  PendingFile pending(file);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> output(
      std::fopen(pending.path().c_str(), "wb"), &std::fclose);
  const bool written = output &&
                       std::fwrite(text.data(), 1, text.size(), output.get()) == text.size() &&
                       std::fflush(output.get()) == 0;
  if (!written) {
    pending.fail("the file cannot be written completely");
  }
  pending.commit();
}

} // namespace vigil::storage
