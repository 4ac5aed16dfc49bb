// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/quantile.hpp"

#include "vigil/base/index.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace vigil {

namespace {

// Of so many equal whole weights the sums are whole: the place is known without a sum, and no order of equal values matters.
double quantile_of_equals(std::vector<double> values, double weight, double probability) {
  const auto count = static_cast<double>(values.size());
  const double wanted = probability * (count * weight);
  double passed =
      std::floor(wanted / weight); // values whose sum of weights is not above what is wanted
  passed += (passed + 1.0) * weight <= wanted ? 1.0 : passed * weight > wanted ? -1.0 : 0.0;
  passed = std::min(passed, count - 1.0);
  const auto here = values.begin() + static_cast<std::ptrdiff_t>(passed);
  std::nth_element(values.begin(), here, values.end());
  const bool between = passed > 0.0 && passed * weight == wanted;
  return between ? 0.5 * (*std::max_element(values.begin(), here) + *here) : *here;
}

} // namespace

double weighted_quantile(std::span<const double> values,
                         std::span<const double> weights,
                         double probability) {
  VIGIL_EXPECTS(values.size() == weights.size() && probability >= 0.0 && probability <= 1.0);
  std::vector<Index> order;
  std::vector<double> used;
  double smallest = HUGE_VAL, largest = 0.0;
  for (Index i = 0; i < size_of(values); ++i) {
    if (weights[at(i)] > 0.0 && std::isfinite(values[at(i)])) {
      order.push_back(i);
      used.push_back(values[at(i)]);
      smallest = std::min(smallest, weights[at(i)]);
      largest = std::max(largest, weights[at(i)]);
    }
  }
  if (order.empty()) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  constexpr double most = 0x1p20; // sums of so many such weights are exact
  if (smallest == largest && largest == std::floor(largest) && largest <= most &&
      static_cast<double>(order.size()) <= 0x1p32) {
    return quantile_of_equals(std::move(used), largest, probability);
  }
  std::stable_sort(order.begin(), order.end(), [values](Index left, Index right) {
    return values[at(left)] < values[at(right)];
  });
  double total = 0.0;
  for (const Index i : order) {
    total += weights[at(i)];
  }
  const double wanted = probability * total;
  double reached = 0.0;
  for (std::size_t place = 0; place < order.size(); ++place) {
    reached += weights[at(order[place])];
    if (reached == wanted && place + 1 < order.size()) {
      return 0.5 * (values[at(order[place])] + values[at(order[place + 1])]);
    }
    if (reached > wanted) {
      return values[at(order[place])];
    }
  }
  return values[at(order.back())];
}

} // namespace vigil
