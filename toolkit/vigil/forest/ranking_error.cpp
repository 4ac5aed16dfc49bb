// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/ranking_error.hpp"

#include "vigil/numeric/tail.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace vigil::forest {

double ranking_error(const ItemMeans& importance, bool smaller_is_more) {
  std::vector<Index> items;
  for (Index item = 0; item < size_of(importance.mean); ++item) {
    if (std::isfinite(importance.mean[at(item)]) && std::isfinite(importance.se[at(item)])) {
      items.push_back(item);
    }
  }
  if (items.size() < 2) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const auto value = [&](Index item) {
    return smaller_is_more ? importance.mean[at(item)] : -importance.mean[at(item)];
  };
  std::ranges::stable_sort(items, {}, value);
  double sum = 0.0;
  Index pairs = 0;
  for (Index rank = 0; rank < std::min(most_ranked, size_of(items)); ++rank) {
    const Index item = items[at(rank)];
    for (Index lower = rank + 1; lower < size_of(items); ++lower) {
      const Index other = items[at(lower)];
      const double distance = std::abs(value(item) - value(other));
      const double se = std::hypot(importance.se[at(item)], importance.se[at(other)]);
      sum += se > 0.0 ? normal_cdf(-distance / se) : distance > 0.0 ? 0.0 : 0.5;
      ++pairs;
    }
  }
  return sum / static_cast<double>(pairs);
}

} // namespace vigil::forest
