// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/bag.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::forest {

namespace {

/// Calls take(number) for so many of these numbers, drawn without replacement.
template <class Take>
void draw_numbers(Index numbers, Index wanted, RandomStream& draw, const Take& take) {
  for (Index number = 0; number < numbers; ++number) { // selection sampling (Knuth, algorithm S)
    if (draw.index_below(numbers - number) < wanted) {
      take(number);
      --wanted;
    }
  }
}

} // namespace

std::vector<std::uint8_t> draw_half(Index rows, const RandomKey& key) {
  std::vector<std::uint8_t> half(at(rows), 0);
  RandomStream draw(key);
  draw_numbers(rows, std::max<Index>(1, rows / 2), draw, [&](Index row) { half[at(row)] = 1; });
  return half;
}

std::optional<RandomKey>
half_sample_key(const RandomKey& forest, Index tree, Index trees_per_half_sample) {
  return trees_per_half_sample > 1
             ? std::optional(forest.child("half").child(tree / trees_per_half_sample))
             : std::nullopt;
}

void draw_bag(const SurvivalRows& rows,
              const BagOptions& options,
              const RandomKey& tree,
              const std::optional<RandomKey>& half,
              std::vector<std::uint32_t>& copies) {
  std::vector<Index> members; // of the half sample
  if (half) {
    const auto drawn = draw_half(rows.rows(), *half);
    for (Index row = 0; row < rows.rows(); ++row) {
      if (drawn[at(row)] != 0) {
        members.push_back(row);
      }
    }
  }
  const auto row_of = [&](Index number) { return half ? members[at(number)] : number; };
  RandomStream draw(tree.child("rows"));
  const Index count = half ? size_of(members) : rows.rows();
  copies.assign(at(rows.rows()), 0U);
  if (options.replace) {
    for (Index number = 0; number < count; ++number) {
      const Index row = row_of(draw.index_below(count));
      copies[at(row)] += rows.copies[at(row)];
    }
    return;
  }
  const Index share = std::llround(options.sample_fraction * static_cast<double>(count));
  const Index most = half ? count : count - 1; // somebody stays out
  draw_numbers(count, std::max<Index>(1, std::min(share, most)), draw, [&](Index number) {
    copies[at(row_of(number))] = rows.copies[at(row_of(number))];
  });
}

} // namespace vigil::forest
