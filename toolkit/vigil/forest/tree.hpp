// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"
#include "vigil/forest/jump_times.hpp"

#include <cstdint>
#include <limits>
#include <vector>

namespace vigil::forest {

/// One tree as flat lists. Node 0 is the root; the right child of a node follows its left one.
///
/// A leaf holds the Nelson-Aalen increments D / Y of its rows at their event times alone, with competing risks those of each
/// cause that has some at a time, in the order of causes; or where the outcome is no time the mean of its values.
struct Tree {
  static constexpr std::uint32_t no_feature = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::uint32_t no_set = std::numeric_limits<std::uint32_t>::max();

  std::vector<std::uint32_t> feature;     ///< by node; no_feature: a leaf
  std::vector<std::uint16_t> cut;         ///< by node: ranks up to it go to the left
  std::vector<double> cut_value;          ///< by node: and so do values (ForestTrees fills it)
  std::vector<std::uint8_t> missing_left; ///< by node
  /// By node: where its set begins in level_set; no_set: it cuts numbers. Empty: no node cuts a category.
  std::vector<std::uint32_t> set_start;
  /// Sets of levels that go to the left, bits of words of 32, level after level; bit 0: levels that the node has not seen.
  std::vector<std::uint32_t> level_set;
  std::vector<std::uint32_t> child;            ///< by node: the left one; of a leaf its number
  std::vector<std::uint32_t> jump_start = {0}; ///< by leaf, and the end
  JumpTimes jump_time;                         ///< numbers of event times, ascending in a leaf
  std::vector<double> jump;                    ///< D / Y
  std::vector<std::uint8_t> jump_cause;        ///< from 1; empty: one kind of event
  std::vector<double> leaf_value;              ///< by leaf, from 0 to 1 (ValueScale); empty: times

  /// Gives back what the lists hold in reserve.
  void shrink_to_fit() {
    const auto shrink = [](auto&... lists) { (lists.shrink_to_fit(), ...); };
    shrink(feature, cut, cut_value, missing_left, set_start, level_set, child);
    shrink(jump_start, jump_time, jump, jump_cause, leaf_value);
  }
  /// The next leaf of a tree of values.
  void add_value(double mean) {
    leaf_value.push_back(mean);
    jump_start.push_back(0);
  }
  [[nodiscard]] Index nodes() const noexcept { return size_of(feature); }
  [[nodiscard]] Index leaves() const noexcept { return size_of(jump_start) - 1; }
  /// Of each node; the root's is 0.
  [[nodiscard]] std::vector<Index> depths() const {
    std::vector<Index> depth(feature.size(), 0);
    for (std::size_t node = 0; node < depth.size(); ++node) { // parents come before children
      if (feature[node] != no_feature) {
        depth[child[node]] = depth[child[node] + 1U] = depth[node] + 1;
      }
    }
    return depth;
  }
  /// Words of a set of so many levels.
  [[nodiscard]] static constexpr Index set_words(Index levels) { return levels / 32 + 1; }
  [[nodiscard]] bool has_sets() const noexcept { return !set_start.empty(); }
  [[nodiscard]] bool cuts_category(std::uint32_t node) const {
    return has_sets() && set_start[node] != no_set;
  }
  /// Of a node that cuts a category. level: below the end of its set.
  [[nodiscard]] bool level_goes_left(std::uint32_t node, std::uint32_t level) const {
    return (level_set[set_start[node] + level / 32] >> (level % 32) & 1U) != 0;
  }
  /// Where a value of the column that a node cuts goes; NaN is missing. Of a category the number of the level, 0 one that
  /// the tree does not know.
  [[nodiscard]] bool goes_left(std::uint32_t node, double value) const {
    if (value == value && cuts_category(node)) {
      return level_goes_left(node, static_cast<std::uint32_t>(value));
    }
    return number_goes_left(node, value);
  }
  /// The same of a node that does not cut a category.
  [[nodiscard]] bool number_goes_left(std::uint32_t node, double value) const {
    return value == value ? value <= cut_value[node] : missing_left[node] != 0;
  }
  /// Where a rank of RankColumns goes, while the tree has cuts as ranks.
  [[nodiscard]] bool rank_goes_left(std::uint32_t node, std::uint16_t rank) const {
    if (rank != 0 && cuts_category(node)) {
      return level_goes_left(node, rank);
    }
    return rank == 0 ? missing_left[node] != 0 : rank <= cut[node];
  }
  /// The leaf of a subject; goes_left(node) is asked on the way.
  template <class GoesLeft>
  [[nodiscard]] Index leaf_of(const GoesLeft& goes_left) const {
    std::uint32_t node = 0;
    while (feature[node] != no_feature) {
      node = child[node] + (goes_left(node) ? 0U : 1U);
    }
    return child[node];
  }
};

} // namespace vigil::forest
