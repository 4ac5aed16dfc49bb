// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/order.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace vigil {

std::vector<Index> ascending_order(std::span<const double> values) {
  VIGIL_EXPECTS(
      std::none_of(values.begin(), values.end(), [](double value) { return std::isnan(value); }));
  std::vector<Index> order(values.size());
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [values](Index left, Index right) {
    return values[at(left)] < values[at(right)];
  });
  return order;
}

DenseRanks dense_ranks(std::span<const double> values) {
  DenseRanks result;
  result.rank.resize(values.size());
  const auto order = ascending_order(values);
  for (std::size_t place = 0; place < order.size(); ++place) {
    const bool new_level = place == 0 || values[at(order[place])] != values[at(order[place - 1])];
    result.levels += new_level ? 1 : 0;
    result.rank[at(order[place])] = result.levels - 1;
  }
  return result;
}

} // namespace vigil
