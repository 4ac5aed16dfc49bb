// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/survival/censoring_weights.hpp"

#include <algorithm>
#include <vector>

namespace vigil::survival {

namespace {

constexpr double smallest_allowed = 0.05;
// G is a product of rounded factors: exactly at the limit it must pass.
constexpr double rounding_of_product = 1e-12;

void check_smallest(double value) {
  if (!(value >= smallest_allowed && value < 1.0)) {
    throw ConfigError({.where = "min-censoring-survival",
                       .found = number_text(value),
                       .expected = "a probability from 0.05 (never lower) to below 1",
                       .remedy = "leave the default of 0.10, or choose a shorter horizon",
                       .problem = "cannot use this limit for the support of a horizon"});
  }
}

// Subjects under observation beyond t: those who leave later, less those who enter later.
class Beyond {
public:
  Beyond(const FollowUp& observed, const RiskSets& sets) {
    for (const Index subject : sets.subject) {
      time_.push_back(observed.time[at(subject)]);
      entry_.push_back(observed.entry_of(subject));
    }
    std::sort(entry_.begin(), entry_.end());
  }
  [[nodiscard]] Index operator()(double t) const { return later(time_, t) - later(entry_, t); }

private:
  [[nodiscard]] static Index later(const std::vector<double>& sorted, double t) {
    return sorted.end() - std::upper_bound(sorted.begin(), sorted.end(), t);
  }
  std::vector<double> time_, entry_; // ascending
};

} // namespace

HorizonSupport horizon_support(const Outcome& outcome,
                               const CaseWeights& weights,
                               double horizon,
                               double smallest_censoring_survival) {
  check_smallest(smallest_censoring_survival);
  const FollowUp observed = follow_up(outcome);
  const RiskSets sets = risk_sets(observed, weights);
  const StepFunction censoring = reverse_kaplan_meier(sets);
  const Beyond beyond(observed, sets);
  const double limit = smallest_censoring_survival * (1.0 - rounding_of_product);
  const auto passes = [&](double t) {
    return censoring(t) >= limit && beyond(t) >= fewest_at_risk;
  };
  HorizonSupport support;
  support.censoring_survival = censoring(horizon);
  support.at_risk = beyond(horizon);
  support.supported = passes(horizon);
  support.warn = support.supported && support.censoring_survival < warn_below_censoring_survival;
  const auto largest = std::find_if(sets.time.rbegin(), sets.time.rend(), passes);
  support.largest_supported = largest == sets.time.rend() ? 0.0 : *largest;
  return support;
}

} // namespace vigil::survival
