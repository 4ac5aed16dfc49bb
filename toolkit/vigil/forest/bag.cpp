// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/bag.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::forest {

void draw_bag(const SurvivalRows& rows,
              double sample_fraction,
              bool replace,
              const RandomKey& tree,
              std::vector<std::uint32_t>& copies) {
  RandomStream draw(tree.child("rows"));
  const Index count = rows.rows();
  copies.assign(at(count), 0U);
  if (replace) {
    for (Index number = 0; number < count; ++number) {
      const Index row = draw.index_below(count);
      copies[at(row)] += rows.copies[at(row)];
    }
    return;
  }
  const Index share = std::llround(sample_fraction * static_cast<double>(count));
  Index wanted = std::max<Index>(1, std::min(share, count - 1)); // somebody stays out
  for (Index row = 0; row < count; ++row) { // selection sampling (Knuth, algorithm S)
    if (draw.index_below(count - row) < wanted) {
      copies[at(row)] = rows.copies[at(row)];
      --wanted;
    }
  }
}

} // namespace vigil::forest
