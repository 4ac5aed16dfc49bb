// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/outcome_columns.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/storage/cell_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace vigil::storage {

namespace {

std::string leave_out(const std::string& column) {
  return "correct the rows, or leave them out with: --subjects '" + column + "!=NA'";
}

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

/// Whether a cell is the value that the user named: as text, or as the same number.
class SameValue {
public:
  explicit SameValue(std::string value)
      : value_(std::move(value)), number_(cell_number(value_)), truth_(cell_boolean(value_)) {}
  bool operator()(const std::string& cell) const {
    if (cell == value_) {
      return true;
    }
    const auto number = cell_number(cell);
    const double named = number_ ? *number_ : (truth_ && *truth_ ? 1.0 : 0.0);
    return number && (number_ || truth_) && *number == named;
  }

private:
  std::string value_;
  std::optional<double> number_;
  std::optional<bool> truth_;
};

std::vector<std::uint8_t>
named_event(const DataFrame& frame, const std::string& column, const std::string& value) {
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
      "cannot use outcome " + vigil::quoted(column), "a known value", leave_out(column));
  if (!found) {
    throw InputError({.where = frame.where(column),
                      .found = values_of(cells),
                      .expected = vigil::quoted(value) + ", the value that means the event",
                      .remedy = "name one of these values with --event-is",
                      .problem = "no subject has the value " + vigil::quoted(value)});
  }
  return event;
}

/// The codes of a column that should hold 0 and 1; text TRUE / FALSE too.
std::vector<double> codes_of(const DataFrame& frame, const std::string& column) {
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
                        .expected = "0 (censored) and 1 (event)",
                        .remedy = "name the value that means the event: --event-is VALUE",
                        .problem = "cannot use outcome " + vigil::quoted(column)});
    }
    codes[row] = number ? *number : truth ? (*truth ? 1.0 : 0.0) : std::nan("");
  }
  return codes;
}

void refuse_one_two(const DataFrame& frame,
                    const std::string& column,
                    const std::vector<double>& codes) {
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
         .expected = "0 (censored) and 1 (event)",
         .remedy = "if 2 means the event, as in R's Surv: --event-is 2",
         .problem = "cannot tell which code of " + vigil::quoted(column) + " means the event"});
  }
}

std::vector<std::uint8_t>
coded_event(const DataFrame& frame, const std::string& column, const std::string& value) {
  if (!value.empty()) {
    return named_event(frame, column, value);
  }
  const auto codes = codes_of(frame, column);
  refuse_one_two(frame, column, codes);
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
                      "0 (censored) or 1 (event)",
                      leave_out(column) + "; another coding: --event-is VALUE");
  return event;
}

CompetingRisksOutcome read_causes(const DataFrame& frame, const CohortRequest& request) {
  constexpr double largest_cause = 255.0;
  const auto codes = frame.numbers(request.cause);
  CompetingRisksOutcome outcome;
  FaultList faults;
  double largest = 1.0;
  for (std::size_t row = 0; row < codes.size(); ++row) {
    const double code = codes[row];
    const bool good = code >= 0.0 && code <= largest_cause && code == std::floor(code);
    if (!good) {
      faults.add(frame.where(request.cause) + ", " + frame.row_name(static_cast<Index>(row)),
                 number_text(code));
    }
    outcome.cause.push_back(good ? static_cast<std::uint8_t>(code) : std::uint8_t{0});
    largest = good ? std::max(largest, code) : largest;
  }
  faults.raise_if_any("cannot use outcome " + vigil::quoted(request.cause),
                      "0 (censored), 1, 2, ... (causes)",
                      leave_out(request.cause));
  for (Index cause = 1; cause <= static_cast<Index>(largest); ++cause) {
    outcome.cause_names.push_back(number_text(cause));
  }
  if (!request.event.empty()) {
    const auto event = coded_event(frame, request.event, request.event_is);
    for (std::size_t row = 0; row < event.size(); ++row) {
      if ((event[row] != 0) != (outcome.cause[row] != 0)) {
        faults.add(frame.row_name(static_cast<Index>(row)),
                   "event " + number_text(Index{event[row]}) + ", cause " +
                       number_text(Index{outcome.cause[row]}));
      }
    }
    faults.raise_if_any(vigil::quoted(request.event) + " and " + vigil::quoted(request.cause) +
                            " contradict each other",
                        "a cause exactly where there is an event",
                        "correct the rows, or name only --cause");
  }
  return outcome;
}

Outcome read_family(const DataFrame& frame, const CohortRequest& request) {
  if (request.family == "binomial") {
    return BinaryOutcome{coded_event(frame, request.outcome, request.event_is)};
  }
  auto values = frame.numbers(request.outcome);
  if (request.family == "poisson") {
    return CountOutcome{std::move(values)};
  }
  const auto unit = request.unit.find(request.outcome);
  return ContinuousOutcome{std::move(values), unit == request.unit.end() ? "1" : unit->second};
}

template <class WithTimes>
void adapt(WithTimes& outcome, double factor, std::optional<double> truncate_at, Index& censored) {
  for (double& time : outcome.time) {
    time *= factor;
  }
  for (double& time : outcome.entry) {
    time *= factor;
  }
  for (std::size_t row = 0; truncate_at && row < outcome.time.size(); ++row) {
    if (std::isfinite(outcome.time[row]) && outcome.time[row] > *truncate_at) {
      outcome.time[row] = *truncate_at;
      if constexpr (std::is_same_v<WithTimes, SurvivalOutcome>) {
        outcome.event[row] = 0;
      } else {
        outcome.cause[row] = 0;
      }
      ++censored;
    }
  }
}

} // namespace

