// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/data_frame.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/storage/cell_text.hpp"

#include <cmath>
#include <limits>
#include <utility>

namespace vigil::storage {

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

template <class Value>
std::vector<Value> picked(const std::vector<Value>& values, std::span<const Index> rows) {
  std::vector<Value> result;
  if (values.empty()) {
    return result;
  }
  result.reserve(rows.size());
  for (const Index row : rows) {
    result.push_back(values[at(row)]);
  }
  return result;
}

} // namespace

DataFrame::DataFrame(Contents contents) : contents_(std::move(contents)) {
  for (Index number = 0; number < size_of(contents_.columns); ++number) {
    place_.emplace(contents_.columns[at(number)].name, number);
  }
}

std::vector<std::string> DataFrame::column_names() const {
  std::vector<std::string> names;
  names.reserve(contents_.columns.size());
  for (const auto& column : contents_.columns) {
    names.push_back(column.name);
  }
  return names;
}

bool DataFrame::has(std::string_view name) const {
  return place_.find(name) != place_.end();
}

const Column& DataFrame::column(std::string_view name) const {
  const auto place = place_.find(name);
  if (place != place_.end()) {
    return contents_.columns[at(place->second)];
  }
  for (const auto& other : contents_.unreadable) {
    if (other == name) {
      throw InputError({.where = where(name),
                        .found = "a column in an encoding that this program does not know",
                        .expected = "numbers, text, categories, booleans or nullable values",
                        .remedy = "convert the column before saving the file",
                        .problem = "cannot read column " + vigil::quoted(name)});
    }
  }
  const auto names = column_names();
  throw InputError({.where = source(),
                    .found = "no column " + vigil::quoted(name),
                    .expected = "one of its " + number_text(size_of(names)) + " columns",
                    .remedy = suggestion(name, names),
                    .problem = "there is no column " + vigil::quoted(name)});
}

std::vector<double> DataFrame::numbers(std::string_view name) const {
  const Column& wanted = column(name);
  if (wanted.kind == ColumnKind::number) {
    return wanted.numbers;
  }
  const auto cells = texts(name);
  std::vector<double> values(cells.size(), missing);
  FaultList faults;
  bool comma = false;
  for (Index row = 0; row < size_of(cells); ++row) {
    const std::string& cell = cells[at(row)];
    if (cell.empty()) {
      continue;
    }
    if (const auto value = cell_number(cell)) {
      values[at(row)] = *value;
      continue;
    }
    comma = comma || is_decimal_comma(cell);
    faults.add(where(name) + ", " + row_name(row), vigil::quoted(cell));
  }
  faults.raise_if_any("column " + vigil::quoted(name) + " holds text where numbers are needed",
                      "numbers with a decimal point; missing as NA or empty",
                      comma ? "write numbers with a decimal point, not a comma"
                            : "correct the cells, or leave them empty if the value is unknown");
  return values;
}

std::vector<std::string> DataFrame::texts(std::string_view name) const {
  const Column& wanted = column(name);
  if (wanted.kind == ColumnKind::text) {
    return wanted.texts;
  }
  std::vector<std::string> result(at(rows()));
  for (Index row = 0; row < rows(); ++row) {
    if (wanted.kind == ColumnKind::number) {
      const double value = wanted.numbers[at(row)];
      result[at(row)] = std::isnan(value) ? std::string() : number_text(value);
    } else if (wanted.codes[at(row)] != no_index) {
      result[at(row)] = wanted.levels[at(wanted.codes[at(row)])];
    }
  }
  return result;
}

std::string DataFrame::where(std::string_view column) const {
  return source() + ", column " + vigil::quoted(column);
}

std::string DataFrame::row_name(Index row) const {
  const std::string place = contents_.line.empty()
                                ? " (row " + number_text(row + 1) + ")"
                                : " (line " + number_text(contents_.line[at(row)]) + ")";
  return vigil::quoted(contents_.index[at(row)]) + place;
}

DataFrame DataFrame::select(std::span<const Index> rows) const {
  Contents result{.source = contents_.source,
                  .index_name = contents_.index_name,
                  .index = picked(contents_.index, rows),
                  .line = picked(contents_.line, rows),
                  .unreadable = contents_.unreadable};
  for (const auto& column : contents_.columns) {
    result.columns.push_back({.name = column.name,
                              .kind = column.kind,
                              .numbers = picked(column.numbers, rows),
                              .texts = picked(column.texts, rows),
                              .codes = picked(column.codes, rows),
                              .levels = column.levels});
  }
  return DataFrame(std::move(result));
}

void expect_unique_names(std::span<const std::string> names,
                         const std::string& source,
                         const std::string& what,
                         const std::string& remedy) {
  std::map<std::string_view, Index> first;
  FaultList faults;
  for (Index number = 0; number < size_of(names); ++number) {
    const std::string& name = names[at(number)];
    if (name.empty()) {
      faults.add(source + ", " + what + " " + number_text(number + 1), "an empty name");
      continue;
    }
    const auto [place, fresh] = first.emplace(name, number);
    if (!fresh) {
      faults.add(source + ", " + what + " " + number_text(number + 1),
                 vigil::quoted(name) + ", also " + what + " " + number_text(place->second + 1));
    }
  }
  faults.raise_if_any(
      "a " + what + " name is missing or occurs twice", "one name for each " + what, remedy);
}

} // namespace vigil::storage
