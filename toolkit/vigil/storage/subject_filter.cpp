// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/subject_filter.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/storage/cell_text.hpp"

#include <cmath>

namespace vigil::storage {

namespace {

bool compare(double left, Comparison comparison, double right) {
  switch (comparison) {
  case Comparison::equal:
    return left == right;
  case Comparison::not_equal:
    return left != right;
  case Comparison::less:
    return left < right;
  case Comparison::less_or_equal:
    return left <= right;
  case Comparison::greater:
    return left > right;
  case Comparison::greater_or_equal:
    return left >= right;
  }
  return false;
}

bool tests_equality(Comparison comparison) {
  return comparison == Comparison::equal || comparison == Comparison::not_equal;
}

std::string unquoted(std::string_view text) {
  const bool marks = text.size() >= 2 && (text.front() == '\'' || text.front() == '"') &&
                     text.front() == text.back();
  return std::string(marks ? text.substr(1, text.size() - 2) : text);
}

} // namespace

SubjectFilter parse_filter(const std::string& text) {
  const auto place = text.find_first_of("=!<>");
  SubjectFilter filter;
  bool good = place != std::string::npos;
  if (good) {
    const bool wide = place + 1 < text.size() && text[place + 1] == '=';
    switch (text[place]) {
    case '<':
      filter.comparison = wide ? Comparison::less_or_equal : Comparison::less;
      break;
    case '>':
      filter.comparison = wide ? Comparison::greater_or_equal : Comparison::greater;
      break;
    case '!':
      filter.comparison = Comparison::not_equal;
      good = wide;
      break;
    default:
      filter.comparison = Comparison::equal;
    }
    filter.column = trim(std::string_view(text).substr(0, place));
    filter.value = unquoted(trim(std::string_view(text).substr(place + (wide ? 2 : 1))));
    good = good && !filter.column.empty() && !filter.value.empty();
  }
  if (!good) {
    throw ConfigError({.where = "--subjects " + vigil::quoted(text),
                       .found = vigil::quoted(text),
                       .expected = "a column, one of = != < <= > >=, and a value",
                       .remedy = "write it like 'nodes>0'",
                       .problem = "cannot read a condition on subjects"});
  }
  return filter;
}

namespace {

/// The subjects' ids as an ordinary column, of numbers where all of them are numbers.
DataFrame ids_as_column(const DataFrame& frame) {
  Column column{.name = frame.index_name()};
  for (const auto& id : frame.index()) {
    const auto value = cell_number(id);
    if (!value) {
      column = {.name = frame.index_name(), .kind = ColumnKind::text, .texts = frame.index()};
      break;
    }
    column.numbers.push_back(*value);
  }
  return DataFrame({.source = frame.source(), .index = frame.index(), .columns = {column}});
}

} // namespace

std::vector<bool> meets(const DataFrame& frame, const SubjectFilter& filter) {
  if (!frame.has(filter.column) && filter.column == frame.index_name()) {
    return meets(ids_as_column(frame), filter);
  }
  const Column& column = frame.column(filter.column);
  std::vector<bool> result(at(frame.rows()));
  if (is_missing_word(filter.value) && tests_equality(filter.comparison)) {
    const auto cells = frame.texts(filter.column);
    for (std::size_t row = 0; row < result.size(); ++row) {
      result[row] = cells[row].empty() == (filter.comparison == Comparison::equal);
    }
    return result;
  }
  if (column.kind != ColumnKind::number && tests_equality(filter.comparison)) {
    const auto cells = frame.texts(filter.column);
    for (std::size_t row = 0; row < result.size(); ++row) {
      result[row] = !cells[row].empty() &&
                    (cells[row] == filter.value) == (filter.comparison == Comparison::equal);
    }
    return result;
  }
  const auto value = cell_number(filter.value);
  const auto truth = cell_boolean(filter.value);
  if (!value && !truth) {
    throw ConfigError({.where = "--subjects, column " + vigil::quoted(filter.column),
                       .found = vigil::quoted(filter.value),
                       .expected = "a number, as the column holds numbers",
                       .remedy = "write it like '" + filter.column + ">0'",
                       .problem = "cannot compare a number with text"});
  }
  const double right = value ? *value : (*truth ? 1.0 : 0.0);
  const auto numbers = frame.numbers(filter.column);
  for (std::size_t row = 0; row < result.size(); ++row) {
    result[row] = !std::isnan(numbers[row]) && compare(numbers[row], filter.comparison, right);
  }
  return result;
}

} // namespace vigil::storage
