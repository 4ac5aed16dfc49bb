// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/error_curve.hpp"
#include "vigil/forest/survival_forest.hpp"
#include "vigil/measure/concordance.hpp"

#include <gtest/gtest.h>

#include "tests/support/survival_case.hpp"
#include <array>
#include <cmath>
#include <cstring>
#include <numeric>
#include <vector>

namespace vigil::forest {
namespace {

TEST(ErrorSchedule, GrowsGeometricallyToTheLastTree) {
  EXPECT_EQ(error_schedule(1000), (std::vector<Index>{10, 20, 50, 100, 200, 500, 1000}));
  EXPECT_EQ(error_schedule(300), (std::vector<Index>{10, 20, 50, 100, 200, 300}));
  EXPECT_EQ(error_schedule(20), (std::vector<Index>{10, 20}));
  EXPECT_EQ(error_schedule(3), std::vector<Index>{3});
}

// Events at 1, 2, 3. Nine groups say 3, 2, 1 of the subjects, the last one 0, 0, 30: sums 27, 18, 39 order one of three
// pairs rightly. Without the last group all three pairs are, without another one still one. Mean of the ten 0.4,
// sum of squares 9 / 15^2 + 0.6^2 = 0.4, se = sqrt(0.9 x 0.4); bias = 9 (0.4 - 1/3).
TEST(ErrorCurve, HandExample) {
  const Outcome outcome = SurvivalOutcome{.entry = {}, .time = {1, 2, 3}, .event = {1, 1, 1}};
  const CaseWeights ones = CaseWeights::ones(3);
  const std::vector<Index> rows{2, 0, 1}; // votes are by row, outcomes by subject
  MortalityVotes votes(3, ErrorCurve::groups);
  for (Index group = 0; group < 10; ++group) {
    votes.add(0, group, group < 9 ? 1 : 30);
    votes.add(1, group, group < 9 ? 3 : 0);
    votes.add(2, group, group < 9 ? 2 : 0);
  }
  Scheduler scheduler(2);
  const ErrorPoint point = ErrorCurve(outcome, ones, rows).look(10, votes, scheduler);
  EXPECT_EQ(point.trees, 10);
  EXPECT_NEAR(point.concordance, 1.0 / 3.0, 1e-15);
  EXPECT_NEAR(point.se, 0.6, 1e-15);
  EXPECT_NEAR(point.bias, 0.6, 1e-14);
  EXPECT_NEAR(point.error(), 0.6 * std::sqrt(2.0), 1e-14);
  EXPECT_TRUE(point.undefined_because.empty());
}

// The third subject is in the bag of every tree, so that a pair is left, rightly ordered by every group.
TEST(ErrorCurve, SubjectsWithoutAVoteAreNoPartOfIt) {
  const Outcome outcome = SurvivalOutcome{.entry = {}, .time = {1, 2, 3}, .event = {1, 1, 1}};
  const CaseWeights ones = CaseWeights::ones(3);
  const std::vector<Index> rows{0, 1, 2};
  MortalityVotes votes(3, ErrorCurve::groups);
  Scheduler scheduler(1);
  const ErrorCurve curve(outcome, ones, rows);
  EXPECT_TRUE(std::isnan(curve.look(1, votes, scheduler).concordance));
  EXPECT_EQ(curve.look(1, votes, scheduler).undefined_because, "no subjects");
  for (Index group = 0; group < 10; ++group) {
    votes.add(0, group, 5);
    votes.add(1, group, 4);
  }
  EXPECT_EQ(curve.look(10, votes, scheduler).concordance, 1.0);
  EXPECT_EQ(curve.look(10, votes, scheduler).se, 0.0);
  EXPECT_TRUE(std::isnan(curve.look(9, votes, scheduler).se)); // a group without trees
}

class ForestErrorTest : public testing::Test {
protected:
  explicit ForestErrorTest(Index subjects = 120) : drawn(RandomKey(120), subjects, 8, 1) {}
  SurvivalForest grow(const ForestOptions& options, int threads = 2, std::uint64_t seed = 9) {
    const TrainingData data = drawn.data();
    Scheduler scheduler(threads);
    FitContext context{scheduler};
    const CaseWeights ones = CaseWeights::ones(data.subjects());
    const Preparation preparation(data.columns(), {});
    return SurvivalForest::grow(data, {ones, preparation, RandomKey(seed)}, options, context);
  }
  [[nodiscard]] double concordance_of(const SurvivalForest& forest) const {
    Prediction prediction;
    prediction.score = forest.out_of_bag().mortality;
    const Outcome outcome = drawn.survival;
    const CaseWeights ones = CaseWeights::ones(size_of(prediction.score));
    const survival::CensoringWeights censoring(outcome, ones);
    return measure::harrell_c({.prediction = prediction,
                               .outcome = outcome,
                               .weights = ones,
                               .centre = {},
                               .censoring = censoring})
        .value;
  }
  static void expect_same(const ErrorPoint& one, const ErrorPoint& other) {
    EXPECT_EQ(one.trees, other.trees);
    EXPECT_EQ(std::memcmp(&one.concordance, &other.concordance, sizeof(double)), 0);
    EXPECT_EQ(std::memcmp(&one.se, &other.se, sizeof(double)), 0);
  }

