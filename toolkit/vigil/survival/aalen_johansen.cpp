// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/survival/aalen_johansen.hpp"

#include "vigil/survival/kaplan_meier.hpp"
#include "vigil/survival/risk_sets.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vigil::survival {

namespace {

// Weight of the events of one cause at each distinct time.
std::vector<double> cause_events(const FollowUp& outcome,
                                 const CaseWeights& weights,
                                 const RiskSets& sets,
                                 Index cause) {
  std::vector<double> events(at(sets.times()), 0.0);
  for (Index k = 0; k < sets.times(); ++k) {
    for (Index place = sets.start[at(k)]; place < sets.start[at(k + 1)]; ++place) {
      const Index subject = sets.subject[at(place)];
      if (static_cast<Index>(outcome.cause[at(subject)]) == cause) {
        events[at(k)] += weights[subject];
      }
    }
  }
  return events;
}

// What the influence values need, summed over the distinct times within the horizon. Position k + 1: up to
// and with time k; position 0: nothing yet.
struct RunningSums {
  std::vector<double> survival;  // S
  std::vector<double> incidence; // F
  std::vector<double>
      hazard_change;            // sum d / (Y (Y - d)) = H: how log S falls with a weight at risk
  std::vector<double> per_risk; // sum dF / Y
  std::vector<double> change_by_step; // sum dF(u) H(u-)
};

RunningSums
running_sums(const RiskSets& sets, std::span<const double> events_of_cause, Index times) {
  RunningSums sums{{1.0}, {0.0}, {0.0}, {0.0}, {0.0}};
  for (Index k = 0; k < times; ++k) {
    const double at_risk = sets.at_risk[at(k)], survival = sums.survival.back(),
                 change = sums.hazard_change.back();
    const double step = survival * events_of_cause[at(k)] / at_risk;
    const bool any = sets.event_rows[at(k)] > 0;
    const bool everybody = any && sets.event_rows[at(k)] == sets.rows_at_risk[at(k)];
    sums.incidence.push_back(sums.incidence.back() + step);
    sums.per_risk.push_back(sums.per_risk.back() + step / at_risk);
    sums.change_by_step.push_back(sums.change_by_step.back() + step * change);
    sums.survival.push_back(everybody ? 0.0
                            : any     ? survival * (sets.after_events[at(k)] / at_risk)
                                      : survival);
    // After S = 0 no step follows, so its change is never used again.
    sums.hazard_change.push_back(
        any && !everybody ? change + sets.events[at(k)] / (at_risk * sets.after_events[at(k)])
                          : change);
  }
  return sums;
}

// One subject on its way: enters before distinct time number `entered`, leaves at number `leaves`.
struct Way {
  Index entered, leaves;
  bool event, event_of_cause;
};

// dF/dw of a subject.
double derivative(const RunningSums& sums, const RiskSets& sets, const Way& way) {
  const Index times = size_of(sums.incidence) - 1;
  const Index last = std::min(way.leaves + 1, times);
  const Index first = std::min(way.entered, times);
  const auto between = [first, last](const std::vector<double>& values) {
    return values[at(last)] - values[at(first)];
  };
  double change = between(sums.change_by_step) -
                  sums.hazard_change[at(first)] * between(sums.incidence) - between(sums.per_risk);
  if (way.leaves < times) {
    const double remaining = sets.after_events[at(way.leaves)];
    const double left = way.event && remaining > 0.0 ? 1.0 / remaining : 0.0;
    const double later = sums.incidence[at(times)] - sums.incidence[at(last)];
    change -= (left - between(sums.hazard_change)) * later;
    change +=
        way.event_of_cause ? sums.survival[at(way.leaves)] / sets.at_risk[at(way.leaves)] : 0.0;
  }
  return change;
}

} // namespace

