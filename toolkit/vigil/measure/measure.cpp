// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/measure/measure.hpp"

#include "vigil/numeric/tail.hpp"

#include <algorithm>
#include <set>

namespace vigil::measure {

double standard_error(const Estimate& estimate, const CaseWeights& weights) {
  if (estimate.influence.empty() || !estimate.undefined_because.empty()) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  VIGIL_EXPECTS(size_of(estimate.influence) == weights.subjects());
  double count = 0.0, squares = 0.0;
  for (const Index subject : weights.support()) {
    const auto times = static_cast<double>(weights.times(subject));
    const double psi = estimate.influence[at(subject)];
    count += times;
    squares += times * psi * psi;
  }
  return std::sqrt(squares) / count;
}

double
standard_error(const Estimate& estimate, const CaseWeights& weights, std::span<const Index> group) {
  VIGIL_EXPECTS(size_of(group) == weights.subjects());
  if (estimate.influence.empty() || !estimate.undefined_because.empty() ||
      groups_in(weights, group) < 2) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  VIGIL_EXPECTS(size_of(estimate.influence) == weights.subjects());
  std::vector<double> sums(at(*std::max_element(group.begin(), group.end()) + 1), 0.0);
  double count = 0.0;
  for (const Index subject : weights.support()) {
    const auto times = static_cast<double>(weights.times(subject));
    count += times;
    sums[at(group[at(subject)])] += times * estimate.influence[at(subject)];
  }
  double squares = 0.0;
  for (const double sum : sums) {
    squares += sum * sum;
  }
  return std::sqrt(squares) / count;
}

Index groups_in(const CaseWeights& weights, std::span<const Index> group) {
  std::set<Index> found;
  for (const Index subject : weights.support()) {
    VIGIL_EXPECTS(group[at(subject)] >= 0);
    found.insert(group[at(subject)]);
  }
  return size_of(found);
}

Estimate undefined(std::string because) {
  return {.value = std::numeric_limits<double>::quiet_NaN(),
          .influence = {},
          .undefined_because = std::move(because)};
}

Interval normal_interval(double value, double se, double level, IntervalScale scale) {
  VIGIL_EXPECTS(level > 0.0 && level < 1.0);
  const double reach = normal_quantile(0.5 + 0.5 * level) * se;
  if (scale == IntervalScale::logit && value > 0.0 && value < 1.0) {
    const double centre = std::log(value / (1.0 - value));
    const double width = reach / (value * (1.0 - value));
    return {.lower = 1.0 / (1.0 + std::exp(width - centre)),
            .upper = 1.0 / (1.0 + std::exp(-width - centre))};
  }
  if (scale == IntervalScale::log && value > 0.0) {
    const double factor = std::exp(reach / value);
    return {.lower = value / factor, .upper = value * factor};
  }
  return {.lower = value - reach, .upper = value + reach};
}

} // namespace vigil::measure
