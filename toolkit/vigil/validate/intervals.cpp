// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/validate/intervals.hpp"

#include "vigil/numeric/sums.hpp"

#include <cmath>
#include <vector>

namespace vigil {

using measure::IntervalScale;

double to_scale(double value, IntervalScale scale) {
  constexpr double outside = std::numeric_limits<double>::quiet_NaN();
  switch (scale) {
  case IntervalScale::logit:
    return value > 0.0 && value < 1.0 ? std::log(value / (1.0 - value)) : outside;
  case IntervalScale::log:
    return value > 0.0 ? std::log(value) : outside;
  case IntervalScale::identity:
    break;
  }
  return value;
}

double from_scale(double value, IntervalScale scale) {
  switch (scale) {
  case IntervalScale::logit:
    return 1.0 / (1.0 + std::exp(-value));
  case IntervalScale::log:
    return std::exp(value);
  case IntervalScale::identity:
    break;
  }
  return value;
}

double scale_slope(double value, IntervalScale scale) {
  switch (scale) {
  case IntervalScale::logit:
    return 1.0 / (value * (1.0 - value));
  case IntervalScale::log:
    return 1.0 / value;
  case IntervalScale::identity:
    break;
  }
  return 1.0;
}

measure::Interval interval_on_scale(double value, double se, double quantile, IntervalScale scale) {
  const double centre = to_scale(value, scale);
  if (std::isnan(centre)) {
    return {.lower = value - quantile * se, .upper = value + quantile * se};
  }
  const double reach = quantile * se * scale_slope(value, scale);
  return {.lower = from_scale(centre - reach, scale), .upper = from_scale(centre + reach, scale)};
}

CorrectedMean nadeau_bengio(std::span<const double> values, double test_to_train) {
  CorrectedMean result;
  if (values.empty()) {
    return result;
  }
  const auto count = static_cast<double>(values.size());
  result.mean = sum(values) / count;
  if (values.size() < 2) {
    return result;
  }
  std::vector<double> squares;
  for (const double value : values) {
    squares.push_back((value - result.mean) * (value - result.mean));
  }
  const double variance = sum(squares) / (count - 1.0);
  result.se = std::sqrt((1.0 / count + test_to_train) * variance);
  result.degrees_of_freedom = count - 1.0;
  return result;
}

} // namespace vigil
