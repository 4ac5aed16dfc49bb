// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/level_order.hpp"

#include <algorithm>
#include <utility>

namespace vigil::forest {

// Levels in the order of their first rows.
void LevelOrder::take_sums(const SurvivalNode& node,
                           std::span<const std::uint16_t> codes,
                           Index levels) {
  of_level_.assign(at(levels + 1), CutSums{});
  order_.clear();
  for (std::size_t place = 0; place < node.rows().size(); ++place) {
    const std::uint16_t level = codes[node.rows()[place]];
    if (level != 0 && of_level_[level].counts.subjects() == 0) {
      order_.push_back(level);
    }
    of_level_[level].add(node.sums()[place]);
  }
}

void LevelOrder::take_ranks(const SurvivalNode& node, std::span<const std::uint16_t> codes) {
  place_.assign(of_level_.size(), 0);
  sums_.assign(1, of_level_.front());
  for (const std::uint32_t level : order_) {
    place_[level] = static_cast<std::uint16_t>(sums_.size());
    sums_.push_back(of_level_[level]);
  }
  ranks_.resize(codes.size());
  for (const std::uint32_t row : node.rows()) {
    ranks_[row] = place_[codes[row]];
  }
}

// Scores and copies are whole numbers below 2^53: quotients of equal ratios are equal.
void LevelOrder::by_score(const SurvivalNode& node,
                          std::span<const std::uint16_t> codes,
                          Index levels) {
  take_sums(node, codes, levels);
  if (!node.flat()) {
    const auto mean = [&](std::uint32_t level) {
      return static_cast<double>(of_level_[level].score) /
             static_cast<double>(of_level_[level].counts.copies());
    };
    std::ranges::stable_sort(order_, {}, mean);
  }
  take_ranks(node, codes);
}

void LevelOrder::at_random(const SurvivalNode& node,
                           std::span<const std::uint16_t> codes,
                           Index levels,
                           const RandomKey& key) {
  take_sums(node, codes, levels);
  RandomStream draw(key);
  for (Index left = size_of(order_); left > 1; --left) { // Fisher-Yates
    std::swap(order_[at(left - 1)], order_[at(draw.index_below(left))]);
  }
  take_ranks(node, codes);
}

} // namespace vigil::forest
