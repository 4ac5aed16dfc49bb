// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/penalty.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/penalized/group_penalty.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace vigil::penalized {

namespace {

void check_shape(const PenaltyOptions& options) {
  const PenaltyShape shape = options.shape();
  const double bound = gamma_bound(shape.kind);
  const std::string name(name_of(shape.kind));
  if (!shape.concave() && options.gamma != 0.0) {
    throw ConfigError({.where = "penalty, gamma",
                       .found = number_text(options.gamma) + " with penalty " + name,
                       .expected = "gamma with mcp or scad alone",
                       .remedy = "choose mcp or scad, or drop gamma"});
  }
  if (shape.concave() && !(shape.gamma > bound && std::isfinite(shape.gamma))) {
    throw ConfigError({.where = "penalty, gamma",
                       .found = number_text(options.gamma),
                       .expected = "a finite number above " + number_text(bound) + " for " + name,
                       .remedy = "use the default, " + number_text(default_gamma(shape.kind))});
  }
  if (shape.concave() && !(options.l1_ratio > 0.0)) {
    throw ConfigError({.where = "penalty, l1_ratio",
                       .found = number_text(options.l1_ratio) + " with penalty " + name,
                       .expected = "a number above 0: ridge has no part that could be concave",
                       .remedy = "raise l1_ratio, or use the elastic net"});
  }
}

} // namespace

void check_penalty(const PenaltyOptions& options, const TrainingData& data) {
  check_shape(options);
  if (!(options.l1_ratio >= 0.0 && options.l1_ratio <= 1.0)) {
    throw ConfigError({.where = "penalty, l1_ratio",
                       .found = number_text(options.l1_ratio),
                       .expected = "a number from 0 (ridge) to 1 (lasso)",
                       .remedy = "set l1_ratio within this range"});
  }
  const auto check_each = [&](const std::vector<double>& values,
                              const std::string& what,
                              const std::string& expected,
                              const auto& fits) {
    if (values.empty()) {
      return;
    }
    if (size_of(values) != data.columns()) {
      throw ConfigError({.where = what + "s",
                         .found = number_text(size_of(values)) + " values",
                         .expected = number_text(data.columns()) + ", one per column",
                         .remedy = "give one value for each marker and clinical column"});
    }
    for (Index column = 0; column < data.columns(); ++column) {
      if (!fits(values[at(column)])) {
        throw ConfigError({.where = what + " of " + data.covariates().info(column).name,
                           .found = number_text(values[at(column)]),
                           .expected = expected,
                           .remedy = "correct it; leave a column out by --features"});
      }
    }
  };
  check_each(options.factor,
             "penalty factor",
             "a number, 0 or more, or inf for a feature that is left out",
             [](double value) { return value >= 0.0; });
  check_each(options.lower, "lower limit", "0 or less", [](double value) { return value <= 0.0; });
  check_each(options.upper, "upper limit", "0 or more", [](double value) { return value >= 0.0; });
  check_groups(options, data);
}

std::vector<double> penalty_factors(const PenaltyOptions& options,
                                    const TrainingData& data,
                                    const Preparation& preparation) {
  VIGIL_EXPECTS(preparation.columns() == data.columns());
  const Index markers = data.features.features(), columns = data.columns();
  std::vector<double> factors(at(columns));
  for (Index column = 0; column < columns; ++column) {
    double& factor = factors[at(column)];
    if (!options.factor.empty()) {
      factor = std::isinf(options.factor[at(column)]) ? -1.0 : options.factor[at(column)];
    } else if (column < markers) {
      factor = data.features.penalized(column) ? 1.0 : 0.0;
    } else {
      factor = data.clinical.info(column - markers).penalized ? 1.0 : 0.0;
    }
  }
  for (Index column = 0; column < columns; ++column) {
    if (!preparation.keeps(column)) {
      factors[at(column)] = -1.0;
    }
  }
  return factors;
}

ColumnPenalty column_penalty(const PenaltyOptions& options,
                             double factor,
                             Index column,
                             const Preparation::Column& rule) {
  ColumnPenalty result{.factor = factor};
  if (!options.lower.empty()) {
    result.lower = options.lower[at(column)] * rule.scale;
  }
  if (!options.upper.empty()) {
    result.upper = options.upper[at(column)] * rule.scale;
  }
  return result;
}

double kkt_violation(double gradient,
                     double coefficient,
                     const ColumnPenalty& penalty,
                     const Strength& strength) {
  const double rest = gradient - strength.l2(penalty.factor) * coefficient;
  if (!std::isfinite(rest)) { // a NaN must not pass for zero in a maximum
    return std::numeric_limits<double>::infinity();
  }
  const double full = strength.l1(penalty.factor), threshold = full * penalty.slope;
  const double unit = full > 0.0 ? full : strength.largest_lambda;
  // what a step up and a step down would gain per unit
  const double up = rest - (coefficient >= 0.0 ? threshold : -threshold);
  const double down = -rest - (coefficient <= 0.0 ? threshold : -threshold);
  const double gain =
      std::max(coefficient < penalty.upper ? up : 0.0, coefficient > penalty.lower ? down : 0.0);
  return std::max(0.0, gain) / unit;
}

} // namespace vigil::penalized
