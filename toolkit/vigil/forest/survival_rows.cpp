// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/survival_rows.hpp"

#include <algorithm>

namespace vigil::forest {

namespace {

// Numbers without gaps, whatever the labels.
void take_strata(std::span<const Index> stratum, SurvivalRows& rows) {
  std::vector<Index> labels;
  for (const Index subject : rows.subject) {
    labels.push_back(stratum[at(subject)]);
  }
  std::sort(labels.begin(), labels.end());
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
  if (labels.size() < 2) {
    return;
  }
  rows.strata = static_cast<std::uint32_t>(labels.size());
  for (const Index subject : rows.subject) {
    const auto found = std::lower_bound(labels.begin(), labels.end(), stratum[at(subject)]);
    rows.stratum.push_back(static_cast<std::uint32_t>(found - labels.begin()));
  }
}

} // namespace

SurvivalRows survival_rows(const SurvivalOutcome& outcome,
                           const CaseWeights& weights,
                           std::span<const Index> stratum) {
  VIGIL_EXPECTS(weights.subjects() == size_of(outcome.time));
  SurvivalRows rows;
  rows.subject.assign(weights.support().begin(), weights.support().end());
  const auto time = [&](Index subject) { return outcome.time[at(subject)]; };
  std::stable_sort(rows.subject.begin(), rows.subject.end(), [&](Index left, Index right) {
    return time(left) < time(right);
  });
  double last = 0.0;
  std::uint32_t instant = 0;
  for (const Index subject : rows.subject) {
    const bool event = outcome.event[at(subject)] != 0;
    rows.copies.push_back(weights.times(subject));
    rows.sampling.push_back(weights.sampling(subject));
    rows.equal_sampling = rows.equal_sampling && rows.sampling.back() == rows.sampling.front();
    instant += rows.moment.empty() || time(subject) == last ? 0 : 1;
    last = time(subject);
    rows.moment.push_back(2 * instant + (event ? 1 : 0));
    if (event && (rows.event_time.empty() || rows.event_time.back() < last)) {
      rows.event_time.push_back(last);
    }
  }
  const auto events_up_to = [&](double moment) {
    return static_cast<std::uint32_t>(
        std::upper_bound(rows.event_time.begin(), rows.event_time.end(), moment) -
        rows.event_time.begin());
  };
  for (const Index subject : rows.subject) {
    rows.passed.push_back(events_up_to(time(subject)));
    if (!outcome.entry.empty()) {
      rows.entered.push_back(events_up_to(outcome.entry[at(subject)]));
    }
  }
  if (std::ranges::all_of(rows.entered, [](std::uint32_t events) { return events == 0; })) {
    rows.entered.clear();
  }
  if (!stratum.empty()) {
    take_strata(stratum, rows);
  }
  return rows;
}

} // namespace vigil::forest
