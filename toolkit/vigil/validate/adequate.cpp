// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/validate/adequate.hpp"

#include "vigil/numeric/tail.hpp"
#include "vigil/validate/intervals.hpp"

#include <cmath>
#include <limits>

namespace vigil {

namespace {

/// Whether a scale is more than the rounding of equal estimates.
bool spreads(double scale, double mu) {
  return scale > 1e-12 * (1.0 + std::fabs(mu));
}

} // namespace

bool judges_order(const measure::Entry& entry) {
  return entry.name == "harrell_c" || entry.name == "uno_c" || entry.name == "auc" ||
         entry.name == "auc_event_free_controls";
}

std::optional<ValueRange> AdequatePerformance::range_of(const measure::Entry& entry) const {
  if (judges_order(entry)) {
    return concordance;
  }
  if (entry.name == "calibration_slope" || entry.name == "calibration_slope_at_horizon") {
    return slope;
  }
  if (entry.name == "oe_ratio") {
    return oe_ratio;
  }
  return std::nullopt;
}

ValueRange to_scale(ValueRange range, measure::IntervalScale scale) {
  const auto limit = [scale](double value) {
    return std::isinf(value) ? value : to_scale(value, scale);
  };
  return {.from = limit(range.from), .to = limit(range.to)};
}

double adequate_probability(const CentrePooling& pooling, ValueRange range) {
  const double spread = std::sqrt(pooling.tau2 + pooling.se * pooling.se);
  const double freedom = static_cast<double>(pooling.centres) - 1.0;
  if (!spreads(spread, pooling.mu) || !(freedom > 0.0)) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const auto below = [&](double limit) {
    return std::isinf(limit) ? (limit > 0.0 ? 1.0 : 0.0)
                             : student_t_cdf((limit - pooling.mu) / spread, freedom);
  };
  return below(range.to) - below(range.from);
}

double adequate_probability(const BivariatePooling& pooling, ValueRange first, ValueRange second) {
  const BivariateT law{.mean_first = pooling.mu_first,
                       .mean_second = pooling.mu_second,
                       .scale = {.first = pooling.between.first + pooling.mu_variance.first,
                                 .cross = pooling.between.cross + pooling.mu_variance.cross,
                                 .second = pooling.between.second + pooling.mu_variance.second},
                       .degrees_of_freedom = static_cast<double>(pooling.centres) - 1.0};
  return spreads(std::sqrt(law.scale.first), law.mean_first) &&
                 spreads(std::sqrt(law.scale.second), law.mean_second)
             ? bivariate_t_probability(law, first, second)
             : std::numeric_limits<double>::quiet_NaN();
}

} // namespace vigil
