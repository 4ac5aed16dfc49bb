// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <span>
#include <vector>

namespace vigil {

/// Nonlinear terms of a restricted cubic spline (linear beyond the outer knots); the linear term is x itself.
///
///   s_j(x) = [ (x - k_j)^3_+ - (x - k_{K-1})^3_+ (k_K - k_j) / (k_K - k_{K-1})
///              + (x - k_K)^3_+ (k_{K-1} - k_j) / (k_K - k_{K-1}) ] / (k_K - k_1)^2,   j = 1 .. K - 2
///
/// knots    at least 3, ascending and distinct
/// returns  K - 2 columns of x.size() values, one column after another
/// source   Stone and Koo 1985; Harrell 2015, Regression Modeling Strategies, 2.4.5 (his scaling);
///          checked by tests/unit/numeric/spline_test
[[nodiscard]] std::vector<double> restricted_cubic_spline(std::span<const double> x,
                                                          std::span<const double> knots);

/// Quantile by linear interpolation between order statistics, for weighted values.
///
/// With weights that count rows this is definition 7 of Hyndman and Fan 1996 on the repeated rows: position
/// h = p (W - 1), the value at position j being the one with S_{k-1} <= j < S_k. NaN without weight.
[[nodiscard]] double interpolated_quantile(std::span<const double> values,
                                           std::span<const double> weights,
                                           double probability);

/// Knots at fixed quantiles: for 3 knots .10 .50 .90, for 4 .05 .35 .65 .95, for 5 .05 .275 .50 .725 .95.
/// Equal knots are not dropped: callers look at them.
/// source  Harrell 2015, table 2.3
[[nodiscard]] std::vector<double>
spline_knots(std::span<const double> values, std::span<const double> weights, Index knots);

} // namespace vigil
