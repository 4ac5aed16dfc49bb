// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/random.hpp"
#include "vigil/forest/survival_node.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace vigil::forest {

/// The levels of a category in an order in which a node's cuts take them, as a column of ranks.
///
///   by score  ascending in sum u M / copies over the node's rows of the level; equal ones by their first row, so that
///             nothing depends on how levels are numbered
///
/// Of all 2^(k-1) - 1 ways to divide k levels, one with the largest U^2 / V_perm is a cut of this order: that is a convex
/// function of (U, N_L), largest at a corner of the sums that subsets can have, and corners are cuts of the order by U / N
/// (Fisher 1958); but where missing values alone, which are no side, would be better still. Of other variances, with limits
/// of leaves and in strata cuts of the order are a choice among all ways.
///
/// cost    O(rows of the node + levels log levels); 2 bytes for each row of all
/// source  Fisher 1958, J. Am. Stat. Assoc. 53:789; Breiman et al. 1984, section 4.2.2; checked by
///         tests/unit/forest/level_order_test
class LevelOrder {
public:
  /// codes: levels of all rows, from 1 to `levels`, 0 = missing. Scores of a flat node count as zero.
  void by_score(const SurvivalNode& node, std::span<const std::uint16_t> codes, Index levels);
  /// Levels of the node in an order that is drawn.
  void at_random(const SurvivalNode& node,
                 std::span<const std::uint16_t> codes,
                 Index levels,
                 const RandomKey& key);

  /// By row of all, of the node's rows alone: place of the level in the order, from 1; 0 = missing.
  [[nodiscard]] std::span<const std::uint16_t> ranks() const noexcept { return ranks_; }
  /// Levels that rows of the node have.
  [[nodiscard]] Index present() const noexcept { return size_of(order_); }
  /// By place in the order; first of missing values.
  [[nodiscard]] std::span<const CutSums> sums() const noexcept { return sums_; }
  /// Of a level, from 1; 0: no row of the node has it.
  [[nodiscard]] std::uint16_t place(std::uint32_t level) const { return place_[level]; }
  /// Gives rows that are not the node's a rank: 0, or one on their side of `cut`. left: of a level, from 1.
  template <class Left>
  void rank_others(std::span<const std::uint32_t> rows,
                   std::span<const std::uint16_t> codes,
                   std::uint16_t cut,
                   const Left& left) {
    for (const std::uint32_t row : rows) {
      const std::uint16_t code = codes[row];
      ranks_[row] =
          code == 0 ? std::uint16_t{0} : static_cast<std::uint16_t>(left(code) ? 1 : cut + 1);
    }
  }

private:
  void take_sums(const SurvivalNode& node, std::span<const std::uint16_t> codes, Index levels);
  void take_ranks(const SurvivalNode& node, std::span<const std::uint16_t> codes);

  std::vector<CutSums> of_level_; ///< first of missing values
  std::vector<std::uint32_t> order_;
  std::vector<std::uint16_t> place_; ///< by level
  std::vector<CutSums> sums_;
  std::vector<std::uint16_t> ranks_;
};

} // namespace vigil::forest
