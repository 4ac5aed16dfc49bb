// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/event_codes.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/storage/cell_text.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace vigil::storage {

std::string leave_out_missing(const std::string& column) {
  return "correct the rows, or leave them out with: --subjects '" + column + "!=NA'";
}

SameValue::SameValue(std::string value)
    : value_(std::move(value)), number_(cell_number(value_)), truth_(cell_boolean(value_)) {}

bool SameValue::operator()(const std::string& cell) const {
  if (cell == value_) {
    return true;
  }
  const auto number = cell_number(cell);
  const double named = number_ ? *number_ : (truth_ && *truth_ ? 1.0 : 0.0);
  return number && (number_ || truth_) && *number == named;
}

namespace {

/// The different values of a column, sorted, at most eight.
std::string values_of(const std::vector<std::string>& cells) {
  std::set<std::string> different(cells.begin(), cells.end());
  different.erase("");
  std::vector<std::string> shown;
  for (const auto& value : different) {
    if (shown.size() == 8) {
      shown.emplace_back("...");
      break;
    }
    shown.push_back(vigil::quoted(value));
  }
  return join(shown, ", ");
}

std::vector<std::uint8_t> named_event(const DataFrame& frame,
                                      const std::string& column,
                                      const std::string& value,
                                      const CodeWords& words) {
  const auto cells = frame.texts(column);
  const SameValue same(value);
  std::vector<std::uint8_t> event(cells.size());
  FaultList missing;
  bool found = false;
  for (std::size_t row = 0; row < cells.size(); ++row) {
    if (cells[row].empty()) {
      missing.add(frame.where(column) + ", " + frame.row_name(static_cast<Index>(row)), "NA");
    }
    event[row] = same(cells[row]) ? 1 : 0;
    found = found || event[row] == 1;
  }
  missing.raise_if_any(
      "cannot use outcome " + vigil::quoted(column), "a known value", leave_out_missing(column));
  if (!found) {
    throw InputError({.where = frame.where(column),
                      .found = values_of(cells),
                      .expected = vigil::quoted(value) + ", the value that means " + words.one,
                      .remedy = "name one of these values with --event-is",
                      .problem = "no subject has the value " + vigil::quoted(value)});
  }
  return event;
}

/// The codes of a column that should hold 0 and 1; text TRUE / FALSE too.
std::vector<double>
codes_of(const DataFrame& frame, const std::string& column, const CodeWords& words) {
  const Column& held = frame.column(column);
  if (held.kind == ColumnKind::number) {
    return held.numbers;
  }
  const auto cells = frame.texts(column);
  std::vector<double> codes(cells.size());
  for (std::size_t row = 0; row < cells.size(); ++row) {
    const auto number = cell_number(cells[row]);
    const auto truth = cell_boolean(cells[row]);
    if (!number && !truth && !cells[row].empty()) {
      throw InputError({.where = frame.where(column),
                        .found = "text: " + values_of(cells),
                        .expected = words.both,
                        .remedy = "name the value that means " + words.one + ": --event-is VALUE",
                        .problem = "cannot use outcome " + vigil::quoted(column)});
    }
    codes[row] = number ? *number : truth ? (*truth ? 1.0 : 0.0) : std::nan("");
  }
  return codes;
}

void refuse_one_two(const DataFrame& frame,
                    const std::string& column,
                    const std::vector<double>& codes,
                    const CodeWords& words) {
  const auto holds = [&codes](double code) {
    return std::find(codes.begin(), codes.end(), code) != codes.end();
  };
  const bool only = std::all_of(codes.begin(), codes.end(), [](double code) {
    return std::isnan(code) || code == 1.0 || code == 2.0;
  });
  if (only && holds(2.0)) {
    throw InputError(
        {.where = frame.where(column),
         .found = "the codes 1 and 2, no 0",
         .expected = words.both,
         .remedy = "if 2 means " + words.one + words.one_two + ": --event-is 2",
         .problem = "cannot tell which code of " + vigil::quoted(column) + " means " + words.one});
  }
}

} // namespace

std::vector<std::uint8_t> coded_event(const DataFrame& frame,
                                      const std::string& column,
                                      const std::string& value,
                                      const CodeWords& words) {
  if (!value.empty()) {
    return named_event(frame, column, value, words);
  }
  const auto codes = codes_of(frame, column, words);
  refuse_one_two(frame, column, codes, words);
  std::vector<std::uint8_t> event(codes.size());
  FaultList faults;
  for (std::size_t row = 0; row < codes.size(); ++row) {
    if (codes[row] != 0.0 && codes[row] != 1.0) {
      faults.add(frame.where(column) + ", " + frame.row_name(static_cast<Index>(row)),
                 number_text(codes[row]));
    }
    event[row] = codes[row] == 1.0 ? 1 : 0;
  }
  faults.raise_if_any("cannot use outcome " + vigil::quoted(column),
                      words.either,
                      leave_out_missing(column) + "; another coding: --event-is VALUE");
  return event;
}

} // namespace vigil::storage
