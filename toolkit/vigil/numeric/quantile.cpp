// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/quantile.hpp"

#include "vigil/base/index.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

namespace vigil {

namespace {

// nth_element, which few values beyond it make cheap.
void put_in_place(std::vector<double>& values, std::size_t place) {
  constexpr std::size_t few = 16;
  const std::size_t after = values.size() - place;
  if (place < few) {
    std::partial_sort(
        values.begin(), values.begin() + static_cast<std::ptrdiff_t>(place) + 1, values.end());
  } else if (after <= few) {
    std::partial_sort(values.rbegin(),
                      values.rbegin() + static_cast<std::ptrdiff_t>(after),
                      values.rend(),
                      std::greater<>());
  } else {
    std::nth_element(
        values.begin(), values.begin() + static_cast<std::ptrdiff_t>(place), values.end());
  }
}

// Of so many equal whole weights the sums are whole: the place is known without a sum, and no order of equal values matters.
double quantile_of_equals(std::vector<double>& values, double weight, double probability) {
  const auto count = static_cast<double>(values.size());
  const double wanted = probability * (count * weight);
  double passed =
      std::floor(wanted / weight); // values whose sum of weights is not above what is wanted
  passed += (passed + 1.0) * weight <= wanted ? 1.0 : passed * weight > wanted ? -1.0 : 0.0;
  passed = std::min(passed, count - 1.0);
  const auto here = values.begin() + static_cast<std::ptrdiff_t>(passed);
  put_in_place(values, static_cast<std::size_t>(passed));
  const bool between = passed > 0.0 && passed * weight == wanted;
  return between ? 0.5 * (*std::max_element(values.begin(), here) + *here) : *here;
}

/// A value and its weight.
struct Weighted {
  double value, weight;
};

double quantile_of_sorted(std::span<const Weighted> sorted, double total, double probability) {
  const double wanted = probability * total;
  double reached = 0.0;
  for (std::size_t place = 0; place < sorted.size(); ++place) {
    reached += sorted[place].weight;
    if (reached == wanted && place + 1 < sorted.size()) {
      return 0.5 * (sorted[place].value + sorted[place + 1].value);
    }
    if (reached > wanted) {
      return sorted[place].value;
    }
  }
  return sorted.back().value;
}

/// All weights are one whole number, whose sums are exact.
bool equal_whole_weights(double smallest, double largest, std::size_t count) {
  return smallest == largest && largest == std::floor(largest) && largest <= 0x1p20 &&
         static_cast<double>(count) <= 0x1p32;
}

} // namespace

std::vector<double> weighted_quantiles(std::span<const double> values,
                                       std::span<const double> weights,
                                       std::span<const double> probabilities) {
  VIGIL_EXPECTS(values.size() == weights.size());
  std::vector<double> used, result;
  used.reserve(values.size());
  double smallest = HUGE_VAL, largest = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (weights[i] > 0.0 && std::isfinite(values[i])) {
      used.push_back(values[i]);
      smallest = std::min(smallest, weights[i]);
      largest = std::max(largest, weights[i]);
    }
  }
  if (used.empty()) {
    result.assign(probabilities.size(), std::numeric_limits<double>::quiet_NaN());
    return result;
  }
  if (equal_whole_weights(smallest, largest, used.size())) {
    for (const double probability : probabilities) {
      result.push_back(quantile_of_equals(used, largest, probability));
    }
    return result;
  }
  std::vector<Weighted> sorted;
  sorted.reserve(used.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (weights[i] > 0.0 && std::isfinite(values[i])) {
      sorted.push_back({values[i], weights[i]});
    }
  }
  std::ranges::stable_sort(sorted, {}, &Weighted::value);
  double total = 0.0;
  for (const Weighted& each : sorted) {
    total += each.weight;
  }
  for (const double probability : probabilities) {
    result.push_back(quantile_of_sorted(sorted, total, probability));
  }
  return result;
}

double weighted_quantile(std::span<const double> values,
                         std::span<const double> weights,
                         double probability) {
  VIGIL_EXPECTS(probability >= 0.0 && probability <= 1.0);
  return weighted_quantiles(values, weights, {&probability, 1}).front();
}

} // namespace vigil
