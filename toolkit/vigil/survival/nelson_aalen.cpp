// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/survival/nelson_aalen.hpp"

#include "vigil/survival/risk_sets.hpp"

namespace vigil::survival {

NelsonAalen nelson_aalen(const Outcome& outcome, const CaseWeights& weights, TiedEvents ties) {
  const RiskSets sets = risk_sets(follow_up(outcome), weights);
  NelsonAalen estimate;
  double hazard = 0.0, variance = 0.0;
  for (Index k = 0; k < sets.times(); ++k) {
    const Index tied = sets.event_rows[at(k)];
    if (tied == 0) {
      continue;
    }
    const double at_risk = sets.at_risk[at(k)], events = sets.events[at(k)];
    if (ties == TiedEvents::together) {
      hazard += events / at_risk;
      variance += events / (at_risk * at_risk);
    } else {
      const double mean_weight = events / static_cast<double>(tied);
      for (Index before = 0; before < tied; ++before) {
        const double remaining = at_risk - mean_weight * static_cast<double>(before);
        hazard += mean_weight / remaining;
        variance += mean_weight / (remaining * remaining);
      }
    }
    estimate.hazard.time.push_back(sets.time[at(k)]);
    estimate.hazard.value.push_back(hazard);
    estimate.variance.value.push_back(variance);
  }
  estimate.variance.time = estimate.hazard.time;
  return estimate;
}

} // namespace vigil::survival
