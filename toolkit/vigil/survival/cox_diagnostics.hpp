// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/survival/cox_fit.hpp"

#include <limits>
#include <span>
#include <string>
#include <vector>

namespace vigil::survival {

/// Sandwich covariance of the coefficients, robust to rows that depend on each other and to sampling weights.
///
///   C (sum_g U_g U_g') C,   C = fit.covariance,   U_g = sum of the score residuals of the rows of group g
///
/// columns   as given to fit_cox
/// group     one level from 0 per subject; empty: each row (a subject drawn m times: each of its m rows) is its own
/// weights   those of the likelihood
/// returns   k x k, 0 where dropped; NaN for a fit that has not converged and with fewer than two groups
/// limits    consistent in the number of groups, without a factor for few of them
/// cost      O(rows k + groups k^2)
/// source    Lin and Wei 1989, JASA 84:1074; Lee, Wei, Amato 1992; checked by tests/reference/cox_diagnostics_test
[[nodiscard]] std::vector<double> sandwich_covariance(const CoxLikelihood& likelihood,
                                                      const CoxFit& fit,
                                                      std::span<const double> columns,
                                                      const CaseWeights& weights,
                                                      std::span<const Index> group);

/// Score tests that coefficients do not change with time, at a fitted model.
struct ProportionalHazards {
  std::vector<double> chi_square, p; ///< by column, on one degree of freedom; NaN where dropped
  double global_chi_square = std::numeric_limits<double>::quiet_NaN();
  double global_p = std::numeric_limits<double>::quiet_NaN();
  Index degrees_of_freedom = 0;       ///< of the global test: columns that were not dropped
  std::string undefined_because = {}; ///< empty: defined
};

/// Tests of the added columns x_j g(t), g(t) = 1 - S(t-): do hazards stay proportional?
///
///   U_j  = sum over event times of g (x_j of the events - its mean over the risk set)
///   V    = I_gg - I_g I^-1 I_g,   I, I_g, I_gg: information with each event time times 1, g, g^2
///   one column U_j^2 / V_jj,   all columns U' V^-1 U
///
/// columns   as given to fit_cox
/// survival  S, Kaplan-Meier of all rows; a shift or a factor of g changes nothing
/// returns   undefined for a fit that has not converged, and where a column cannot change with g
/// cost      O(rows k^2)
/// source    Grambsch and Therneau 1994, Biometrika 81:515, as a score test with the exact information;
///           checked by tests/reference/cox_diagnostics_test
[[nodiscard]] ProportionalHazards proportional_hazards(const CoxLikelihood& likelihood,
                                                       const CoxFit& fit,
                                                       std::span<const double> columns,
                                                       const StepFunction& survival);

} // namespace vigil::survival
