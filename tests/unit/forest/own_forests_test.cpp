// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/own_forests.hpp"

#include <gtest/gtest.h>

#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>
#include <vector>

namespace vigil::forest {
namespace {

/// A drawn cohort and what a forest is grown from.
struct Drawn {
  test::SurvivalCase drawn;
  CaseWeights weights;
  TrainingData data;
  Preparation preparation;
  SurvivalRows rows;
  Scheduler scheduler{2};
  ForestColumns columns;
  RankColumns ranks;
  FitItem item;

  Drawn(std::uint64_t seed, Index subjects, Index markers)
      : drawn(made(seed, subjects, markers)), weights(CaseWeights::ones(subjects)),
        data(drawn.data()), preparation(data.columns(), {}),
        rows(survival_rows(drawn.survival, weights)),
        columns(data.covariates(), CategoryUse::indicators),
        ranks(columns, rows.subject, scheduler), item{weights, preparation, RandomKey(seed)} {}

  /// Ties in m1, missing values in m0.
  static test::SurvivalCase made(std::uint64_t seed, Index subjects, Index markers) {
    test::SurvivalCase result(RandomKey(seed), subjects, markers, 1);
    for (Index subject = 0; subject < subjects; ++subject) {
      float& value = result.marker_values[at(subjects + subject)];
      value = std::round(value);
      if (subject % 6 == 0) {
        result.marker_values[at(subject)] = std::nanf("");
      }
    }
    return result;
  }
  [[nodiscard]] ForestInputs inputs() {
    return {.data = data,
            .item = item,
            .rows = rows,
            .columns = columns,
            .ranks = ranks,
            .tree = {.features_per_split = 2, .rule = &find_split_rule("guarded_log_rank")},
            .scheduler = scheduler};
  }
};

TEST(Shadows, HoldTheRanksOfTheirColumnsInAnotherOrder) {
  Drawn drawn(71, 90, 6);
  const RankColumns doubled(drawn.ranks, RandomKey(5), drawn.scheduler);
  ASSERT_EQ(doubled.columns(), 14);
  for (Index column = 0; column < 7; ++column) {
    const auto own = drawn.ranks.column(column), shadow = doubled.column(7 + column);
    EXPECT_TRUE(std::ranges::equal(own, doubled.column(column)));
    EXPECT_FALSE(std::ranges::equal(own, shadow));
    EXPECT_TRUE(std::ranges::is_permutation(own, shadow));
    EXPECT_EQ(doubled.highest(7 + column), drawn.ranks.highest(column));
  }
}

// Columns 0 and 1 and the shadow of column 0 are cut: 7, 2 + 1, and 4.
TEST(Shadows, GainsAreThoseOfTheColumnLessItsShadows) {
  Drawn drawn(72, 12, 2); // m0, m1, c0
  const RankColumns doubled(drawn.ranks, RandomKey(5), drawn.scheduler);
  constexpr std::uint32_t leaf = Tree::no_feature;
  Tree tree;
  tree.feature = {0, 1, 3, leaf, 1, leaf, leaf, leaf, leaf};
  tree.child = {1, 3, 5, 0, 7, 3, 4, 1, 2};
  tree.cut.assign(9, 1);
  tree.missing_left.assign(9, 0);
  for (std::uint32_t number = 1; number <= 5; ++number) {
    tree.jump_time.push_back(0);
    tree.jump.push_back(0.1);
    tree.jump_start.push_back(number);
  }
  const std::vector<std::uint32_t> rows{1, 4}, leaves{0, 3};
  const std::vector<double> gain{7.0, 2.0, 4.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0};
  ForestImportance importance(
      drawn.rows, doubled, {.kinds = {ImportanceKind::impurity_corrected}}, 1, 1);
  importance.take(0, 0, {tree, rows, leaves, gain}, RandomKey(1));
  EXPECT_EQ(importance.means(ImportanceKind::impurity_corrected).mean,
            (std::vector<double>{3.0, 3.0, 0.0}));
}

TEST(Shadows, AreAsImportantAsNothing) {
  Drawn drawn(73, 250, 20); // m0, m1, m2 and c0 carry the signal
  const ForestInputs inputs = drawn.inputs();
  const ShadowMeans means =
      with_shadows({.inputs = inputs, .trees = 60, .key = RandomKey(3)},
                   {ImportanceKind::permutation, ImportanceKind::impurity_corrected});
  ASSERT_EQ(means.permutation.mean.size(), 42U);
  const std::span<const double> own(means.permutation.mean.data(), 21);
  const std::vector<double> shadows(means.permutation.mean.begin() + 21,
                                    means.permutation.mean.end());
  for (const std::size_t signal : {0, 1, 2}) {
    EXPECT_GT(own[signal], *std::ranges::max_element(shadows));
    EXPECT_EQ(null_shares(own, shadows)[signal], 1.0 / 22.0);
    EXPECT_GT(means.gains.mean[signal], 3.0 * means.gains.se[signal]);
  }
}

// Rows that may not be drawn are out of every bag, and their outcomes change no tree.
TEST(HoldOut, TreesDoNotSeeTheOtherHalf) {
  Drawn drawn(74, 100, 6);
  SurvivalRows half = drawn.rows;
  for (Index row = 1; row < 100; row += 2) {
    half.copies[at(row)] = 0;
  }
  const ForestInputs inputs = drawn.inputs();
  SurvivalRows changed = half;
  for (Index row = 1; row < 100; row += 2) {
    changed.moment[at(row)] ^= 1U;
  }
  TreeGrower one(half, drawn.ranks, inputs.tree), other(changed, drawn.ranks, inputs.tree);
  for (Index number = 0; number < 10; ++number) {
    const Tree tree = one.grow(RandomKey(2).child(number));
    const Tree again = other.grow(RandomKey(2).child(number));
    EXPECT_EQ(tree.feature, again.feature);
    EXPECT_EQ(tree.jump, again.jump);
    for (std::uint32_t row = 1; row < 100; row += 2) {
      EXPECT_NE(std::ranges::find(one.out_of_bag(), row), one.out_of_bag().end());
    }
  }
}

TEST(HoldOut, FindsTheSignal) {
  Drawn drawn(75, 300, 20);
  const ForestInputs inputs = drawn.inputs();
  const ItemMeans means = held_out({.inputs = inputs, .trees = 80, .key = RandomKey(3)});
  ASSERT_EQ(means.mean.size(), 21U);
  const auto p = null_shares(means.mean, mirrored_null(means.mean));
  for (const std::size_t signal : {0, 1, 2}) {
    EXPECT_GT(means.mean[signal], 3.0 * means.se[signal]);
    EXPECT_LT(p[signal], 0.1);
  }
}

TEST(HoldOut, GrowsOnThreeSubjects) {
  Drawn drawn(76, 3, 2);
  const ForestInputs inputs = drawn.inputs();
  const ItemMeans means = held_out({.inputs = inputs, .trees = 6, .key = RandomKey(3)});
  for (const double mean : means.mean) {
    EXPECT_TRUE(std::isnan(mean) || mean == 0.0);
  }
}

TEST(NullShares, ByHand) {
  EXPECT_EQ(mirrored_null(std::vector{0.0, 3.0, -1.0, 2.0, -0.5}),
            (std::vector{-1.0, 1.0, -0.5, 0.5, 0.0}));
  EXPECT_TRUE(mirrored_null(std::vector{0.0, 3.0}).empty());
  EXPECT_EQ(null_shares(std::vector{0.5, 2.0, -9.0}, {-1.0, 1.0, -0.5, 0.5}),
            (std::vector{3.0 / 5.0, 1.0 / 5.0, 1.0}));
  EXPECT_TRUE(std::isnan(null_shares(std::vector{1.0}, {})[0]));
}

} // namespace
} // namespace vigil::forest
