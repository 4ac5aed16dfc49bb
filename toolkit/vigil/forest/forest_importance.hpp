// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/alike_cells.hpp"
#include "vigil/forest/importance.hpp"
#include "vigil/forest/permuted_leaves.hpp"
#include "vigil/forest/tree_loss.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace vigil::forest {

/// A value for each item (a column or a group), from the trees of a forest: the mean over trees, and its Monte-Carlo
/// standard error SD / sqrt(trees). NaN where no tree has a value, the error also where one tree has.
struct ItemMeans {
  std::vector<double> mean, se;
};

/// Values of items by tree, of which most are the tree's own value. Sums are made in the order of the trees.
///
/// cost    12 bytes for each item and tree with a value of its own
/// checked by tests/unit/forest/importance_test
class TreeValues {
public:
  struct Value {
    std::uint32_t item = 0;
    double value = 0.0;
  };
  TreeValues(Index items, Index trees) : items_(items), trees_(at(trees)) {}

  /// The values of one tree: `others` for all items but these. Different trees may be set side by side.
  void set(Index tree, double others, std::vector<Value> values) {
    trees_[at(tree)] = {.defined = true, .others = others, .values = std::move(values)};
  }
  /// together: trees after another that are alike, whose mean counts as one value for the error.
  [[nodiscard]] ItemMeans means(Index together = 1) const;

private:
  struct Tree {
    bool defined = false;
    double others = 0.0;
    std::vector<Value> values = {};
  };
  [[nodiscard]] TreeValues means_of(Index together) const;

  Index items_;
  std::vector<Tree> trees_;
};

/// What a forest is asked about its features while it grows.
struct ImportancePlan {
  std::vector<ImportanceKind> kinds =
      {}; ///< different ones: permutation, grouped, conditional, minimal_depth; impurity_corrected where columns have shadows
  const HorizonRows* horizon = nullptr;
  std::vector<std::vector<std::uint32_t>> groups = {}; ///< columns of each, ascending
  double alike = 0.2;                                  ///< AlikeCells
  Index trees_per_half_sample = 1;
};

/// Importance of features by the trees of a forest and the rows that each did not see (docs/methods/forest_importance.md).
///
///   permutation    mean over trees of TreeLoss::increase when the column is permuted; 0 for a tree that does not cut it
///   grouped        all columns of the group by one permutation of the rows
///   conditional    the column among the rows of each of its AlikeCells
///   minimal_depth  mean over trees of the depth of the uppermost cut of the column (root 0); 1 + the depth of the tree's
///                  deepest leaf where there is none
///
/// The permutation of a column, or of a group by its first column that the tree cuts, is that at the tree's key /
/// "importance" / column: a group of one has the importance of its column, and nothing depends on threads or on what else
/// is asked for.
///
/// source  Breiman 2001; Ishwaran et al. 2008, 2010; checked by tests/unit/forest/importance_test
class ForestImportance {
public:
  /// All but the plan must stay.
  ForestImportance(const SurvivalRows& rows,
                   const RankColumns& ranks,
                   ImportancePlan plan,
                   Index trees,
                   Index workers);
  ~ForestImportance();
  ForestImportance(const ForestImportance&) = delete;
  ForestImportance& operator=(const ForestImportance&) = delete;
  ForestImportance(ForestImportance&&) = delete;
  ForestImportance& operator=(ForestImportance&&) = delete;

  /// Tree `number`, grown at `key`; every tree once, in any order.
  void take(Index number, Index worker, const OutOfBagTree& seen, const RandomKey& key);
  /// By column, or by group.
  [[nodiscard]] ItemMeans means(ImportanceKind kind) const;

private:
  class Worker;

  const SurvivalRows& rows_;
  const RankColumns& ranks_;
  const ImportancePlan plan_;
  std::vector<TreeValues> values_; ///< by kind of the plan
  std::vector<std::unique_ptr<Worker>> workers_;
};

} // namespace vigil::forest
