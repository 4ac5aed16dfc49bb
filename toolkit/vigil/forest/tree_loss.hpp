// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/tree_concordance.hpp"
#include "vigil/forest/votes.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace vigil::forest {

/// A tree and the rows that it did not see, leaf after leaf and ascending in each.
struct OutOfBagTree {
  const Tree& tree;
  std::span<const std::uint32_t> rows;
  std::span<const std::uint32_t> leaf; ///< of each row
  std::span<const double> gain = {};   ///< of each node; empty: not asked for
};

/// A row, by its place, that falls into another leaf.
struct LeafChange {
  std::uint32_t place = 0;
  std::uint32_t leaf = 0;
};

/// How well a risk at a horizon is judged, or a value: by row of the fit.
struct HorizonRows {
  Index passed = 0;           ///< event times up to the horizon
  std::vector<double> weight; ///< inverse probability of being seen at the horizon; 0: not seen
  std::vector<double> event;  ///< 1: had the event by the horizon; or the value
};

/// What a tree loses when some rows that it did not see fall into other leaves.
///
///   concordance  C - C', C of the leaves' mortality (LeafVotes), ties of mortality 1/2
///   horizon      B' - B, B = sum W_i (Y_i - r_i)^2 / sum W_i, r the leaf's 1 - Kaplan-Meier survival at the horizon and
///                W the censoring weights (Graf et al. 1999)
///   values       the same with Y the value of a row, r that of the leaf, and W = 1
///
/// cost    TreeConcordance; at a horizon the rows that change
/// checked by tests/unit/forest/tree_concordance_test, tests/unit/forest/importance_test
class TreeLoss {
public:
  /// horizon: nullptr for concordance. Both must stay.
  TreeLoss(const SurvivalRows& all, const HorizonRows* horizon);

  /// False: not defined for this tree, as no pair can be compared or nobody is seen at the horizon.
  [[nodiscard]] bool take(const OutOfBagTree& seen);
  /// Of the tree taken last. changes: different places.
  [[nodiscard]] double increase(std::span<const LeafChange> changes);

private:
  void take_ranks(const OutOfBagTree& seen);
  [[nodiscard]] double square(std::uint32_t row, std::uint32_t leaf) const;

  const SurvivalRows& all_;
  const HorizonRows* horizon_;
  TreeConcordance pairs_;
  LeafVotes votes_;
  std::vector<std::int64_t> levels_;             ///< different mortalities, ascending
  std::vector<std::uint32_t> leaf_rank_;         ///< by leaf
  std::vector<std::uint32_t> rank_, row_, leaf_; ///< by place
  std::vector<std::uint32_t> kept_;              ///< ranks of the rows that change
  std::vector<double> leaf_risk_;
  Index twice_concordant_ = 0;
  double weight_ = 0.0;
};

} // namespace vigil::forest
