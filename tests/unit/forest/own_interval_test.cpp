// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/own_interval.hpp"
#include "vigil/forest/read_trees.hpp"
#include "vigil/numeric/tail.hpp"

#include <gtest/gtest.h>

#include "tests/support/grow_forest.hpp"
#include "tests/support/half_sample_study.hpp"
#include "tests/support/near.hpp"
#include "tests/support/record_in_memory.hpp"
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace vigil::forest {
namespace {

// Groups (1, 3) and (5, 9): means 2 and 7 about 4.5, squares about these 2 and 8.
TEST(GroupSpread, BetweenAndWithinByHand) {
  GroupSpread spread(2);
  for (const std::int64_t value : {1, 3, 5, 9}) {
    spread.add(value);
    if (value == 3 || value == 9) {
      spread.close_group();
    }
  }
  EXPECT_EQ(spread.groups(), 2);
  EXPECT_EQ(spread.between(), 12.5);
  EXPECT_EQ(spread.within(), 5.0);
}

// Votes are as large as 2^30; their squares must not be lost.
TEST(GroupSpread, LargeVotesLoseNothing) {
  constexpr std::int64_t large = std::int64_t{1} << 30;
  GroupSpread spread(3);
  for (Index group = 0; group < 1000; ++group) {
    for (const std::int64_t value : {large, large - 1, large - 2}) {
      spread.add(value);
    }
    spread.close_group();
  }
  EXPECT_EQ(spread.between(), 0.0);
  EXPECT_EQ(spread.within(), 1.0);
}

class OwnIntervalTest : public testing::Test {
protected:
  OwnIntervalTest() : drawn(RandomKey(181), 100, 5, 1) {}
  [[nodiscard]] OwnInterval
  ask(const SurvivalForest& forest, Index memory = Index{1} << 30, int threads = 2) {
    const TrainingData data = drawn.data();
    Scheduler scheduler(threads);
    FitContext context{.scheduler = scheduler, .memory_bytes = memory};
    return own_interval(forest, data.covariates(), horizons, 0.9, context);
  }
  [[nodiscard]] RiskTable risks(const SurvivalForest& forest) {
    const TrainingData data = drawn.data();
    Scheduler scheduler(1);
    FitContext context{scheduler};
    return forest.predict(data.covariates(), {.horizons = horizons}, context).risk;
  }
  [[nodiscard]] static SurvivalForest some(const SurvivalForest& forest,
                                           const TreeNumbers& wanted) {
    return SurvivalForest::from_record(read_trees(test::RecordInMemory(forest.record()), wanted));
  }

  const std::vector<double> horizons{0.8, 0.2, 1e9}; // in any order; the last one is too late
  test::SurvivalCase drawn;
};

// The formula in plain double, over the predictions of each tree alone.
TEST_F(OwnIntervalTest, IsThatOfTheTreesOneByOne) {
  constexpr Index groups = 8, each = 3;
  const auto forest =
      test::grow_forest(drawn, {.trees = groups * each, .trees_per_half_sample = each});
  const OwnInterval own = ask(forest);
  EXPECT_EQ(own.undefined_because, "");
  std::vector<RiskTable> of_tree;
  for (Index tree = 0; tree < groups * each; ++tree) {
    of_tree.push_back(risks(some(forest, {.first = tree, .count = 1})));
  }
  const RiskTable whole = risks(forest);
  Index floored = 0;
  for (std::size_t cell = 0; cell < 200; ++cell) { // of the first two horizons
    double mean = 0.0, between = 0.0, within = 0.0;
    std::vector<double> means;
    for (Index group = 0; group < groups; ++group) {
      double sum = 0.0;
      for (Index tree = 0; tree < each; ++tree) {
        sum += of_tree[at(group * each + tree)].value[cell];
      }
      means.push_back(sum / each);
      mean += means.back() / groups;
      for (Index tree = 0; tree < each; ++tree) {
        within += std::pow(of_tree[at(group * each + tree)].value[cell] - means.back(), 2.0);
      }
    }
    for (const double each_mean : means) {
      between += (each_mean - mean) * (each_mean - mean) / (groups - 1);
    }
    within /= groups * (each - 1);
    const double variance = between - within / each;
    const double square = std::max(0.0, variance) + between / groups, se = std::sqrt(square);
    const double noise = std::pow(between * (groups + 1) / groups, 2.0) / (groups - 1) +
                         std::pow(within / each, 2.0) / (groups * (each - 1));
    const double quantile = student_t_quantile(0.95, std::max(1.0, square * square / noise));
    EXPECT_NEAR(own.se.value[cell], se, 1e-9); // votes are rounded to 2^-30
    EXPECT_NEAR(own.lower.value[cell], std::max(0.0, whole.value[cell] - quantile * se), 1e-7);
    EXPECT_NEAR(own.upper.value[cell], std::min(1.0, whole.value[cell] + quantile * se), 1e-7);
    if (std::abs(variance) > 1e-9) {
      EXPECT_EQ(own.floored[cell] != 0, variance < 0.0);
    }
    floored += own.floored[cell];
  }
  EXPECT_GT(floored, 0); // few trees
  EXPECT_LT(floored, 200);
  for (std::size_t cell = 200; cell < 300; ++cell) {
    EXPECT_TRUE(std::isnan(own.se.value[cell]) && std::isnan(own.lower.value[cell]) &&
                std::isnan(own.upper.value[cell]) && own.floored[cell] == 0);
  }
}

TEST_F(OwnIntervalTest, DoesNotDependOnThreadsOrMemory) {
  drawn = test::SurvivalCase(RandomKey(182), 600, 5, 1);
  const auto forest = test::grow_forest(drawn, {.trees = 20, .trees_per_half_sample = 2});
  const OwnInterval own = ask(forest);
  for (const OwnInterval& other : {ask(forest, 1, 1), ask(forest, 1, 8)}) {
    EXPECT_EQ(std::vector(own.se.value.begin(), own.se.value.begin() + 1200),
              std::vector(other.se.value.begin(), other.se.value.begin() + 1200));
    EXPECT_EQ(own.floored, other.floored);
  }
}

TEST_F(OwnIntervalTest, IsNoNumberWithoutHalfSamples) {
  const auto expect_undefined = [&](const SurvivalForest& forest, const std::string& reason) {
    const OwnInterval own = ask(forest);
    EXPECT_EQ(own.undefined_because, reason);
    for (const RiskTable* table : {&own.se, &own.lower, &own.upper}) {
      EXPECT_EQ(table->value.size(), 300U);
      EXPECT_TRUE(
          std::ranges::all_of(table->value, [](double value) { return std::isnan(value); }));
    }
  };
  expect_undefined(test::grow_forest(drawn, {.trees = 6}),
                   "the forest has no half samples of two trees or more (--trees-per-half-sample)");
  const auto forest = test::grow_forest(drawn, {.trees = 8, .trees_per_half_sample = 4});
  expect_undefined(some(forest, {.first = 4, .count = 4}), "one half sample alone");
  expect_undefined(some(forest, {.first = 3, .count = 5}), "one half sample alone");
  expect_undefined(some(forest, {.first = 2, .count = 4}), "no half sample with all of its trees");
  drawn.survival.event.assign(100, 0);
  expect_undefined(test::grow_forest(drawn, {.trees = 4, .trees_per_half_sample = 2}), "no events");
}

TEST_F(OwnIntervalTest, LeavesOutHalfSamplesThatLackTrees) {
  const auto forest = test::grow_forest(drawn, {.trees = 16, .trees_per_half_sample = 4});
  const OwnInterval whole = ask(some(forest, {.first = 4, .count = 12}));
  const OwnInterval more = ask(some(forest, {.first = 2, .count = 14}));
  EXPECT_EQ(std::vector(whole.se.value.begin(), whole.se.value.begin() + 200),
            std::vector(more.se.value.begin(), more.se.value.begin() + 200));
}

// Of a forest's prediction of fixed subjects, over fresh cohorts. The variance over 60 cohorts is known to about a tenth.
TEST(OwnIntervalStudy, KnowsTheVarianceAndCoversTheAverage) {
  for (const Index each : {4, 12}) {
    const auto found = test::half_sample_study({.cohorts = 60, .half_samples = 60, .each = each});
    EXPECT_GT(found.variance_ratio, 0.8) << each << ": " << found.text();
    EXPECT_LT(found.variance_ratio, 1.6) << each << ": " << found.text();
    EXPECT_GT(found.coverage, 0.93) << each << ": " << found.text();
    EXPECT_LT(found.floored, each == 4 ? 0.1 : 0.01) << each << ": " << found.text();
    RecordProperty("trees " + std::to_string(each), found.text());
  }
}

} // namespace
} // namespace vigil::forest
