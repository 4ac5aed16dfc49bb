// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/case_weights.hpp"
#include "vigil/cohort/outcome.hpp"

#include <limits>
#include <span>
#include <string>
#include <vector>

namespace vigil::survival {

/// rho 0: log-rank; rho 1: Peto and Peto, weight on early differences.
struct LogRankOptions {
  double rho = 0.0;
  std::span<const Index> stratum = {}; ///< one level per subject (no_index: left out), or empty
};

struct LogRank {
  double chi_square = std::numeric_limits<double>::quiet_NaN();
  Index degrees_of_freedom = 0;
  double p = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> subjects, observed,
      expected;                       ///< per group; observed and expected with weight S^rho
  std::string undefined_because = {}; ///< empty: defined
};

/// Test that groups have the same hazard: the G^rho family, stratified, for k groups.
///
///   O_g - E_g = sum over strata and event times u of S(u-)^rho (d_g(u) - d(u) Y_g(u) / Y(u))
///   V_gh      = sum S(u-)^(2 rho) d (Y - d) / (Y - 1) (Y_g / Y) (1(g = h) - Y_h / Y)
///   chi2      = (O - E)' V^-1 (O - E) without the last group, degrees of freedom groups - 1
///   S         Kaplan-Meier of all groups of the stratum
///
/// group     one level per subject, 0 .. k - 1; no_index: left out
/// weights   times drawn. A sampling weight is no count: the hypergeometric variance does not hold, so the
///           test is undefined with sampling weights other than 1
/// returns   groups that are never at risk at an event time are left out of the degrees of freedom
/// cost      O(n log n + k^2 times)
/// source    Mantel 1966; Peto and Peto 1972; Harrington and Fleming 1982, Biometrika 69:553;
///           checked by tests/reference/survival_test
[[nodiscard]] LogRank log_rank(const Outcome& outcome,
                               const CaseWeights& weights,
                               std::span<const Index> group,
                               const LogRankOptions& options = {});

} // namespace vigil::survival
