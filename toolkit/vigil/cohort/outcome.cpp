// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/cohort/outcome.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"

#include <array>
#include <cmath>

namespace vigil {

namespace {

template <class Value>
std::vector<Value> pick(const std::vector<Value>& values, std::span<const Index> subjects) {
  if (values.empty()) {
    return {};
  }
  std::vector<Value> chosen;
  chosen.reserve(subjects.size());
  for (const Index subject : subjects) {
    chosen.push_back(values[at(subject)]);
  }
  return chosen;
}

std::string row_name(const std::string& column, std::span<const std::string> ids, Index row) {
  return "column " + quoted(column) + ", subject " + quoted(ids[at(row)]) + " (row " +
         number_text(row + 1) + ")";
}

void check_times(const std::vector<double>& entry,
                 const std::vector<double>& time,
                 std::span<const std::string> ids,
                 const std::string& time_name) {
  FaultList times;
  FaultList entries;
  for (Index i = 0; i < size_of(time); ++i) {
    const double value = time[at(i)];
    if (!std::isfinite(value) || value <= 0.0) {
      times.add(row_name(time_name, ids, i), number_text(value));
    } else if (!entry.empty() && !(entry[at(i)] >= 0.0 && entry[at(i)] < value)) {
      entries.add(row_name(time_name, ids, i),
                  "entry " + number_text(entry[at(i)]) + ", time " + number_text(value));
    }
  }
  times.raise_if_any("cannot use outcome " + quoted(time_name),
                     "time > 0",
                     "correct the rows, or leave them out with: --subjects '" + time_name + ">0'");
  entries.raise_if_any("cannot use outcome " + quoted(time_name),
                       "0 <= entry < time",
                       "correct the rows, or leave them out with --subjects");
}

struct Check {
  std::span<const std::string> ids;
  const std::string& time_name;
  const std::string& event_name;

  void operator()(const SurvivalOutcome& outcome) const {
    check_times(outcome.entry, outcome.time, ids, time_name);
    codes(outcome.event, 1, "0 (censored) or 1 (event)");
  }
  void operator()(const CompetingRisksOutcome& outcome) const {
    check_times(outcome.entry, outcome.time, ids, time_name);
    const Index causes = size_of(outcome.cause_names);
    codes(outcome.cause, causes, "a cause from 0 (censored) to " + number_text(causes));
    FaultList ends;
    for (Index i = 0; i < size_of(outcome.follow_up_end); ++i) {
      const double end = outcome.follow_up_end[at(i)];
      if (!(std::isfinite(end) && end >= outcome.time[at(i)])) {
        ends.add(row_name(time_name, ids, i),
                 "time " + number_text(outcome.time[at(i)]) + ", follow-up to " + number_text(end));
      }
    }
    ends.raise_if_any("cannot use the ends of follow-up",
                      "time <= end of follow-up",
                      "correct the rows, or leave them out with --subjects");
  }
  void operator()(const BinaryOutcome& outcome) const { codes(outcome.label, 1, "0 or 1"); }
  void operator()(const CountOutcome& outcome) const {
    finite(outcome.count, true, "a count >= 0");
  }
  void operator()(const ContinuousOutcome& outcome) const {
    finite(outcome.value, false, "a finite number");
  }

private:
  void
  codes(const std::vector<std::uint8_t>& values, Index largest, const std::string& expected) const {
    FaultList faults;
    for (Index i = 0; i < size_of(values); ++i) {
      const auto code = static_cast<Index>(values[at(i)]);
      if (code > largest) {
        faults.add(row_name(event_name, ids, i), number_text(code));
      }
    }
    faults.raise_if_any("cannot use outcome " + quoted(event_name), expected, "recode the column");
  }
  void finite(const std::vector<double>& values, bool counts, const std::string& expected) const {
    FaultList faults;
    for (Index i = 0; i < size_of(values); ++i) {
      if (!std::isfinite(values[at(i)]) || (counts && values[at(i)] < 0.0)) {
        faults.add(row_name(event_name, ids, i), number_text(values[at(i)]));
      }
    }
    faults.raise_if_any("cannot use outcome " + quoted(event_name),
                        expected,
                        "correct the rows, or leave them out with --subjects");
  }
};

struct Select {
  std::span<const Index> subjects;
  Outcome operator()(const SurvivalOutcome& outcome) const {
    return SurvivalOutcome{
        pick(outcome.entry, subjects), pick(outcome.time, subjects), pick(outcome.event, subjects)};
  }
  Outcome operator()(const CompetingRisksOutcome& outcome) const {
    return CompetingRisksOutcome{pick(outcome.entry, subjects),
                                 pick(outcome.time, subjects),
                                 pick(outcome.cause, subjects),
                                 outcome.cause_names,
                                 pick(outcome.follow_up_end, subjects)};
  }
  Outcome operator()(const BinaryOutcome& outcome) const {
    return BinaryOutcome{pick(outcome.label, subjects)};
  }
  Outcome operator()(const CountOutcome& outcome) const {
    return CountOutcome{pick(outcome.count, subjects)};
  }
  Outcome operator()(const ContinuousOutcome& outcome) const {
    return ContinuousOutcome{pick(outcome.value, subjects), outcome.unit};
  }
};

struct Count {
  Index operator()(const SurvivalOutcome& outcome) const { return size_of(outcome.time); }
  Index operator()(const CompetingRisksOutcome& outcome) const { return size_of(outcome.time); }
  Index operator()(const BinaryOutcome& outcome) const { return size_of(outcome.label); }
  Index operator()(const CountOutcome& outcome) const { return size_of(outcome.count); }
  Index operator()(const ContinuousOutcome& outcome) const { return size_of(outcome.value); }
};

} // namespace

Index subjects_of(const Outcome& outcome) {
  return std::visit(Count{}, outcome);
}

std::string_view name_of(const Outcome& outcome) noexcept {
  constexpr std::array<std::string_view, std::variant_size_v<Outcome>> names{
      "survival", "competing risks", "binomial", "poisson", "gaussian"};
  return names[outcome.index()];
}

bool has_times(const Outcome& outcome) noexcept {
  return std::holds_alternative<SurvivalOutcome>(outcome) ||
         std::holds_alternative<CompetingRisksOutcome>(outcome);
}

void check_outcome(const Outcome& outcome,
                   std::span<const std::string> subject_ids,
                   const std::string& time_name,
                   const std::string& event_name) {
  VIGIL_EXPECTS(subjects_of(outcome) == size_of(subject_ids));
  std::visit(Check{subject_ids, time_name, event_name}, outcome);
}

Outcome select_subjects(const Outcome& outcome, std::span<const Index> subjects) {
  return std::visit(Select{subjects}, outcome);
}

} // namespace vigil
