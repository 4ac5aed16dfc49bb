// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/case_weights.hpp"
#include "vigil/cohort/outcome.hpp"

#include <limits>
#include <string>

namespace vigil::survival {

/// One-sided limits of the risk of an event by the horizon, each at the same confidence.
struct BetaProductLimits {
  double risk = std::numeric_limits<double>::quiet_NaN(); ///< 1 - Kaplan-Meier
  double risk_lower = std::numeric_limits<double>::quiet_NaN();
  double risk_upper = std::numeric_limits<double>::quiet_NaN();
  Index events = 0;                   ///< by the horizon, times drawn
  Index at_risk = 0;                  ///< under observation beyond the horizon, times drawn
  std::string undefined_because = {}; ///< empty: defined
};

/// Limits of 1 - S(t) that stay honest with few or no events, where a normal interval says "0 to 0".
///
///   upper limit of S(t)  quantile `confidence` of prod_{u <= t} Beta(Y(u) - d(u) + 1, d(u))
///   lower limit of S(t)  quantile 1 - `confidence` of that product times Beta(Y(t+), 1)
///   the product is replaced by the Beta variable with its first two moments
///
/// confidence  of each limit alone: two limits at 0.95 make a 90 % interval
/// domain      right censoring independent of the event; without delayed entry and sampling weights (undefined
///             there); exact without censoring, where it equals Clopper and Pearson 1934
/// returns     nobody beyond the horizon: upper limit of the risk 1; nobody at all: undefined
/// cost        O(n log n)
/// source      Fay, Brittain and Proschan 2013, Biostatistics 14:723; checked by tests/unit/survival and
///             tests/reference/survival_test
[[nodiscard]] BetaProductLimits beta_product_limits(const Outcome& outcome,
                                                    const CaseWeights& weights,
                                                    double horizon,
                                                    double confidence = 0.95);

/// p of the hypothesis that the risk by the horizon lies above `risk`: 1 - the largest confidence at which the upper limit is
/// still at most `risk`; 1 where nobody is under observation beyond the horizon, NaN where the limits are undefined.
///
///   P(product of Beta variables of the upper limit <= 1 - risk)
///
/// domain, cost, source  as above; checked by tests/unit/survival/beta_product_limits_test
[[nodiscard]] double
beta_product_p(const Outcome& outcome, const CaseWeights& weights, double horizon, double risk);

} // namespace vigil::survival
