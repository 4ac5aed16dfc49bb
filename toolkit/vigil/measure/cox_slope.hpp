// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/measure/evaluation_rows.hpp"
#include "vigil/survival/cox_likelihood.hpp"

#include <span>
#include <string>
#include <vector>

namespace vigil::measure {

/// Cox's model with one covariate for the event of interest (other endings are censorings), unstratified.
struct CoxSlope {
  double value = 0.0, wald_se = 0.0;
  double log_likelihood = 0.0, null_log_likelihood = 0.0;
  std::vector<double> gradient; ///< W d(value)/d(w_i) per row, from the score residuals
  std::vector<double> by_x;     ///< d(value)/d(x_i) per row
  std::string problem = {};     ///< empty: fitted
};

/// Fit with the influence of each row on the slope.
///
///   gradient_i = W r_i / information
///   r_i = D_i (x_i - mean_l x_l(T_i)) - e^(b x_i) SUM_{u <= T_i} SUM_l c_il h_l(u) (x_i - x_l(u))
///   h_l(u) = (d(u) / m) / S_l(u), x_l(u) the mean of x over S_l(u); l = 0 .. m - 1 the steps of Efron's ties
///   (m = 1 for Breslow), S_l lacks the part l/m of the tied events; c_il = 1 - l/m for these, else 1
///
///   by_x_i = w_i {D_i - e^(b x_i) SUM c_il h_l(u) - b e^(b x_i) SUM c_il h_l(u) (x_i - x_l(u))} / information
///
/// cost    O(n log n)
/// source  Cox 1972; Therneau and Grambsch 2000, Modeling Survival Data, 4.2 (score residuals) and 7.1 (their
///         robust variance); checked by tests/reference/measure_test
[[nodiscard]] CoxSlope fit_slope(const EvaluationRows& rows,
                                 const CaseWeights& weights,
                                 std::span<const double> x,
                                 survival::Ties ties);

/// The event of interest of the rows as an outcome of all subjects; subjects without weight are placeholders.
[[nodiscard]] SurvivalOutcome event_outcome(const EvaluationRows& rows, Index subjects);

} // namespace vigil::measure
