// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/split_search.hpp"

#include <span>
#include <string_view>

namespace vigil::forest {

/// In which orders a rule takes the levels of a category (LevelOrder).
enum class LevelScores {
  of_node,           ///< by the scores of the node
  of_weighted_times, ///< by those of SplitScratch::other[0]
  of_all_times,      ///< by those of the node and of each of the others
  of_distinct,       ///< by those of the node with every subject once
  none,              ///< at random
};

/// One split rule: `search` makes `best` the best of itself and the column's cuts, or collects what `finish` needs.
struct SplitRule {
  std::string_view name, formula, source, use;
  void (*search)(const NodeSearch& search, const CutColumn& column, Split& best);
  /// Of a node, before its columns; none: nothing to prepare.
  void (*prepare)(const NodeSearch& search) = nullptr;
  /// Of a node, after its columns, where `search` only collects; none: nothing is left to do.
  void (*finish)(const NodeSearch& search,
                 std::span<const CutColumn> columns,
                 Split& best) = nullptr;
  /// Of a node, after its columns: whether it is split at all; none: wherever there is a cut.
  bool (*accepts)(const NodeSearch& search) = nullptr;
  bool gains_are_squares = false; ///< of the outcome's values
  LevelScores levels = LevelScores::of_node;
};

/// All rules for times; the first is the default.
/// checked by tests/unit/forest/split_rules_test
[[nodiscard]] std::span<const SplitRule> split_rule_table() noexcept;
/// The best cut of a node's columns, in ascending order of these. The levels of categories are ordered first; what is no
/// category costs nothing more.
[[nodiscard]] Split
best_split(const SplitRule& rule, const NodeSearch& search, std::span<const CutColumn> columns);
/// The same, or none where the rule does not split such a node.
[[nodiscard]] Split
find_split(const SplitRule& rule, const NodeSearch& search, std::span<const CutColumn> columns);
/// By name; empty: the default. Throws ConfigError with the nearest name.
[[nodiscard]] const SplitRule& find_split_rule(std::string_view name);

} // namespace vigil::forest
