// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Importance of categories that a forest cuts between sets of levels.
#include "vigil/base/error.hpp"
#include "vigil/forest/alike_cells.hpp"
#include "vigil/forest/grow_tree.hpp"
#include "vigil/forest/importance.hpp"

#include <gtest/gtest.h>

#include "tests/support/category_case.hpp"
#include "tests/support/grow_forest.hpp"
#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

namespace vigil::forest {
namespace {

ForestOptions all_kinds(Index trees) {
  ForestOptions options{.trees = trees,
                        .groups = {{"cell alone", {"cell"}}, {"others", {"c0", "site"}}}};
  options.categories = CategoryUse::sets;
  for (const auto& kind : importance_kind_table()) {
    options.importance.push_back(kind.kind);
  }
  return options;
}

std::vector<ImportanceRow> rows_of(const SurvivalForest& forest, ImportanceKind kind) {
  std::vector<ImportanceRow> rows;
  std::ranges::copy_if(forest.importance(), std::back_inserter(rows), [&](const auto& row) {
    return row.kind == kind;
  });
  return rows;
}

// The category decides most: it leads by every kind, under its own name.
TEST(CategoryImportance, IsOfTheCategory) {
  test::SurvivalCase drawn = test::category_case(RandomKey(350), 300, 6, 13);
  for (Index subject = 0; subject < 300; ++subject) {
    const std::string& text = drawn.categories[0].values[at(subject)];
    drawn.survival.time[at(subject)] *= text == "l2" || text == "l5" ? 0.1 : 10.0;
  }
  const SurvivalForest forest = test::grow_forest(drawn, all_kinds(60));
  for (const auto& kind : importance_kind_table()) {
    const auto rows = rows_of(forest, kind.kind);
    if (kind.kind == ImportanceKind::grouped) {
      ASSERT_EQ(rows.size(), 2U);
      EXPECT_EQ(rows[0].importance, rows_of(forest, ImportanceKind::permutation)[4].importance);
      continue;
    }
    ASSERT_EQ(rows.size(), 6U) << kind.name;
    EXPECT_EQ(rows[4].feature, "cell");
    EXPECT_EQ(rows[5].feature, "site");
    const double sign = kind.kind == ImportanceKind::minimal_depth ? -1.0 : 1.0;
    for (std::size_t other = 0; other < 6; ++other) {
      if (other != 4) {
        EXPECT_GT(sign * rows[4].importance, sign * rows[other].importance) << kind.name;
      }
    }
  }
}

TEST(CategoryImportance, BytesDoNotDependOnThreads) {
  test::SurvivalCase drawn = test::category_case(RandomKey(351), 150, 9, 9);
  const SurvivalForest one = test::grow_forest(drawn, all_kinds(20), 1);
  for (const int threads : {2, 8}) {
    const SurvivalForest other = test::grow_forest(drawn, all_kinds(20), threads);
    ASSERT_EQ(one.importance().size(), other.importance().size());
    for (std::size_t row = 0; row < one.importance().size(); ++row) {
      EXPECT_EQ(one.importance()[row].importance, other.importance()[row].importance);
      EXPECT_EQ(one.importance()[row].se, other.importance()[row].se);
    }
  }
}

// A group may not name an indicator that the forest does not know.
TEST(CategoryImportance, GroupsNameCategories) {
  test::SurvivalCase drawn = test::category_case(RandomKey(352), 80, 3);
  ForestOptions options = all_kinds(2);
  options.groups.front().features = {"cell=l2"};
  EXPECT_THROW(static_cast<void>(test::grow_forest(drawn, options)), InputError);
}

// Permuted by whole subjects and by cells of a category: every row is dropped once more from the root.
TEST(CategoryImportance, PermutedRowsFallWhereAPlainDropFalls) {
  test::SurvivalCase drawn = test::category_case(RandomKey(353), 200, 12, 9);
  const TrainingData data = drawn.data();
  const ForestColumns columns(data.covariates(), CategoryUse::sets);
  const SurvivalRows rows = survival_rows(drawn.survival, CaseWeights::ones(200));
  Scheduler scheduler(1);
  const RankColumns ranks(columns, rows.subject, scheduler);
  TreeGrower grower(rows,
                    ranks,
                    {.features_per_split = 3,
                     .min_node = 8,
                     .leaf = {.subjects = 3, .events = 1},
                     .rule = &find_split_rule("permutation_log_rank")});
  PermutedLeaves leaves(ranks);
  Index changed = 0;
  for (Index number = 0; number < 30; ++number) {
    const Tree tree = grower.grow(RandomKey(3).child(number));
    const OutOfBagTree seen{tree, grower.out_of_bag(), grower.leaf()};
    leaves.take(seen);
    for (Index place = 0; place < size_of(leaves.columns()); ++place) {
      const std::uint32_t column = leaves.columns()[at(place)];
      std::map<Index, Index> moved;
      for (const LeafChange& change :
           leaves.permute(std::span(&place, 1), RandomKey(4).child(number))) {
        moved[change.place] = change.leaf;
      }
      changed += ranks.levels(column) > 0 ? size_of(moved) : 0;
      for (Index row = 0; row < size_of(seen.rows); ++row) {
        bool meets = false;
        const Index leaf = tree.leaf_of([&](std::uint32_t node) {
          const bool swapped = tree.feature[node] == column;
          meets = meets || swapped;
          const std::uint16_t rank =
              ranks.column(tree.feature[node])[swapped ? leaves.source(row) : seen.rows[at(row)]];
          return tree.rank_goes_left(node, rank);
        });
        const auto found = moved.find(row);
        const Index own = seen.leaf[at(row)];
        EXPECT_EQ(found == moved.end() ? own : found->second, meets ? leaf : own);
      }
    }
  }
  EXPECT_GT(changed, 300);
}

// m0 among subjects alike in a category that knows of it: the tree's sets of levels divide the rows.
TEST(CategoryImportance, CellsAreThoseOfTheSets) {
  test::SurvivalCase drawn = test::category_case(RandomKey(354), 200, 4);
  for (Index subject = 0; subject < 200; ++subject) {
    const float value = drawn.marker_values[at(subject)];
    drawn.categories[0].values[at(subject)] = value < -0.7F  ? "l3"
                                              : value < 0.0F ? "l1"
                                              : value < 0.7F ? "l4"
                                                             : "l2";
  }
  const TrainingData data = drawn.data();
  const SurvivalRows rows = survival_rows(drawn.survival, CaseWeights::ones(200));
  Scheduler scheduler(1);
  const RankColumns ranks(
      ForestColumns(data.covariates(), CategoryUse::sets), rows.subject, scheduler);
  constexpr std::uint32_t end = Tree::no_feature;
  Tree tree; // the root cuts m0, its left child the category: l1 and l2 to the left
  tree.feature = {0, 4, end, end, end};
  tree.child = {1, 3, 2, 0, 1};
  tree.cut.assign(5, 100);
  tree.missing_left.assign(5, 0);
  tree.set_start = {Tree::no_set, 0, Tree::no_set, Tree::no_set, Tree::no_set};
  tree.level_set = {1U << 1 | 1U << 2};
  tree.jump_start.assign(4, 0);
  std::vector<std::uint32_t> seen, leaf;
  for (std::uint32_t number = 0; number < 3; ++number) {
    for (std::uint32_t row = 0; row < 200; ++row) {
      if (tree.leaf_of([&](std::uint32_t node) {
            return tree.rank_goes_left(node, ranks.column(tree.feature[node])[row]);
          }) == number) {
        seen.push_back(row);
        leaf.push_back(number);
      }
    }
  }
  const OutOfBagTree out{tree, seen, leaf};
  PermutedLeaves leaves(ranks);
  leaves.take(out);
  AlikeCells alike(ranks, 0.5);
  alike.take(out, leaves);
  ASSERT_EQ(size_of(leaves.columns()), 2);
  ASSERT_EQ(alike.alike(0).size(), 1U);
  const auto cells = alike.cells(0);
  ASSERT_EQ(cells.size(), seen.size());
  for (std::size_t place = 0; place < seen.size(); ++place) {
    EXPECT_EQ(cells[place], ranks.column(4)[seen[place]] <= 2 ? 0U : 1U);
  }
}

} // namespace
} // namespace vigil::forest
