// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/forest/ranking_error.hpp"
#include "vigil/forest/survival_forest.hpp"
#include "vigil/numeric/tail.hpp"

#include <gtest/gtest.h>

#include "tests/support/grow_forest.hpp"
#include <cmath>
#include <limits>
#include <vector>

namespace vigil::forest {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

TEST(RankingError, ByHand) {
  const ItemMeans means{.mean = {0.0, 3.0, 1.0}, .se = {0.0, 1.0, 1.0}};
  const double expected =
      (normal_cdf(-2.0 / std::sqrt(2.0)) + normal_cdf(-3.0) + normal_cdf(-1.0)) / 3.0;
  EXPECT_DOUBLE_EQ(ranking_error(means, false), expected);
  EXPECT_DOUBLE_EQ(ranking_error(means, true), expected); // all three are among the ten
}

// Twelve items: of the last two, the pair with each other does not count.
TEST(RankingError, LooksAtPairsWithTheTenFirst) {
  ItemMeans means;
  for (Index item = 0; item < 12; ++item) {
    means.mean.push_back(static_cast<double>(100 * item));
    means.se.push_back(1.0);
  }
  means.mean[1] = 0.0; // as item 0, which is last
  EXPECT_LT(ranking_error(means, false), 1e-12);
  EXPECT_DOUBLE_EQ(ranking_error(means, true), 0.5 / 65.0); // now both are first
}

TEST(RankingError, EqualWithoutErrorIsInNoOrder) {
  EXPECT_EQ(ranking_error({.mean = {0.0, 0.0}, .se = {0.0, 0.0}}, false), 0.5);
  EXPECT_EQ(ranking_error({.mean = {0.0, 1.0}, .se = {0.0, 0.0}}, false), 0.0);
}

TEST(RankingError, LeavesOutWhatIsUndefined) {
  EXPECT_EQ(ranking_error({.mean = {none, 1.0, 1.0}, .se = {none, 1.0, 1.0}}, false), 0.5);
  EXPECT_TRUE(std::isnan(ranking_error({.mean = {none, 1.0}, .se = {none, 1.0}}, false)));
  EXPECT_TRUE(std::isnan(ranking_error({.mean = {1.0, 2.0}, .se = {none, none}}, false)));
  EXPECT_TRUE(std::isnan(ranking_error({}, false)));
}

ItemMeans means_of(const SurvivalForest& forest, ImportanceKind kind) {
  ItemMeans means;
  for (const ImportanceRow& row : forest.importance()) {
    if (row.kind == kind) {
      means.mean.push_back(row.importance);
      means.se.push_back(row.se);
    }
  }
  return means;
}

TEST(RankingTarget, IsThatOfTheTreesSoFar) {
  test::SurvivalCase drawn(RandomKey(190), 150, 12, 1);
  for (const auto& kinds : {std::vector{ImportanceKind::shadow, ImportanceKind::minimal_depth},
                            std::vector{ImportanceKind::permutation}}) {
    const ImportanceKind ranked = kinds.back();
    const ForestOptions all{.trees = 60, .importance = kinds, .error_curve = true};
    const auto forest = test::grow_forest(drawn, all);
    for (const ErrorPoint& point : forest.error()) {
      ForestOptions some = all;
      some.trees = point.trees;
      const double expected = ranking_error(means_of(test::grow_forest(drawn, some), ranked),
                                            ranked == ImportanceKind::minimal_depth);
      EXPECT_EQ(point.ranking, expected);
    }
  }
}

TEST(RankingTarget, IsMetWithASignal) {
  test::SurvivalCase drawn(RandomKey(191), 300, 3, 1);
  const ForestOptions options{.trees = 5000,
                              .importance = {ImportanceKind::permutation},
                              .target_error = 1.0, // met at once
                              .target_ranking = 0.05};
  const auto forest = test::grow_forest(drawn, options);
  EXPECT_LT(size_of(forest.trees()), 5000);
  EXPECT_LE(forest.error().back().ranking, 0.05);
  // a smaller error asks for more trees
  ForestOptions strict = options;
  strict.target_ranking = forest.error().back().ranking / 2.0;
  EXPECT_GT(test::grow_forest(drawn, strict).trees().size(), forest.trees().size());
}

TEST(RankingTarget, IsNotMetByNoise) {
  test::SurvivalCase drawn(RandomKey(192), 100, 20, 0);
  for (double& time : drawn.survival.time) {
    time = 1.0 + static_cast<double>(&time - drawn.survival.time.data());
  }
  const auto forest = test::grow_forest(drawn,
                                        {.trees = 300,
                                         .importance = {ImportanceKind::permutation},
                                         .target_error = 1.0,
                                         .target_ranking = 0.02});
  EXPECT_EQ(forest.trees().size(), 300U);
  EXPECT_GT(forest.error().back().ranking, 0.02);
}

TEST(RankingTarget, NeedsAKindThatIsKnownWhileTheForestGrows) {
  const auto refused = [](const ForestOptions& options) {
    EXPECT_THROW(check_forest(options, 5, "forest"), ConfigError);
  };
  refused({.target_error = 0.01, .target_ranking = 0.1});
  refused({.importance = {ImportanceKind::shadow}, .target_ranking = 0.1});
  refused({.importance = {ImportanceKind::permutation}, .target_ranking = 0.5});
  EXPECT_NO_THROW(check_forest(
      {.importance = {ImportanceKind::shadow, ImportanceKind::permutation}, .target_ranking = 0.1},
      5,
      "forest"));
}

} // namespace
} // namespace vigil::forest