void check_outcome_request(const CohortRequest& request) {
  const auto refuse = [](const char* where, const char* found, const char* expected) {
    throw ConfigError({.where = where,
                       .found = found,
                       .expected = expected,
                       .remedy = "add or drop an option of the outcome",
                       .problem = "the outcome is not described completely"});
  };
  const bool survival = !request.event.empty() || !request.cause.empty();
  if (!request.time.empty() && !survival) {
    refuse("--time", "a time without an event", "--event COL or --cause COL with --time");
  }
  if (request.time.empty() && survival) {
    refuse("--event, --cause", "an event without a time", "--time COL with --event or --cause");
  }
  if (request.outcome.empty() != request.family.empty()) {
    refuse("--outcome, --family", "only one of the two", "--outcome COL --family F");
  }
  if (!request.time.empty() && !request.outcome.empty()) {
    refuse("--time, --outcome", "both", "a time to event, or an outcome with a family");
  }
  constexpr std::array<std::string_view, 3> families{"gaussian", "binomial", "poisson"};
  if (!request.family.empty() &&
      std::find(families.begin(), families.end(), request.family) == families.end()) {
    throw ConfigError(
        {.where = "--family",
         .found = vigil::quoted(request.family),
         .expected = "gaussian, binomial or poisson",
         .remedy =
             suggestion(request.family, std::vector<std::string>(families.begin(), families.end())),
         .problem = "unknown family " + vigil::quoted(request.family)});
  }
  if (request.truncate_at && !(*request.truncate_at > 0.0)) {
    throw ConfigError({.where = "--truncate-at",
                       .found = number_text(*request.truncate_at),
                       .expected = "a time > 0",
                       .remedy = "name a later time, or drop the option",
                       .problem = "cannot truncate there"});
  }
}

namespace {

/// Times and entries of each subject, named by the place in the file.
void check_times(const DataFrame& frame,
                 const CohortRequest& request,
                 const std::vector<double>& time,
                 const std::vector<double>& entry) {
  FaultList times;
  FaultList entries;
  for (Index row = 0; row < size_of(time); ++row) {
    const double value = time[at(row)];
    if (!std::isfinite(value) || value <= 0.0) {
      times.add(frame.where(request.time) + ", " + frame.row_name(row), number_text(value));
    } else if (!entry.empty() && !(entry[at(row)] >= 0.0 && entry[at(row)] < value)) {
      entries.add(frame.where(request.entry) + ", " + frame.row_name(row),
                  "entry " + number_text(entry[at(row)]) + ", time " + number_text(value));
    }
  }
  times.raise_if_any("cannot use outcome " + vigil::quoted(request.time),
                     "time > 0",
                     "correct the rows, or leave them out with: --subjects '" + request.time +
                         ">0'");
  entries.raise_if_any("cannot use outcome " + vigil::quoted(request.time),
                       "0 <= entry < time",
                       "correct the rows, or leave them out with --subjects");
}

} // namespace

std::optional<Outcome> read_outcome(const DataFrame& frame, const CohortRequest& request) {
  if (!request.outcome.empty()) {
    return read_family(frame, request);
  }
  if (request.time.empty()) {
    return std::nullopt;
  }
  auto time = frame.numbers(request.time);
  auto entry = request.entry.empty() ? std::vector<double>() : frame.numbers(request.entry);
  check_times(frame, request, time, entry);
  if (request.cause.empty()) {
    return SurvivalOutcome{
        std::move(entry), std::move(time), coded_event(frame, request.event, request.event_is)};
  }
  auto outcome = read_causes(frame, request);
  outcome.time = std::move(time);
  outcome.entry = std::move(entry);
  return outcome;
}

std::vector<bool> event_rows(const DataFrame& frame, const CohortRequest& request) {
  std::vector<bool> rows(at(frame.rows()), false);
  const std::string& column = !request.cause.empty()         ? request.cause
                              : !request.event.empty()       ? request.event
                              : request.family == "binomial" ? request.outcome
                                                             : request.event;
  if (column.empty()) {
    return rows;
  }
  const auto cells = frame.texts(column);
  const bool named = !request.event_is.empty() && request.cause.empty();
  const SameValue same(request.event_is);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto number = cell_number(cells[row]);
    const auto truth = cell_boolean(cells[row]);
    rows[row] = named ? same(cells[row]) : (number && *number > 0.0) || (truth && *truth);
  }
  return rows;
}

void adapt_times(Outcome& outcome,
                 TimeUnit from,
                 const CohortRequest& request,
                 std::vector<std::string>& notes) {
  const TimeUnit to = request.convert_to.value_or(from);
  const double factor = time_conversion(from, to);
  Index censored = 0;
  std::visit(
      [&](auto& held) {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, SurvivalOutcome> ||
                      std::is_same_v<Held, CompetingRisksOutcome>) {
          adapt(held, factor, request.truncate_at, censored);
        }
      },
      outcome);
  if (from != to) {
    notes.push_back("times were converted from " + std::string(name_of(from)) + " to " +
                    std::string(name_of(to)) + " (times " + number_text(factor) + ")");
  }
  if (request.truncate_at) {
    notes.push_back(number_text(censored) + " later times were censored at " +
                    number_text(*request.truncate_at));
  }
}

} // namespace vigil::storage
