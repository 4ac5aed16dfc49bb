// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/outcome_columns.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/storage/cell_text.hpp"
#include "vigil/storage/event_codes.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace vigil::storage {

namespace {

CodeWords event_words() {
  return {.one = "the event",
          .both = "0 (censored) and 1 (event)",
          .either = "0 (censored) or 1 (event)",
          .one_two = ", as in R's Surv"};
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
                      leave_out_missing(request.cause));
  for (Index cause = 1; cause <= static_cast<Index>(largest); ++cause) {
    outcome.cause_names.push_back(number_text(cause));
  }
  if (!request.event.empty()) {
    const auto event = coded_event(frame, request.event, request.event_is, event_words());
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

/// The numbers of a column, each finite and, for counts, not negative.
std::vector<double> finite_numbers(const DataFrame& frame, const std::string& column, bool counts) {
  auto values = frame.numbers(column);
  FaultList faults;
  for (Index row = 0; row < size_of(values); ++row) {
    const double value = values[at(row)];
    if (!std::isfinite(value) || (counts && value < 0.0)) {
      faults.add(frame.where(column) + ", " + frame.row_name(row), number_text(value));
    }
  }
  faults.raise_if_any("cannot use outcome " + vigil::quoted(column),
                      counts ? "a count >= 0" : "a finite number",
                      counts ? "correct the rows, or leave them out with: --subjects '" + column +
                                   ">=0'"
                             : leave_out_missing(column));
  return values;
}

Outcome read_family(const DataFrame& frame, const CohortRequest& request) {
  if (request.family == "binomial") {
    return BinaryOutcome{coded_event(
        frame,
        request.outcome,
        request.event_is,
        {.one = "the class 1", .both = "0 and 1 (two classes)", .either = "0 or 1 (two classes)"})};
  }
  if (request.family == "poisson") {
    return CountOutcome{finite_numbers(frame, request.outcome, true)};
  }
  const auto unit = request.unit.find(request.outcome);
  return ContinuousOutcome{finite_numbers(frame, request.outcome, false),
                           unit == request.unit.end() ? "1" : unit->second};
}

template <class WithTimes>
void adapt(WithTimes& outcome, double factor, std::optional<double> truncate_at, Index& censored) {
  for (double& time : outcome.time) {
    time *= factor;
  }
  for (double& time : outcome.entry) {
    time *= factor;
  }
  if constexpr (std::is_same_v<WithTimes, CompetingRisksOutcome>) {
    for (double& end : outcome.follow_up_end) {
      end = std::min(end * factor, truncate_at.value_or(HUGE_VAL));
    }
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

/// Options that mean nothing for an outcome without times must not be passed over in silence.
void refuse_options_of_times(const CohortRequest& request) {
  if (request.outcome.empty()) {
    return;
  }
  const auto refuse = [&](const char* option, const std::string& found) {
    throw ConfigError({.where = option,
                       .found = found + " with the family " + request.family,
                       .expected = "an option of this kind of outcome",
                       .remedy = "drop " + std::string(option),
                       .problem = std::string(option) + " has no meaning for outcome " +
                                  vigil::quoted(request.outcome)});
  };
  if (!request.entry.empty()) {
    refuse("--entry", "column " + vigil::quoted(request.entry));
  }
  if (!request.strata.empty()) {
    refuse("--strata", "column " + vigil::quoted(request.strata));
  }
  if (request.truncate_at) {
    refuse("--truncate-at", number_text(*request.truncate_at));
  }
  if (!request.event_is.empty() && request.family != "binomial") {
    refuse("--event-is", vigil::quoted(request.event_is));
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
  if (!request.follow_up_end.empty() && request.cause.empty()) {
    refuse("--follow-up-end", "no causes", "--cause COL with --follow-up-end");
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
  refuse_options_of_times(request);
  if (request.truncate_at && !(*request.truncate_at > 0.0)) {
    throw ConfigError({.where = "--truncate-at",
                       .found = number_text(*request.truncate_at),
                       .expected = "a time > 0",
                       .remedy = "name a later time, or drop the option",
                       .problem = "cannot truncate there"});
  }
}

namespace {

/// Ends of follow-up, named by the place in the file.
std::vector<double> read_follow_up_ends(const DataFrame& frame,
                                        const CohortRequest& request,
                                        const std::vector<double>& time) {
  if (request.follow_up_end.empty()) {
    return {};
  }
  auto ends = frame.numbers(request.follow_up_end);
  FaultList faults;
  for (Index row = 0; row < size_of(ends); ++row) {
    if (!(std::isfinite(ends[at(row)]) && ends[at(row)] >= time[at(row)])) {
      faults.add(frame.where(request.follow_up_end) + ", " + frame.row_name(row),
                 "time " + number_text(time[at(row)]) + ", follow-up to " +
                     number_text(ends[at(row)]));
    }
  }
  faults.raise_if_any("cannot use the ends of follow-up " + vigil::quoted(request.follow_up_end),
                      "time <= end of follow-up",
                      "correct the rows, or leave them out with --subjects");
  return ends;
}

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
    return SurvivalOutcome{std::move(entry),
                           std::move(time),
                           coded_event(frame, request.event, request.event_is, event_words())};
  }
  auto outcome = read_causes(frame, request);
  outcome.follow_up_end = read_follow_up_ends(frame, request, time);
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
