// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <limits>
#include <span>
#include <vector>

namespace vigil::penalized {

/// Which penalty strengths to solve, on glmnet's scale.
/// values: solved in descending order; empty: `points` values, equal steps in log lambda, from the largest lambda
/// down to `smallest_fraction` of it (0: 0.01 when there are fewer subjects than columns, else 1e-4).
/// most_nonzero: the first point with at least as many nonzero penalized coefficients is the last one.
struct LambdaGrid {
  Index points = 100;
  double smallest_fraction = 0.0;
  std::vector<double> values = {};
  Index most_nonzero = std::numeric_limits<Index>::max();
};

/// Throws ConfigError for values that are not positive and finite, fewer than 1 point, or a fraction outside [0, 1).
void check_grid(const LambdaGrid& grid);

/// Points that a path may have.
[[nodiscard]] Index most_points(const LambdaGrid& grid) noexcept;

/// Smallest lambda at which every penalized coefficient is zero:
///   max over v_j > 0 of |g_j| / (v_j max(l1_ratio, 0.001)),   g the gradient of (1/W) log L at the null model
/// 0 when no column is penalized.
/// source  Friedman, Hastie, Tibshirani 2010, J. Stat. Softw. 33(1), section 2.5
[[nodiscard]] double
largest_lambda(std::span<const double> gradient, std::span<const double> factor, double l1_ratio);

/// The values to solve, descending.
[[nodiscard]] std::vector<double>
lambda_values(const LambdaGrid& grid, double largest, bool fewer_subjects_than_columns);

} // namespace vigil::penalized
