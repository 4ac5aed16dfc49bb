// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/representatives.hpp"

#include "vigil/base/contract.hpp"
#include "vigil/numeric/sums.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace vigil::select {

namespace {

constexpr Index columns_per_task = 256;

} // namespace

Representatives farthest_first(
    std::span<const double> columns, Index rows, double length, Index most, Scheduler& scheduler) {
  VIGIL_EXPECTS(rows > 0 && most >= 1 && length > 0.0);
  const Index number = size_of(columns) / rows;
  std::vector<Index> joined; // in order of joining
  std::vector<Index> nearest(at(number), 0);
  std::vector<double> correlation(at(number), 0.0);
  const auto values = [&](Index column) { return columns.subspan(at(column * rows), at(rows)); };
  for (Index next = 0; size_of(joined) < std::min(most, number);) {
    joined.push_back(next);
    const Index place = size_of(joined) - 1;
    scheduler.for_each((number + columns_per_task - 1) / columns_per_task, [&](Index task, Index) {
      const Index first = task * columns_per_task, end = std::min(number, first + columns_per_task);
      for (Index column = first; column < end; ++column) {
        const double found = column == next ? 1.0 : dot(values(column), values(next)) / length;
        const bool nearer = std::fabs(found) > std::fabs(correlation[at(column)]);
        if (column == next || place == 0 || nearer) {
          correlation[at(column)] = found;
          nearest[at(column)] = place;
        }
      }
    });
    double smallest = 2.0;
    std::vector<bool> taken(at(number), false);
    for (const Index column : joined) {
      taken[at(column)] = true;
    }
    for (Index column = 0; column < number; ++column) {
      if (!taken[at(column)] && std::fabs(correlation[at(column)]) < smallest) {
        smallest = std::fabs(correlation[at(column)]);
        next = column;
      }
    }
  }
  Representatives result{.chosen = joined, .of = {}, .correlation = std::move(correlation)};
  std::sort(result.chosen.begin(), result.chosen.end());
  for (const Index place : nearest) {
    const auto found =
        std::lower_bound(result.chosen.begin(), result.chosen.end(), joined[at(place)]);
    result.of.push_back(found - result.chosen.begin());
  }
  return result;
}

} // namespace vigil::select
