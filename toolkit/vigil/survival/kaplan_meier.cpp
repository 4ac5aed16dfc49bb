// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/survival/kaplan_meier.hpp"

#include "vigil/base/text.hpp"
#include "vigil/numeric/tail.hpp"
#include "vigil/survival/step_summary.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::survival {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

// S is a product of rounded factors: how far from 1 - p it may be and still be flat at it.
constexpr double flat_tolerance = 1e-12;

// First time from which `value` stays at or below the target; the middle of a stretch exactly at it.
double first_crossing(std::span<const double> time, std::span<const double> value, double target) {
  for (std::size_t k = 0; k < time.size(); ++k) {
    if (std::fabs(value[k] - target) <= flat_tolerance && k + 1 < time.size()) {
      return 0.5 * (time[k] + time[k + 1]);
    }
    if (value[k] <= target + flat_tolerance) {
      return time[k];
    }
  }
  return undefined;
}

} // namespace

KaplanMeier kaplan_meier(const RiskSets& sets) {
  KaplanMeier curve;
  curve.survival.before = 1.0;
  double survival = 1.0, variance = 0.0;
  for (Index k = 0; k < sets.times(); ++k) {
    if (sets.event_rows[at(k)] == 0) {
      continue;
    }
    const bool everybody = sets.event_rows[at(k)] == sets.rows_at_risk[at(k)];
    if (everybody) {
      survival = 0.0;
      variance = infinity;
    } else {
      survival *= sets.after_events[at(k)] / sets.at_risk[at(k)];
      variance += sets.events[at(k)] / (sets.at_risk[at(k)] * sets.after_events[at(k)]);
    }
    curve.survival.time.push_back(sets.time[at(k)]);
    curve.survival.value.push_back(survival);
    curve.relative_variance.value.push_back(variance);
  }
  curve.relative_variance.time = curve.survival.time;
  curve.last_time = sets.time.empty() ? 0.0 : sets.time.back();
  return curve;
}

KaplanMeier kaplan_meier(const Outcome& outcome, const CaseWeights& weights) {
  return kaplan_meier(risk_sets(follow_up(outcome), weights));
}

SurvivalEstimate
survival_interval(double s, double relative_error, double level, SurvivalScale scale) {
  VIGIL_EXPECTS(s > 0.0 && s < 1.0 && level > 0.0 && level < 1.0);
  const double v = relative_error;
  const double z = normal_quantile(0.5 + 0.5 * level);
  SurvivalEstimate estimate{.value = s, .se = s * v, .lower = 0.0, .upper = 1.0};
  switch (scale) {
  case SurvivalScale::log_log:
    estimate.lower = std::pow(s, std::exp(-z * v / std::log(s)));
    estimate.upper = std::pow(s, std::exp(z * v / std::log(s)));
    break;
  case SurvivalScale::log:
    estimate.lower = s * std::exp(-z * v);
    estimate.upper = s * std::exp(z * v);
    break;
  case SurvivalScale::plain:
    estimate.lower = s * (1.0 - z * v);
    estimate.upper = s * (1.0 + z * v);
    break;
  }
  estimate.lower = std::max(estimate.lower, 0.0);
  estimate.upper = std::min(estimate.upper, 1.0);
  return estimate;
}

SurvivalEstimate
survival_at(const KaplanMeier& curve, double t, double level, SurvivalScale scale) {
  VIGIL_EXPECTS(level > 0.0 && level < 1.0);
  const double s = curve.survival(t);
  if (s == 1.0) {
    return {};
  }
  if (s == 0.0) {
    return {.value = 0.0, .se = undefined, .lower = undefined, .upper = undefined};
  }
  return survival_interval(s, std::sqrt(curve.relative_variance(t)), level, scale);
}

TimeQuantile
time_quantile(const KaplanMeier& curve, double probability, double level, SurvivalScale scale) {
  VIGIL_EXPECTS(probability > 0.0 && probability < 1.0);
  std::vector<double> lower, upper;
  for (const double t : curve.survival.time) {
    const auto estimate = survival_at(curve, t, level, scale);
    lower.push_back(estimate.lower);
    upper.push_back(estimate.upper);
  }
  const double target = 1.0 - probability;
  const auto& time = curve.survival.time;
  return {.value = first_crossing(time, curve.survival.value, target),
          .lower = first_crossing(time, lower, target),
          .upper = first_crossing(time, upper, target)};
}

RestrictedMean restricted_mean(const KaplanMeier& curve, double horizon) {
  VIGIL_EXPECTS(horizon > 0.0);
  if (horizon > curve.last_time && curve.survival(curve.last_time) > 0.0) {
    return {.undefined_because = "survival is not known beyond " + number_text(curve.last_time) +
                                 ", the last observed time"};
  }
  const auto area = areas_until(curve.survival, horizon);
  double variance = 0.0;
  for (Index k = size_of(area) - 1; k >= 0; --k) {
    if (curve.survival.value[at(k)] > 0.0) { // at S = 0 nothing follows: the term is zero
      const double earlier = k == 0 ? 0.0 : curve.relative_variance.value[at(k - 1)];
      variance += area[at(k)] * area[at(k)] * (curve.relative_variance.value[at(k)] - earlier);
    }
  }
  return {.value = integral(curve.survival, horizon),
          .se = std::sqrt(variance),
          .undefined_because = {}};
}

std::vector<double>
numbers_at_risk(const Outcome& outcome, const CaseWeights& weights, std::span<const double> times) {
  const FollowUp observed = follow_up(outcome);
  std::vector<double> numbers;
  for (const double t : times) {
    double number = 0.0;
    for (const Index i : weights.support()) {
      const bool at_risk = observed.entry_of(i) < t && t <= observed.time[at(i)];
      const bool at_start = t == 0.0 && observed.entry_of(i) == 0.0;
      number += at_risk || at_start ? weights[i] : 0.0;
    }
    numbers.push_back(number);
  }
  return numbers;
}

} // namespace vigil::survival
