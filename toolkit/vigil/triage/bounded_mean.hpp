// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <vector>

namespace vigil::triage {

/// Tests of the hypothesis that a mean lies above alpha, by n independent values in [0, 1] whose mean is `mean`; each p is at
/// most u with probability at most u when the hypothesis holds, at every n.
///
///   exact binomial  values 0 or 1:   P(X <= events),  X ~ Binomial(n, alpha)
///   Hoeffding       exp(-2 n (alpha - mean)^2) where mean < alpha, else 1
///   Hoeffding-Bentkus  min{exp(-n h(min(mean, alpha), alpha)), e P(X <= ceil(n mean)), 1},
///                   h(a, b) = a log(a/b) + (1 - a) log((1 - a)/(1 - b))
///
/// domain   0 < alpha < 1, n > 0, mean in [0, 1]
/// source   Hoeffding 1963, JASA 58:13; Bentkus 2004, Ann. Probab. 32:1650; Bates, Angelopoulos, Lei, Malik, Jordan 2021,
///          J. ACM 68:43; checked by tests/unit/triage/bounded_mean_test, tests/reference/risk_control_test
[[nodiscard]] double exact_binomial_p(Index events, Index subjects, double alpha);
[[nodiscard]] double hoeffding_p(double mean, Index subjects, double alpha);
[[nodiscard]] double hoeffding_bentkus_p(double mean, Index subjects, double alpha);

/// Subjects that the exact test needs within the tested group, all of them followed to the horizon; no_index: more than 20,000.
struct SampleSize {
  double risk = 0.0;      ///< true risk of the group
  Index first = no_index; ///< smallest number with the power
  Index from = no_index;  ///< from here on it keeps the power: exact power is a saw-tooth
};

/// For the true risks 0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.07 below alpha.
///
/// power    chance that the exact binomial test at level delta rejects "risk above alpha"
/// cost     up to 20,000 binomial tails for each risk
/// checked  by tests/reference/risk_control_test (the design's table)
[[nodiscard]] std::vector<SampleSize>
risk_control_sample_sizes(double alpha, double delta, double power = 0.80);

} // namespace vigil::triage
