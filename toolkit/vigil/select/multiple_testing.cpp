// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/multiple_testing.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vigil::select {

namespace {

/// Places of the tests, by rising p, equal ones in their order.
std::vector<Index> order_of_tests(std::span<const double> p) {
  std::vector<Index> order;
  for (Index place = 0; place < size_of(p); ++place) {
    if (!std::isnan(p[at(place)])) {
      order.push_back(place);
    }
  }
  std::stable_sort(order.begin(), order.end(), [&](Index left, Index right) {
    return p[at(left)] < p[at(right)];
  });
  return order;
}

/// share: factor / m.
std::vector<double> step_up(std::span<const double> p, std::span<const Index> order, double share) {
  std::vector<double> adjusted(p.size(), std::numeric_limits<double>::quiet_NaN());
  const auto tests = static_cast<double>(size_of(order));
  double smallest = 1.0;
  for (Index rank = size_of(order); rank > 0; --rank) {
    const Index place = order[at(rank - 1)];
    smallest = std::min(smallest, share * (tests / static_cast<double>(rank)) * p[at(place)]);
    adjusted[at(place)] = smallest;
  }
  return adjusted;
}

} // namespace

std::vector<double> benjamini_hochberg(std::span<const double> p) {
  return step_up(p, order_of_tests(p), 1.0);
}

std::vector<double> benjamini_yekutieli(std::span<const double> p) {
  const auto order = order_of_tests(p);
  double harmonic = 0.0;
  for (Index rank = size_of(order); rank > 0; --rank) {
    harmonic += 1.0 / static_cast<double>(rank);
  }
  return step_up(p, order, harmonic);
}

double storey_share(std::span<const double> p) {
  const auto tests = std::count_if(p.begin(), p.end(), [](double each) { return each == each; });
  const auto above = std::count_if(p.begin(), p.end(), [](double each) { return each > 0.5; });
  return tests == 0
             ? std::numeric_limits<double>::quiet_NaN()
             : std::min(1.0, 2.0 * static_cast<double>(1 + above) / static_cast<double>(tests));
}

std::vector<double> storey_q(std::span<const double> p) {
  return step_up(p, order_of_tests(p), storey_share(p));
}

} // namespace vigil::select
