// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/survival/risk_sets.hpp"

#include <algorithm>
#include <variant>

namespace vigil::survival {

namespace {

// Subjects present, sorted by a key; equal keys keep their order.
template <class Before>
std::vector<Index> sorted_subjects(std::vector<Index> subjects, Before before) {
  std::stable_sort(subjects.begin(), subjects.end(), before);
  return subjects;
}

void group_by_time(const FollowUp& outcome, RiskSets& sets) {
  for (Index place = 0; place < size_of(sets.subject); ++place) {
    const double t = outcome.time[at(sets.subject[at(place)])];
    if (sets.time.empty() || sets.time.back() != t) {
      sets.time.push_back(t);
      sets.start.push_back(place);
    }
  }
  sets.start.push_back(size_of(sets.subject));
}

void add_leavers(const FollowUp& outcome, const CaseWeights& weights, RiskSets& sets) {
  const auto times = at(sets.times());
  sets.events.assign(times, 0.0);
  sets.censored.assign(times, 0.0);
  sets.event_rows.assign(times, 0);
  sets.censored_rows.assign(times, 0);
  for (Index k = 0; k < sets.times(); ++k) {
    for (Index place = sets.start[at(k)]; place < sets.start[at(k + 1)]; ++place) {
      const Index subject = sets.subject[at(place)];
      const bool event = outcome.cause[at(subject)] != 0;
      (event ? sets.events : sets.censored)[at(k)] += weights[subject];
      (event ? sets.event_rows : sets.censored_rows)[at(k)] +=
          static_cast<Index>(weights.times(subject));
    }
  }
}

// From the last time down: whoever leaves at u was at risk before it; whoever enters at or after u was not.
void add_risk(const FollowUp& outcome, const CaseWeights& weights, RiskSets& sets) {
  const auto times = at(sets.times());
  sets.at_risk.assign(times, 0.0);
  sets.after_events.assign(times, 0.0);
  sets.rows_at_risk.assign(times, 0);
  std::vector<Index> latest_entry;
  if (!outcome.entry.empty()) {
    latest_entry = sorted_subjects(sets.subject, [&outcome](Index left, Index right) {
      return outcome.entry[at(left)] > outcome.entry[at(right)];
    });
  }
  auto entering = latest_entry.begin();
  double weight = 0.0;
  Index rows = 0;
  for (Index k = sets.times() - 1; k >= 0; --k) {
    for (; entering != latest_entry.end() && outcome.entry[at(*entering)] >= sets.time[at(k)];
         ++entering) {
      weight -= weights[*entering];
      rows -= static_cast<Index>(weights.times(*entering));
    }
    if (rows == 0) {
      weight = 0.0; // what is left of real weights is rounding
    }
    sets.after_events[at(k)] = weight + sets.censored[at(k)];
    weight = sets.after_events[at(k)] + sets.events[at(k)];
    rows += sets.event_rows[at(k)] + sets.censored_rows[at(k)];
    sets.at_risk[at(k)] = weight;
    sets.rows_at_risk[at(k)] = rows;
  }
}

} // namespace

double RiskSets::total_weight(const CaseWeights& weights) const {
  double total = 0.0;
  for (const Index member : subject) {
    total += weights[member];
  }
  return total;
}

Index RiskSets::times_until(double t) const {
  return std::upper_bound(time.begin(), time.end(), t) - time.begin();
}

FollowUp follow_up(const Outcome& outcome) {
  if (const auto* single = std::get_if<SurvivalOutcome>(&outcome)) {
    return {.entry = single->entry, .time = single->time, .cause = single->event, .causes = 1};
  }
  const auto* competing = std::get_if<CompetingRisksOutcome>(&outcome);
  VIGIL_EXPECTS(competing != nullptr);
  return {.entry = competing->entry,
          .time = competing->time,
          .cause = competing->cause,
          .causes = size_of(competing->cause_names)};
}

RiskSets
risk_sets(const FollowUp& outcome, const CaseWeights& weights, std::span<const Index> subjects) {
  VIGIL_EXPECTS(weights.subjects() == outcome.subjects());
  std::vector<Index> present;
  std::copy_if(subjects.begin(),
               subjects.end(),
               std::back_inserter(present),
               [&weights](Index subject) { return weights[subject] > 0.0; });
  RiskSets sets;
  sets.subject = sorted_subjects(std::move(present), [&outcome](Index left, Index right) {
    return outcome.time[at(left)] < outcome.time[at(right)];
  });
  group_by_time(outcome, sets);
  add_leavers(outcome, weights, sets);
  add_risk(outcome, weights, sets);
  return sets;
}

RiskSets risk_sets(const FollowUp& outcome, const CaseWeights& weights) {
  return risk_sets(outcome, weights, weights.support());
}

std::vector<std::vector<Index>> subjects_by_level(std::span<const Index> levels,
                                                  const CaseWeights& weights) {
  const auto support = weights.support();
  if (levels.empty()) {
    return {std::vector<Index>(support.begin(), support.end())};
  }
  VIGIL_EXPECTS(size_of(levels) == weights.subjects());
  const Index largest = *std::max_element(levels.begin(), levels.end());
  std::vector<std::vector<Index>> members(at(largest + 1));
  for (const Index subject : support) {
    if (levels[at(subject)] != no_index) {
      members[at(levels[at(subject)])].push_back(subject);
    }
  }
  return members;
}

} // namespace vigil::survival