AalenJohansen aalen_johansen(const Outcome& outcome, const CaseWeights& weights) {
  const FollowUp observed = follow_up(outcome);
  const RiskSets sets = risk_sets(observed, weights);
  AalenJohansen estimate{.event_free = kaplan_meier(sets).survival, .incidence = {}};
  for (Index cause = 1; cause <= observed.causes; ++cause) {
    const auto events = cause_events(observed, weights, sets, cause);
    StepFunction curve{.before = 0.0, .time = estimate.event_free.time, .value = {}};
    double reached = 0.0;
    for (Index k = 0; k < sets.times(); ++k) {
      if (sets.event_rows[at(k)] == 0) {
        continue;
      }
      const Index step = size_of(curve.value);
      const double survival = step == 0 ? 1.0 : estimate.event_free.value[at(step - 1)];
      reached += survival * events[at(k)] / sets.at_risk[at(k)];
      curve.value.push_back(reached);
    }
    estimate.incidence.push_back(std::move(curve));
  }
  return estimate;
}

Incidence cumulative_incidence(const Outcome& outcome,
                               const CaseWeights& weights,
                               Index cause,
                               double horizon) {
  const FollowUp observed = follow_up(outcome);
  VIGIL_EXPECTS(cause >= 1 && cause <= observed.causes);
  const RiskSets sets = risk_sets(observed, weights);
  const auto events = cause_events(observed, weights, sets, cause);
  const RunningSums sums = running_sums(sets, events, sets.times_until(horizon));
  const double total = sets.total_weight(weights);
  Incidence estimate{.value = sums.incidence.back(),
                     .se = 0.0,
                     .influence = std::vector<double>(at(observed.subjects()), 0.0)};
  double variance = 0.0;
  for (Index k = 0; k < sets.times(); ++k) {
    for (Index place = sets.start[at(k)]; place < sets.start[at(k + 1)]; ++place) {
      const Index i = sets.subject[at(place)];
      const Index entered = observed.entry.empty() ? 0 : sets.times_until(observed.entry[at(i)]);
      const auto own = static_cast<Index>(observed.cause[at(i)]);
      const double change = derivative(
          sums,
          sets,
          {.entered = entered, .leaves = k, .event = own != 0, .event_of_cause = own == cause});
      estimate.influence[at(i)] = total * change;
      const double moved = weights.sampling(i) * change;
      variance += static_cast<double>(weights.times(i)) * moved * moved;
    }
  }
  estimate.se = std::sqrt(variance);
  return estimate;
}

double
aalen_variance(const Outcome& outcome, const CaseWeights& weights, Index cause, double horizon) {
  const FollowUp observed = follow_up(outcome);
  VIGIL_EXPECTS(cause >= 1 && cause <= observed.causes);
  for (const Index i : weights.support()) {
    if (weights.sampling(i) != 1.0) {
      return std::numeric_limits<double>::quiet_NaN();
    }
  }
  const RiskSets sets = risk_sets(observed, weights);
  const auto own = cause_events(observed, weights, sets, cause);
  const Index times = sets.times_until(horizon);
  const RunningSums sums = running_sums(sets, own, times);
  const auto hypergeometric = [](double events, double at_risk) {
    return events > 1.0 ? 1.0 - (events - 1.0) / (at_risk - 1.0) : 1.0;
  };
  double variance = 0.0;
  for (Index other = 1; other <= observed.causes; ++other) {
    const auto events = cause_events(observed, weights, sets, other);
    for (Index k = 0; k < times; ++k) {
      if (events[at(k)] == 0.0) {
        continue;
      }
      const double later = sums.incidence.back() - sums.incidence[at(k + 1)];
      const double after = sums.survival[at(k + 1)];
      const double moves = (other == cause ? 1.0 : 0.0) - (after > 0.0 ? later / after : 0.0);
      const double g = sums.survival[at(k)] / sets.at_risk[at(k)] * moves;
      variance += g * g * events[at(k)] * hypergeometric(events[at(k)], sets.at_risk[at(k)]);
    }
  }
  return variance;
}

} // namespace vigil::survival
