// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace vigil::forest {

/// One tree as flat lists. Node 0 is the root; the right child of a node follows its left one.
///
/// A leaf holds the Nelson-Aalen increments D / Y of its rows at their event times alone, and what follows from them:
///   mortality   sum over the forest's event times of the leaf's cumulative hazard (Ishwaran et al. 2008)
struct Tree {
  static constexpr std::uint32_t no_feature = std::numeric_limits<std::uint32_t>::max();

  std::vector<std::uint32_t> feature;          ///< by node; no_feature: a leaf
  std::vector<std::uint16_t> cut;              ///< by node: ranks up to it go to the left
  std::vector<std::uint8_t> missing_left;      ///< by node
  std::vector<std::uint32_t> child;            ///< by node: the left one; of a leaf its number
  std::vector<std::uint32_t> jump_start = {0}; ///< by leaf, and the end
  std::vector<std::uint32_t> jump_time;        ///< numbers of event times, ascending in a leaf
  std::vector<double> jump;                    ///< D / Y
  std::vector<double> mortality;               ///< by leaf

  [[nodiscard]] Index nodes() const noexcept { return size_of(feature); }
  [[nodiscard]] Index leaves() const noexcept { return size_of(mortality); }
  /// The leaf of a subject; goes_left(node) is asked on the way.
  template <class GoesLeft>
  [[nodiscard]] Index leaf_of(const GoesLeft& goes_left) const {
    std::uint32_t node = 0;
    while (feature[node] != no_feature) {
      node = child[node] + (goes_left(node) ? 0U : 1U);
    }
    return child[node];
  }
  /// Kaplan-Meier survival of a leaf after the first `passed` event times: product of 1 - D / Y.
  [[nodiscard]] double survival(Index leaf, Index passed) const {
    double value = 1.0;
    for (std::uint32_t each = jump_start[at(leaf)];
         each < jump_start[at(leaf + 1)] && jump_time[each] < passed;
         ++each) {
      value *= 1.0 - jump[each];
    }
    return value;
  }
};

} // namespace vigil::forest
