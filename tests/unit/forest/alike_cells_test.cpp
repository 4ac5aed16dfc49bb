// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/alike_cells.hpp"
#include "vigil/forest/survival_forest.hpp"

#include <gtest/gtest.h>

#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

namespace vigil::forest {
namespace {

// Ranks 1 3.5 3.5 5 2 of the values that are there: twice the rank, less 6.
TEST(CentredRanks, ByHand) {
  EXPECT_EQ(centred_ranks(std::vector<std::uint16_t>{1, 3, 0, 3, 4, 2}, 4),
            (std::vector<std::int32_t>{-4, 1, 0, 1, 4, -2}));
}

/// m1 is m0 and a little noise, m2 goes against m0, the rest is on its own.
test::SurvivalCase correlated(std::uint64_t seed, Index subjects) {
  test::SurvivalCase drawn(RandomKey(seed), subjects, 6, 0);
  for (Index subject = 0; subject < subjects; ++subject) {
    float* value = drawn.marker_values.data() + subject;
    value[subjects] = value[0] + 0.3F * value[subjects];
    value[2 * subjects] = -value[0] + 0.3F * value[2 * subjects];
  }
  return drawn;
}

/// Three splits: m0, then m1 on the left and m4 on the right.
Tree three_cuts(std::uint16_t middle) {
  constexpr std::uint32_t leaf = Tree::no_feature;
  Tree tree;
  tree.feature = {0, 1, 4, leaf, leaf, leaf, leaf};
  tree.child = {1, 3, 5, 0, 1, 2, 3};
  tree.cut.assign(7, middle);
  tree.missing_left.assign(7, 0);
  tree.jump_start.assign(5, 0);
  return tree;
}

TEST(AlikeCells, DivideByTheCutsOfCorrelatedColumns) {
  constexpr Index subjects = 200;
  test::SurvivalCase drawn = correlated(81, subjects);
  for (Index subject = 0; subject < subjects; subject += 9) {
    drawn.marker_values[at(subjects + subject)] = std::nanf("");
  }
  const TrainingData data = drawn.data();
  Scheduler scheduler(1);
  const SurvivalRows rows = survival_rows(drawn.survival, CaseWeights::ones(subjects));
  const RankColumns ranks(data.covariates(), rows.subject, scheduler);
  const Tree tree = three_cuts(subjects / 2);
  std::vector<std::uint32_t> seen, leaf;
  for (std::uint32_t number = 0; number < 4; ++number) {
    for (std::uint32_t row = 0; row < subjects; ++row) {
      const auto left = [&](Index column) {
        return ranks.column(column)[row] <= tree.cut[0] &&
               (ranks.column(column)[row] != 0 || tree.missing_left[0] != 0);
      };
      const std::uint32_t found = left(0) ? (left(1) ? 0 : 1) : (left(4) ? 2 : 3);
      if (found == number) {
        seen.push_back(row);
        leaf.push_back(found);
      }
    }
  }
  const OutOfBagTree out{tree, seen, leaf};
  PermutedLeaves leaves(ranks);
  leaves.take(out);
  AlikeCells alike(ranks, 0.5);
  alike.take(out, leaves);
  ASSERT_EQ(size_of(leaves.columns()), 3); // m0, m1, m4
  EXPECT_EQ(std::vector<Index>(alike.alike(0).begin(), alike.alike(0).end()),
            (std::vector<Index>{1}));
  EXPECT_EQ(std::vector<Index>(alike.alike(1).begin(), alike.alike(1).end()),
            (std::vector<Index>{0}));
  EXPECT_TRUE(alike.alike(2).empty());
  EXPECT_TRUE(alike.cells(2).empty());
  // m0 is permuted within the two parts of m1 and the missing ones
  const auto cells = alike.cells(0);
  ASSERT_EQ(cells.size(), seen.size());
  std::map<int, std::uint32_t> cell_of_part;
  for (std::size_t place = 0; place < seen.size(); ++place) {
    const std::uint16_t rank = ranks.column(1)[seen[place]];
    const int part = rank == 0 ? 2 : rank <= tree.cut[1] ? 0 : 1;
    const auto [known, fresh] = cell_of_part.emplace(part, cells[place]);
    EXPECT_TRUE(fresh || known->second == cells[place]);
  }
  EXPECT_EQ(cell_of_part, (std::map<int, std::uint32_t>{{0, 0}, {1, 1}, {2, 2}}));
}

// Fourteen cuts of m1, one below the other: the upper ones divide 80 rows until cells hold ten on average.
TEST(AlikeCells, TakeTheUppermostCutsUntilCellsAreSmall) {
  constexpr std::uint16_t subjects = 80;
  test::SurvivalCase drawn = correlated(84, subjects);
  const TrainingData data = drawn.data();
  Scheduler scheduler(1);
  const SurvivalRows rows = survival_rows(drawn.survival, CaseWeights::ones(subjects));
  const RankColumns ranks(data.covariates(), rows.subject, scheduler);
  Tree tree; // the root cuts m0, all below on the right m1, 5 ranks further each
  for (std::uint32_t level = 0; level < 15; ++level) {
    tree.feature.push_back(level == 0 ? 0 : 1);
    tree.cut.push_back(static_cast<std::uint16_t>(5 * level));
    tree.child.push_back(2 * level + 1);
    tree.feature.push_back(Tree::no_feature);
    tree.cut.push_back(0);
    tree.child.push_back(level);
  }
  tree.feature.push_back(Tree::no_feature);
  tree.cut.push_back(0);
  tree.child.push_back(15);
  // nodes 0, 2, 4 .. 28 are cuts, whose children are the next two
  tree.missing_left.assign(tree.feature.size(), 0);
  tree.jump_start.assign(17, 0);
  std::vector<std::uint32_t> seen(subjects), leaf(subjects, 15);
  for (std::uint32_t row = 0; row < subjects; ++row) {
    seen[row] = row;
  }
  const OutOfBagTree out{tree, seen, leaf};
  PermutedLeaves leaves(ranks);
  leaves.take(out);
  AlikeCells alike(ranks, 0.5);
  alike.take(out, leaves);
  const auto cells = alike.cells(0);
  for (std::uint32_t row = 0; row < subjects; ++row) {
    const std::uint16_t rank = ranks.column(1)[row];
    // 8 cells: cuts at 5, 10 .. 35
    EXPECT_EQ(cells[row], std::min<std::uint32_t>((rank - 1U) / 5U, 7U));
  }
}

std::vector<ImportanceRow> conditional(test::SurvivalCase& drawn, double alike) {
  const TrainingData data = drawn.data();
  const CaseWeights ones = CaseWeights::ones(data.subjects());
  const Preparation preparation(data.columns(), {});
  Scheduler scheduler(2);
  FitContext context{scheduler};
  const SurvivalForest forest = SurvivalForest::grow(
      data,
      {ones, preparation, RandomKey(9)},
      {.trees = 60,
       .importance = {ImportanceKind::permutation, ImportanceKind::conditional},
       .alike = alike},
      context);
  return {forest.importance().begin(), forest.importance().end()};
}

// Where nothing is that correlated, conditional importance is permutation importance: the same rows are drawn.
TEST(AlikeCells, WithoutCorrelationAreOneCell) {
  test::SurvivalCase drawn(RandomKey(82), 200, 6, 0);
  const auto rows = conditional(drawn, 0.9);
  ASSERT_EQ(rows.size(), 12U);
  for (std::size_t marker = 0; marker < 6; ++marker) {
    EXPECT_EQ(rows[marker].importance, rows[6 + marker].importance);
    EXPECT_EQ(rows[marker].se, rows[6 + marker].se);
  }
}

// m4 knows of the outcome what m0 knows: among subjects alike in m0 it loses most of its importance.
TEST(AlikeCells, TakeTheCreditOfACopy) {
  test::SurvivalCase drawn(RandomKey(83), 400, 6, 0);
  for (Index subject = 0; subject < 400; ++subject) {
    float* value = drawn.marker_values.data() + subject;
    value[4 * 400] = value[0] + 0.3F * value[4 * 400];
  }
  const auto rows = conditional(drawn, 0.5);
  EXPECT_GT(rows[4].importance, 3.0 * rows[4].se);
  EXPECT_LT(rows[6 + 4].importance, 0.5 * rows[4].importance);
  EXPECT_EQ(rows[6 + 2].importance, rows[2].importance); // on its own
}

} // namespace
} // namespace vigil::forest
