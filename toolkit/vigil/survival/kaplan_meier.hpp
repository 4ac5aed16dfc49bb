// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/case_weights.hpp"
#include "vigil/cohort/outcome.hpp"
#include "vigil/survival/risk_sets.hpp"
#include "vigil/survival/step_function.hpp"

#include <limits>
#include <span>
#include <string>
#include <vector>

namespace vigil::survival {

/// Survival curve with what its variance is made of. Steps at the distinct event times.
struct KaplanMeier {
  StepFunction survival;          ///< S(t); 1 before the first event
  StepFunction relative_variance; ///< sum of d / (Y (Y - d)): var log S; +infinity once S = 0
  double last_time = 0.0;         ///< largest observed time: nothing is known beyond, unless S = 0
};

/// Probability of being free of any event, by the product-limit estimator, with case weights.
///
///   S(t) = prod_{u <= t} (1 - d(u) / Y(u)),   var S(t) = S(t)^2 sum_{u <= t} d(u) / (Y(u) (Y(u) - d(u)))
///
/// outcome   n subjects; with competing risks every cause counts as an event
/// weights   times drawn are frequencies; the variance is not meant for sampling weights (use the influence
///           values of cumulative_incidence)
/// ties      events leave before censorings
/// cost      O(n log n)
/// source    Kaplan and Meier 1958, JASA 53:457; Greenwood 1926; checked by tests/reference/survival_test
[[nodiscard]] KaplanMeier kaplan_meier(const Outcome& outcome, const CaseWeights& weights);
[[nodiscard]] KaplanMeier kaplan_meier(const RiskSets& sets);

/// Scale on which the normal interval of S(t) is symmetric.
enum class SurvivalScale { log_log, log, plain };

/// S(t) with its standard error and interval, clipped to [0, 1].
struct SurvivalEstimate {
  double value = 1.0, se = 0.0, lower = 1.0, upper = 1.0;
};

/// A survival probability 0 < S < 1 with standard error S v and its normal interval on the scale asked for (formulas below).
[[nodiscard]] SurvivalEstimate survival_interval(double survival,
                                                 double relative_error,
                                                 double level = 0.95,
                                                 SurvivalScale scale = SurvivalScale::log_log);

/// S(t), Greenwood's standard error and the normal interval.
///
///   log_log  S^exp(-+ z v / log S)     log  S exp(-+ z v)     plain  S (1 -+ z v),   v^2 = relative variance
///
/// level     coverage, for example 0.95
/// returns   before the first event 1 with SE 0 and [1, 1]; where S = 0 the interval is not defined (NaN)
/// source    Kalbfleisch and Prentice 2002, section 1.4; checked by tests/reference/survival_test
[[nodiscard]] SurvivalEstimate survival_at(const KaplanMeier& curve,
                                           double t,
                                           double level = 0.95,
                                           SurvivalScale scale = SurvivalScale::log_log);

/// A quantile of the time to the event; NaN where the curve (or its limit) does not come down so far.
struct TimeQuantile {
  double value = std::numeric_limits<double>::quiet_NaN();
  double lower = std::numeric_limits<double>::quiet_NaN();
  double upper = std::numeric_limits<double>::quiet_NaN();
};

/// Smallest time with S(t) <= 1 - probability; the limits are where the curve's limits come down so far.
///
/// ties      where S stays exactly at 1 - probability, the middle of that flat stretch
/// source    Brookmeyer and Crowley 1982, Biometrics 38:29; checked by tests/reference/survival_test
[[nodiscard]] TimeQuantile time_quantile(const KaplanMeier& curve,
                                         double probability = 0.5,
                                         double level = 0.95,
                                         SurvivalScale scale = SurvivalScale::log_log);

struct RestrictedMean {
  double value = std::numeric_limits<double>::quiet_NaN();
  double se = std::numeric_limits<double>::quiet_NaN();
  std::string undefined_because = {}; ///< empty: defined
};

/// Mean time to the event up to a horizon.
///
///   integral_0^tau S(u) du,   var = sum_{u <= tau} A(u)^2 d(u) / (Y(u) (Y(u) - d(u))),  A(u) = integral_u^tau S
///
/// returns   undefined where tau lies beyond the last observed time and S is still positive there
/// source    Royston and Parmar 2013, BMC Med. Res. Methodol. 13:152; checked by tests/reference/survival_test
[[nodiscard]] RestrictedMean restricted_mean(const KaplanMeier& curve, double horizon);

/// Weight at risk just before each time (entry < t <= time): the row under a survival curve.
[[nodiscard]] std::vector<double>
numbers_at_risk(const Outcome& outcome, const CaseWeights& weights, std::span<const double> times);

} // namespace vigil::survival
