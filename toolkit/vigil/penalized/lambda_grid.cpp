// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/lambda_grid.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace vigil::penalized {

void check_grid(const LambdaGrid& grid) {
  for (const double lambda : grid.values) {
    if (!(lambda > 0.0 && std::isfinite(lambda))) {
      throw ConfigError({.where = "lambda values",
                         .found = number_text(lambda),
                         .expected = "finite numbers above 0",
                         .remedy = "correct the list of lambdas"});
    }
  }
  if (grid.values.empty() && grid.points < 1) {
    throw ConfigError({.where = "number of lambdas",
                       .found = number_text(grid.points),
                       .expected = "at least 1",
                       .remedy = "ask for a positive number of lambdas"});
  }
  if (!(grid.smallest_fraction >= 0.0 && grid.smallest_fraction < 1.0)) {
    throw ConfigError({.where = "ratio of the smallest to the largest lambda",
                       .found = number_text(grid.smallest_fraction),
                       .expected = "a number above 0 and below 1",
                       .remedy = "use for example 0.01"});
  }
}

Index most_points(const LambdaGrid& grid) noexcept {
  return grid.values.empty() ? grid.points : size_of(grid.values);
}

double
largest_lambda(std::span<const double> gradient, std::span<const double> factor, double l1_ratio) {
  VIGIL_EXPECTS(gradient.size() == factor.size());
  double largest = 0.0;
  for (Index column = 0; column < size_of(gradient); ++column) {
    if (factor[at(column)] > 0.0) {
      largest = std::max(largest, std::fabs(gradient[at(column)]) / factor[at(column)]);
    }
  }
  return largest / std::max(l1_ratio, 1e-3);
}

std::vector<double>
lambda_values(const LambdaGrid& grid, double largest, bool fewer_subjects_than_columns) {
  if (!grid.values.empty()) {
    std::vector<double> values = grid.values;
    std::sort(values.begin(), values.end(), std::greater<>());
    return values;
  }
  double fraction = grid.smallest_fraction;
  if (fraction == 0.0) {
    fraction = fewer_subjects_than_columns ? 1e-2 : 1e-4;
  }
  std::vector<double> values;
  const double steps = static_cast<double>(std::max<Index>(1, grid.points - 1));
  for (Index point = 0; point < grid.points; ++point) {
    values.push_back(largest * std::pow(fraction, static_cast<double>(point) / steps));
  }
  return values;
}

} // namespace vigil::penalized
