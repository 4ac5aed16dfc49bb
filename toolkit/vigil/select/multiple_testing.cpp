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

std::vector<double> step_down(std::span<const double> p, std::span<const Index> order) {
  std::vector<double> adjusted(p.size(), std::numeric_limits<double>::quiet_NaN());
  double largest = 0.0;
  for (Index rank = 0; rank < size_of(order); ++rank) {
    const Index place = order[at(rank)];
    const auto left = static_cast<double>(size_of(order) - rank);
    largest = std::max(largest, std::min(1.0, left * p[at(place)]));
    adjusted[at(place)] = largest;
  }
  return adjusted;
}

/// By k = 1 .. m: the Simes p-value of the k largest p, min over j of k p_(m-k+j) / j.
///
/// k p / j is k times the slope from (m - k, 0) to (rank, p): the smallest one touches the lower convex hull of the
/// points to the right, which grows by one point for each k.
std::vector<double> simes_of_largest(std::span<const double> p, std::span<const Index> order) {
  const Index tests = size_of(order);
  const auto value = [&](Index rank) { return p[at(order[at(rank - 1)])]; }; // rank from 1
  const auto slope = [&](Index from, double height, Index rank) {
    return (value(rank) - height) / static_cast<double>(rank - from);
  };
  std::vector<Index> hull; // ranks, falling
  std::vector<double> result(at(tests));
  for (Index k = 1; k <= tests; ++k) {
    const Index added = tests - k + 1;
    while (hull.size() >= 2 && slope(added, value(added), hull.back()) >=
                                   slope(added, value(added), hull[hull.size() - 2])) {
      hull.pop_back();
    }
    hull.push_back(added);
    // Seen from (m - k, 0) the slopes fall along the hull to the tangent and then rise.
    std::size_t low = 0, high = hull.size() - 1; // the tangent lies in [low, high] of the stack
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      if (slope(tests - k, 0.0, hull[middle]) > slope(tests - k, 0.0, hull[middle + 1])) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    result[at(k - 1)] = static_cast<double>(k) * slope(tests - k, 0.0, hull[low]);
  }
  return result;
}

/// limit[k - 1] = sup{ a: h(a) >= k }.
std::vector<double> closed_simes(std::span<const double> p, std::span<const Index> order) {
  std::vector<double> limit = simes_of_largest(p, order);
  for (Index k = size_of(limit) - 1; k > 0; --k) {
    limit[at(k - 1)] = std::max(limit[at(k - 1)], limit[at(k)]);
  }
  std::vector<double> adjusted(p.size(), std::numeric_limits<double>::quiet_NaN());
  // a passes with h(a) = k where a >= limit[k]: the smallest max(k p, limit[k]) over k, 0 beyond the last limit.
  const auto next_limit = [&](Index k) { return k < size_of(limit) ? limit[at(k)] : 0.0; };
  Index k = size_of(limit);
  for (const Index place : order) { // p rises, so that the best k falls
    const double own = p[at(place)];
    while (k > 1 && next_limit(k - 1) <= static_cast<double>(k) * own) {
      --k;
    }
    adjusted[at(place)] = std::min(
        1.0,
        std::min(std::max(static_cast<double>(k) * own, next_limit(k)),
                 k < size_of(limit) ? std::max(static_cast<double>(k + 1) * own, next_limit(k + 1))
                                    : std::numeric_limits<double>::infinity()));
  }
  return adjusted;
}

} // namespace

AdjustedP adjust_p(std::span<const double> p) {
  const auto order = order_of_tests(p);
  const double share = storey_share(p);
  return {.bh = step_up(p, order, 1.0),
          .by = step_up(p, order, harmonic_sum(size_of(order))),
          .storey = step_up(p, order, share),
          .holm = step_down(p, order),
          .hommel = closed_simes(p, order),
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
