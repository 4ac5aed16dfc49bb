// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/multiple_testing.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace vigil::select {

namespace {

/// Places of the tests, by rising p, equal ones in their order.
std::vector<Index> order_of_tests(std::span<const double> p) {
  std::vector<std::pair<double, Index>> tests;
  for (Index place = 0; place < size_of(p); ++place) {
    if (!std::isnan(p[at(place)])) {
      tests.push_back({p[at(place)], place});
    }
  }
  std::sort(tests.begin(), tests.end());
  std::vector<Index> order;
  order.reserve(tests.size());
  for (const auto& test : tests) {
    order.push_back(test.second);
  }
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

/// 1 + 1/2 + .. + 1/tests.
double harmonic_sum(Index tests) {
  double sum = 0.0;
  for (Index rank = tests; rank > 0; --rank) {
    sum += 1.0 / static_cast<double>(rank);
  }
  return sum;
}

} // namespace

AdjustedP adjust_p(std::span<const double> p) {
  const auto order = order_of_tests(p);
  const double share = storey_share(p);
  return {.bh = step_up(p, order, 1.0),
          .by = step_up(p, order, harmonic_sum(size_of(order))),
          .storey = step_up(p, order, share),
          .null_share = share};
}

std::vector<double> benjamini_hochberg(std::span<const double> p) {
  return step_up(p, order_of_tests(p), 1.0);
}

double storey_share(std::span<const double> p) {
  const auto tests = std::count_if(p.begin(), p.end(), [](double each) { return each == each; });
  const auto above = std::count_if(p.begin(), p.end(), [](double each) { return each > 0.5; });
  return tests == 0
             ? std::numeric_limits<double>::quiet_NaN()
             : std::min(1.0, 2.0 * static_cast<double>(1 + above) / static_cast<double>(tests));
}

} // namespace vigil::select
