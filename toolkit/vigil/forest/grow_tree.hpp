// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/random.hpp"
#include "vigil/forest/bag.hpp"
#include "vigil/forest/compared_rows.hpp"
#include "vigil/forest/leaf_hazards.hpp"
#include "vigil/forest/rank_columns.hpp"
#include "vigil/forest/split_rules.hpp"
#include "vigil/forest/tree.hpp"

#include <optional>
#include <span>
#include <vector>

namespace vigil::forest {

/// How a tree is grown.
struct TreeOptions {
  Index features_per_split = 1;
  Index min_node = 15; ///< no split of so many distinct subjects or fewer
  LeafLimits leaf = {};
  double sample_fraction = 0.632; ///< of the subjects, without replacement
  bool replace = false;           ///< as many draws as subjects instead, with replacement
  const SplitRule* rule = nullptr;
  const ComparedRows* compared =
      nullptr; ///< rows in splits, under the same numbers; nullptr: as they are
};

/// What a tree is grown with: one per worker, used again for every tree.
class TreeGrower {
public:
  TreeGrower(const SurvivalRows& rows, const RankColumns& ranks, const TreeOptions& options);

  /// The tree at this address: what is drawn depends on the keys and on the path to a node alone. half: its half sample.
  [[nodiscard]] Tree grow(const RandomKey& key, const std::optional<RandomKey>& half = {});
  /// Of the last tree: rows that it did not see, and the leaf of each.
  [[nodiscard]] std::span<const std::uint32_t> out_of_bag() const noexcept { return out_; }
  [[nodiscard]] std::span<const std::uint32_t> leaf() const noexcept { return leaf_; }
  /// Of the last tree, by node: the gain of its cut, 0 of a leaf.
  [[nodiscard]] std::span<const double> gains() const noexcept { return gain_; }

private:
  struct Part { ///< rows of a node, in the bag and out of it
    Index first, end, out_first, out_end;
    Index node;
    RandomKey key;
  };
  void draw_rows(const RandomKey& key, const std::optional<RandomKey>& half);
  void draw_features(const RandomKey& key);
  [[nodiscard]] Split find_split(const RandomKey& key);
  [[nodiscard]] bool move_cut(Split& split) const;
  void look_at_leaf(std::span<const std::uint32_t> rows);
  void add_jumps_of_gaps(std::span<const std::uint32_t> rows);
  void add_leaf(Tree& tree, const Part& part);
  /// Which rows a split sends to the left; of a category those of the node, others after take_set.
  [[nodiscard]] LeftSide left_side(const Split& split) const;
  Index partition(std::vector<std::uint32_t>& rows, Index first, Index end, const LeftSide& side);
  void take_set(Tree& tree, const Part& part, const Split& split, bool others_left);

  const SurvivalRows& rows_;
  const SurvivalRows& compared_; ///< the same rows as splits see them
  const RankColumns& ranks_;
  const TreeOptions options_;
  std::vector<std::uint32_t> copies_; ///< in the bag, by row
  std::vector<std::uint32_t> in_, out_, moved_, leaf_;
  std::vector<double> gain_;
  std::vector<std::uint32_t> features_;
  std::vector<CutColumn> columns_;
  std::vector<std::uint8_t> drawn_; ///< by column
  std::vector<HazardJump> leaf_jumps_, root_jumps_;
  std::vector<Index> at_risk_;         ///< changes of it, by place in root_jumps_
  std::vector<std::uint32_t> by_time_; ///< rows of a leaf
  SurvivalNode node_;
  SplitScratch scratch_;
};

} // namespace vigil::forest
