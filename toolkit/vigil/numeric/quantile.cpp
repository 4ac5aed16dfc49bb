// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/quantile.hpp"

#include "vigil/base/index.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace vigil {

double weighted_quantile(std::span<const double> values,
                         std::span<const double> weights,
                         double probability) {
  VIGIL_EXPECTS(values.size() == weights.size() && probability >= 0.0 && probability <= 1.0);
  std::vector<Index> order;
  for (Index i = 0; i < size_of(values); ++i) {
    if (weights[at(i)] > 0.0 && std::isfinite(values[at(i)])) {
      order.push_back(i);
    }
  }
  if (order.empty()) {
    return std::numeric_limits<double>::quiet_NaN();
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
