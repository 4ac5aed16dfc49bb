// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/survival/pseudo_values.hpp"

#include "vigil/survival/risk_sets.hpp"

#include <limits>
#include <map>
#include <tuple>

namespace vigil::survival {

namespace {

// Counts at each distinct time up to the horizon.
struct Counts {
  std::vector<double> time, at_risk, events, own; // own: of the cause
};

// One row that is left out; the place of its time is past the end where it lies beyond the horizon.
struct LeftOut {
  double entry = 0.0;
  std::size_t leaves = 0;
  bool event = false, event_of_cause = false;
};

double incidence(const Counts& counts, const LeftOut* row) {
  double survival = 1.0, reached = 0.0;
  for (std::size_t k = 0; k < counts.time.size(); ++k) {
    double at_risk = counts.at_risk[k], events = counts.events[k], own = counts.own[k];
    if (row != nullptr && row->entry < counts.time[k] && k <= row->leaves) {
      at_risk -= 1.0;
      events -= k == row->leaves && row->event ? 1.0 : 0.0;
      own -= k == row->leaves && row->event_of_cause ? 1.0 : 0.0;
    }
    if (events > 0.0) {
      reached += survival * own / at_risk;
      survival *= (at_risk - events) / at_risk;
    }
  }
  return reached;
}

} // namespace

std::vector<double>
pseudo_values(const Outcome& outcome, const CaseWeights& weights, Index cause, double horizon) {
  const FollowUp observed = follow_up(outcome);
  VIGIL_EXPECTS(cause >= 1 && cause <= observed.causes);
  std::vector<double> values(at(observed.subjects()), std::numeric_limits<double>::quiet_NaN());
  double rows = 0.0;
  for (const Index i : weights.support()) {
    if (weights.sampling(i) != 1.0) {
      return values;
    }
    rows += static_cast<double>(weights.times(i));
  }
  if (rows < 2.0) {
    return values;
  }
  const RiskSets sets = risk_sets(observed, weights);
  Counts counts;
  std::vector<std::size_t> place(values.size(), std::numeric_limits<std::size_t>::max());
  for (Index k = 0; k < sets.times_until(horizon); ++k) {
    double own = 0.0;
    for (Index row = sets.start[at(k)]; row < sets.start[at(k + 1)]; ++row) {
      const Index i = sets.subject[at(row)];
      place[at(i)] = at(k);
      own += static_cast<Index>(observed.cause[at(i)]) == cause
                 ? static_cast<double>(weights.times(i))
                 : 0.0;
    }
    counts.time.push_back(sets.time[at(k)]);
    counts.at_risk.push_back(static_cast<double>(sets.rows_at_risk[at(k)]));
    counts.events.push_back(static_cast<double>(sets.event_rows[at(k)]));
    counts.own.push_back(own);
  }
  const double all = incidence(counts, nullptr);
  std::map<std::tuple<double, std::size_t, Index>, double> known; // rows alike have one value
  for (const Index i : weights.support()) {
    const auto own = static_cast<Index>(observed.cause[at(i)]);
    const LeftOut row{.entry = observed.entry_of(i),
                      .leaves = place[at(i)],
                      .event = own != 0,
                      .event_of_cause = own == cause};
    const auto [found, fresh] = known.try_emplace({row.entry, row.leaves, own}, 0.0);
    if (fresh) {
      found->second = rows * all - (rows - 1.0) * incidence(counts, &row);
    }
    values[at(i)] = found->second;
  }
  return values;
}

} // namespace vigil::survival
