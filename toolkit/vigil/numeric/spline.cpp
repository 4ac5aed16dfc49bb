// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/spline.hpp"

#include "vigil/numeric/order.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vigil {

namespace {

double cube_above(double x, double knot) {
  const double gap = std::max(x - knot, 0.0);
  return gap * gap * gap;
}

} // namespace

std::vector<double> restricted_cubic_spline(std::span<const double> x,
                                            std::span<const double> knots) {
  const Index count = size_of(knots);
  VIGIL_EXPECTS(count >= 3 && std::is_sorted(knots.begin(), knots.end()));
  const double first = knots.front(), before = knots[at(count - 2)], last = knots.back();
  VIGIL_EXPECTS(before < last);
  const double unit = (last - first) * (last - first);
  std::vector<double> columns;
  columns.reserve(at((count - 2) * size_of(x)));
  for (Index j = 0; j + 2 < count; ++j) {
    const double knot = knots[at(j)];
    for (const double value : x) {
      columns.push_back((cube_above(value, knot) -
                         cube_above(value, before) * ((last - knot) / (last - before)) +
                         cube_above(value, last) * ((before - knot) / (last - before))) /
                        unit);
    }
  }
  return columns;
}

double interpolated_quantile(std::span<const double> values,
                             std::span<const double> weights,
                             double probability) {
  VIGIL_EXPECTS(values.size() == weights.size() && probability >= 0.0 && probability <= 1.0);
  std::vector<double> value, reached;
  double total = 0.0;
  for (const Index i : ascending_order(values)) {
    if (weights[at(i)] > 0.0) {
      total += weights[at(i)];
      value.push_back(values[at(i)]);
      reached.push_back(total);
    }
  }
  if (value.empty()) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const auto at_position = [&](double position) {
    const auto place = std::upper_bound(reached.begin(), reached.end(), position) - reached.begin();
    return value[at(std::min(place, size_of(value) - 1))];
  };
  const double position = std::max(probability * (total - 1.0), 0.0);
  const double lower = std::floor(position);
  const double from = at_position(lower), to = at_position(lower + 1.0);
  return from + (position - lower) * (to - from);
}

std::vector<double>
spline_knots(std::span<const double> values, std::span<const double> weights, Index knots) {
  VIGIL_EXPECTS(knots >= 3 && knots <= 5);
  static const std::vector<std::vector<double>> probabilities = {
      {0.10, 0.50, 0.90}, {0.05, 0.35, 0.65, 0.95}, {0.05, 0.275, 0.50, 0.725, 0.95}};
  std::vector<double> result;
  for (const double probability : probabilities[at(knots - 3)]) {
    result.push_back(interpolated_quantile(values, weights, probability));
  }
  return result;
}

} // namespace vigil