  test::SurvivalCase drawn;
};

TEST_F(ForestErrorTest, LastPointIsTheForests) {
  const SurvivalForest forest = grow({.trees = 130, .error_curve = true});
  ASSERT_EQ(forest.error().size(), 5U);
  EXPECT_EQ(forest.error().back().trees, 130);
  EXPECT_EQ(forest.error().back().concordance, concordance_of(forest));
  EXPECT_GT(forest.error().back().se, 0.0);
  EXPECT_LT(forest.error().back().se, 0.03);
  EXPECT_TRUE(grow({.trees = 30}).error().empty());
}

TEST_F(ForestErrorTest, EachPointIsThatOfAForestOfSoManyTrees) {
  const SurvivalForest forest = grow({.trees = 130, .error_curve = true}, 1);
  for (const int threads : {2, 8}) {
    for (const Index point : {1, 3}) {
      const ErrorPoint& at_point = forest.error()[at(point)];
      const SurvivalForest part = grow({.trees = at_point.trees, .error_curve = true}, threads);
      expect_same(part.error().back(), at_point);
    }
  }
}

TEST_F(ForestErrorTest, LookingDoesNotChangeTheForest) {
  EXPECT_EQ(grow({.trees = 25, .error_curve = true}).record().entries(),
            grow({.trees = 25}).record().entries());
}

TEST_F(ForestErrorTest, GrowsUntilTheTargetIsMet) {
  const SurvivalForest whole = grow({.trees = 600, .error_curve = true});
  const double target = whole.error()[4].error(); // of 200 trees
  ASSERT_EQ(whole.error()[4].trees, 200);
  ASSERT_GT(whole.error()[3].error(), target);
  const SurvivalForest settled = grow({.trees = 600, .target_error = target}, 7);
  EXPECT_EQ(settled.trees().size(), 200U);
  EXPECT_EQ(settled.error().size(), 5U);
  EXPECT_EQ(settled.record().entries(), grow({.trees = 200}).record().entries());
  EXPECT_EQ(grow({.trees = 600, .target_error = 1e-9}).trees().size(), 600U); // the most
  // ten trees may look settled, and are not asked
  EXPECT_EQ(grow({.trees = 600, .target_error = 0.9}).trees().size(), 100U);
}

// What trees without a cut say of a subject is what the others lived to see: no order worth a number, and no more trees.
TEST_F(ForestErrorTest, TreesWithoutACutHaveNoConcordance) {
  const SurvivalForest forest = grow({.trees = 600, .min_node = 120, .target_error = 0.01});
  EXPECT_EQ(forest.trees().size(), 100U);
  for (const ErrorPoint& point : forest.error()) {
    EXPECT_EQ(point.undefined_because, "no tree cuts any column");
    EXPECT_TRUE(std::isnan(point.concordance) && std::isnan(point.se));
  }
  EXPECT_LT(concordance_of(forest), 0.3);
}

// Other keys are other trees of the same data: the concordance varies by them as the standard error says. 60 forests
// know a variance to 18 %, and 60 jackknifes of nine degrees of freedom their mean to 6 %.
TEST_F(ForestErrorTest, StandardErrorIsWhatOtherTreesVaryBy) {
  constexpr Index forests = 60;
  std::vector<double> value;
  double mean_square = 0.0, mean_bias = 0.0;
  for (Index number = 0; number < forests; ++number) {
    const auto forest =
        grow({.trees = 100, .error_curve = true}, 2, 500U + static_cast<std::uint64_t>(number));
    value.push_back(forest.error().back().concordance);
    mean_square += forest.error().back().se * forest.error().back().se / forests;
    mean_bias += forest.error().back().bias / forests;
  }
  const double mean = std::accumulate(value.begin(), value.end(), 0.0) / forests;
  double variance = 0.0;
  for (const double each : value) {
    variance += (each - mean) * (each - mean) / (forests - 1);
  }
  EXPECT_GT(mean_square, 0.5 * variance);
  EXPECT_LT(mean_square, 2.0 * variance);
  const double many = grow({.trees = 4000, .error_curve = true}).error().back().concordance;
  EXPECT_LT(mean_bias, 0.0);
  EXPECT_NEAR(mean - many, mean_bias, 3.0 * std::sqrt(variance / forests) + 0.001);
}

} // namespace
} // namespace vigil::forest
