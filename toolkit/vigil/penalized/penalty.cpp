// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/penalty.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vigil::penalized {

void check_penalty(const PenaltyOptions& options, const TrainingData& data) {
  if (!(options.l1_ratio >= 0.0 && options.l1_ratio <= 1.0)) {
    throw ConfigError({.where = "penalty, l1_ratio",
                       .found = number_text(options.l1_ratio),
                       .expected = "a number from 0 (ridge) to 1 (lasso)",
                       .remedy = "set l1_ratio within this range"});
  }
  if (options.factor.empty()) {
    return;
  }
  if (size_of(options.factor) != data.columns()) {
    throw ConfigError({.where = "penalty factors",
                       .found = number_text(size_of(options.factor)) + " factors",
                       .expected = number_text(data.columns()) + ", one per column",
                       .remedy = "give one factor for each marker and clinical column"});
  }
  for (Index column = 0; column < data.columns(); ++column) {
    const double factor = options.factor[at(column)];
    if (!(factor >= 0.0 && std::isfinite(factor))) {
      throw ConfigError({.where = "penalty factor of " + data.covariates().info(column).name,
                         .found = number_text(factor),
                         .expected = "a finite number, 0 or more",
                         .remedy = "correct the factor; leave a column out by --features"});
    }
  }
}

std::vector<double> penalty_factors(const PenaltyOptions& options,
                                    const TrainingData& data,
                                    const Preparation& preparation) {
  VIGIL_EXPECTS(preparation.columns() == data.columns());
  const Covariates covariates = data.covariates();
  std::vector<double> factors;
  factors.reserve(at(data.columns()));
  for (Index column = 0; column < data.columns(); ++column) {
    if (!preparation.keeps(column)) {
      factors.push_back(-1.0);
    } else if (options.factor.empty()) {
      factors.push_back(covariates.info(column).penalized ? 1.0 : 0.0);
    } else {
      factors.push_back(options.factor[at(column)]);
    }
  }
  return factors;
}

double kkt_violation(
    double gradient, double coefficient, double strength, double l1_ratio, double largest_lambda) {
  const double rest = gradient - strength * (1.0 - l1_ratio) * coefficient;
  const double threshold = strength * l1_ratio;
  if (!std::isfinite(rest)) { // a NaN must not pass for zero in a maximum
    return std::numeric_limits<double>::infinity();
  }
  if (!(threshold > 0.0)) {
    return std::fabs(rest) / largest_lambda;
  }
  if (coefficient == 0.0) {
    return std::max(0.0, std::fabs(rest) / threshold - 1.0);
  }
  return std::fabs(rest - std::copysign(threshold, coefficient)) / threshold;
}

} // namespace vigil::penalized
