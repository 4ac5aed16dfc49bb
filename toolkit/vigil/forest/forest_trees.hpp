// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/cut_columns.hpp"
#include "vigil/forest/forest_inputs.hpp"
#include "vigil/forest/forest_options.hpp"
#include "vigil/forest/tree.hpp"
#include "vigil/learn/record.hpp"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vigil::forest {

/// What decides the trees of a forest beside the data: forests that differ in it are no parts of one.
struct GrownFrom {
  Index subjects = 0, columns = 0, strata = 1; ///< of the fit; columns as ForestColumns has them
  Index features_per_split = 0, min_node = 0, min_leaf = 0, min_leaf_events = 0;
  double sample_fraction = 0.0;
  bool replace = false;
  Index trees_per_half_sample = 1;
  std::string key; ///< the address of all trees
  CategoryUse categories = CategoryUse::indicators;

  [[nodiscard]] TreeOptions tree(const SplitRule& rule) const;
};

/// Throws ConfigError where the rows are more than a tree can count. forest: as of check_forest.
[[nodiscard]] GrownFrom grown_from(const SurvivalRows& rows,
                                   const FitItem& item,
                                   Index columns,
                                   const ForestOptions& options,
                                   std::string_view forest);

/// The trees of a forest, whatever their leaves hold, with the columns that they cut.
struct ForestTrees {
  std::string split_rule;
  GrownFrom grown;
  std::vector<Tree> trees;
  std::vector<Index> number; ///< of each tree, a part of its address
  std::vector<Index>
      columns; ///< of the training data (ForestColumns) that some tree cuts, ascending
  std::vector<std::string> names;               ///< of these
  std::vector<std::vector<std::string>> levels; ///< of categories; empty: numbers
  std::vector<double> lower,
      upper; ///< their training ranges, 0.5 % and 99.5 % points; of a category all levels

  /// Trees of the numbers from `first` on, with each cut as the value half way between the training values around it.
  void take(std::vector<Tree> grown_trees, Index first, const ForestInputs& inputs);
  /// Values of the columns in a cohort. Throws InputError where it lacks one.
  [[nodiscard]] CutColumns read_columns(const Covariates& covariates, Scheduler& scheduler) const;

  /// How the trees were grown: split_rule .. key.
  void write_growth(Record& record) const;
  void read_growth(const Record& record);
  /// Columns, ranges, levels and numbers of the trees.
  void write_columns(Record& record) const;
  /// Nodes of some of the trees; what leaves hold is the caller's.
  void write_nodes(std::span<const Tree> some, Record& record) const;
  /// read_leaf(tree): adds the next leaf, in the order of the nodes, to its tree. Throws InputError for a record that
  /// does not hold together: whatever a prediction would follow is looked at.
  void read_trees(const Record& record, const std::function<void(Tree&)>& read_leaf);

private:
  void take_columns(const ForestInputs& inputs);
};

/// Throws InputError that names the kind of the record unless the condition holds: its trees cannot be followed.
void expect_whole(bool holds, const Record& record);

[[nodiscard]] constexpr bool is_below(Index value, Index end) {
  return value >= 0 && value < end;
}

/// Without equal ones.
[[nodiscard]] bool ascend(std::span<const Index> values);

} // namespace vigil::forest
