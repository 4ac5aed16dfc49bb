// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/measure/measure.hpp"

namespace vigil::measure {

/// Weak calibration of risks at the horizon t, with x_i = log(-log(1 - p_i)):
///
///   log(-log(1 - P(event by t))) = a + x_i        calibration_intercept: a, 0 = right on average, above 0: risks too low
///   log(-log(1 - P(event by t))) = a + b x_i      calibration_slope_at_horizon: b, 1 = spread as predicted
///
/// Both maximise sum_i w_i W_i {y_i log mu_i + (1 - y_i) log(1 - mu_i)}, W_i the censoring weights and y_i = 1 for an event
/// of interest by t, so that with competing causes the risks are cumulative incidences. p is moved to
/// [1/(2n), 1 - 1/(2n)].
///
/// influence  of the estimating equations, censoring weights estimated, the observed curvature between: right also where
///            the model of recalibration is not
/// undefined  nobody, or everybody, has the event by t; constant risks and separation (slope); as brier
/// cost       O(n log n) and some Newton steps of O(n); the log-likelihood is concave
/// source     van Geloven et al. 2022, BMJ 377:e069249 (the two levels, there by pseudo-values); Scheike, Zhang and Gerds
///            2008, Biometrika 95:205 (binomial regression by censoring weights); checked by tests/reference/model_measures_test,
///            tests/property/measure_test
[[nodiscard]] Estimate calibration_intercept(const Evaluation& evaluation);
[[nodiscard]] Estimate calibration_slope_at_horizon(const Evaluation& evaluation);

} // namespace vigil::measure
