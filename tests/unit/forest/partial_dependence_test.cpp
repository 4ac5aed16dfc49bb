// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/forest/partial_dependence.hpp"
#include "vigil/forest/survival_forest.hpp"

#include <gtest/gtest.h>

#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

namespace vigil::forest {
namespace {

/// Horizons out of order, one of them later than anybody was seen.
const std::vector<double> horizons{0.8, 0.2, 1e6};

bool same_bytes(const std::vector<double>& left, const std::vector<double>& right) {
  return left.size() == right.size() &&
         std::memcmp(left.data(), right.data(), 8 * left.size()) == 0;
}

class PartialDependenceTest : public testing::Test {
protected:
  // 300 subjects: more than one task. Two clinical columns, the second one of four values with missing cells.
  PartialDependenceTest() : drawn(RandomKey(140), 300, 4, 2) {
    for (Index subject = 0; subject < 300; ++subject) {
      double& value = drawn.clinical[1][at(subject)];
      value = subject % 9 == 0 ? std::nan("") : std::clamp(std::round(value), -1.0, 2.0);
    }
    for (std::size_t cell = 0; cell < drawn.marker_values.size(); cell += 13) {
      drawn.marker_values[cell] = std::nanf("");
    }
  }
  SurvivalForest grow(const ForestOptions& options) {
    const TrainingData data = drawn.data();
    Scheduler scheduler(2);
    FitContext context{scheduler};
    const CaseWeights weights = CaseWeights::ones(300);
    const Preparation preparation(data.columns(), {});
    return SurvivalForest::grow(data, {weights, preparation, RandomKey(5)}, options, context);
  }
  FeatureDependence dependence(const SurvivalForest& forest,
                               const std::string& feature,
                               Index points,
                               int threads = 2) {
    const TrainingData data = drawn.data();
    const Covariates covariates = data.covariates();
    Scheduler scheduler(threads);
    FitContext context{scheduler};
    return PartialDependence(forest, covariates, horizons, context).on(feature, points);
  }
  Prediction predict(const SurvivalForest& forest) {
    const TrainingData data = drawn.data();
    Scheduler scheduler(2);
    FitContext context{scheduler};
    return forest.predict(data.covariates(), {.horizons = horizons}, context);
  }
  /// The same with all values of a clinical column replaced.
  Prediction predict_with(const SurvivalForest& forest, Index column, double value) {
    auto kept = drawn.clinical[at(column)];
    drawn.clinical[at(column)].assign(300, value);
    auto prediction = predict(forest);
    drawn.clinical[at(column)] = std::move(kept);
    return prediction;
  }

  test::SurvivalCase drawn;
};

double plain_mean(std::span<const double> values) {
  double sum = 0.0;
  for (const double value : values) {
    sum += value;
  }
  return sum / static_cast<double>(values.size());
}

TEST_F(PartialDependenceTest, IsThePredictionWithTheColumnReplaced) {
  const SurvivalForest forest = grow({.trees = 40, .features_per_split = 2});
  for (Index column = 0; column < 2; ++column) {
    const auto found = dependence(forest, "c" + std::to_string(column), 11);
    ASSERT_EQ(found.value.size(), column == 0 ? 11U : 4U);
    EXPECT_NE(found.score.front(), found.score.back());
    for (std::size_t point = 0; point < found.value.size(); ++point) {
      const Prediction expected = predict_with(forest, column, found.value[point]);
      EXPECT_TRUE(same_bytes(found.individual[point].score, expected.score));
      EXPECT_TRUE(same_bytes(found.individual[point].risk.value, expected.risk.value));
      EXPECT_NEAR(found.score[point], plain_mean(expected.score), 1e-10);
      for (Index horizon = 0; horizon < 2; ++horizon) {
        EXPECT_NEAR(
            found.risk[at(horizon)][point], plain_mean(expected.risk.at_horizon(horizon)), 1e-12);
      }
      EXPECT_TRUE(std::isnan(found.risk[2][point]));
    }
  }
}

TEST_F(PartialDependenceTest, AMarkerIsReplacedToo) {
  constexpr Index third = Index{2} * 300; // where the values of m2 begin
  const SurvivalForest forest = grow({.trees = 25});
  for (Index subject = 0; subject < 300; ++subject) { // three values, as floats
    drawn.marker_values[at(third + subject)] = static_cast<float>(subject % 3) * 0.3F;
  }
  const auto found = dependence(forest, "m2", 20);
  ASSERT_EQ(found.value.size(), 3U);
  const auto kept = drawn.marker_values;
  for (std::size_t point = 0; point < 3; ++point) {
    std::fill_n(drawn.marker_values.begin() + third, 300, static_cast<float>(found.value[point]));
    EXPECT_TRUE(same_bytes(found.individual[point].score, predict(forest).score));
    drawn.marker_values = kept;
  }
}

// A column without any variation in training: no tree can cut it.
TEST_F(PartialDependenceTest, OfAColumnThatNoTreeCutsIsFlat) {
  const auto drawn_values = drawn.clinical[0];
  drawn.clinical[0].assign(300, 1.0);
  const SurvivalForest forest = grow({.trees = 20});
  drawn.clinical[0] = drawn_values;
  const Prediction own = predict(forest);
  const auto found = dependence(forest, "c0", 5);
  ASSERT_EQ(found.value.size(), 5U);
  for (std::size_t point = 0; point < 5; ++point) {
    EXPECT_TRUE(same_bytes(found.individual[point].score, own.score));
    EXPECT_EQ(found.score[point], found.score[0]);
    EXPECT_NEAR(found.score[point], plain_mean(own.score), 1e-10);
  }
  const auto names = most_cut_features(forest, 10);
  EXPECT_EQ(names.size(), 5U);
  EXPECT_EQ(std::ranges::find(names, "c0"), names.end());
}

TEST_F(PartialDependenceTest, BytesDoNotDependOnThreads) {
  const SurvivalForest forest = grow({.trees = 15});
  const auto one = dependence(forest, "m0", 7, 1);
  for (const int threads : {2, 5}) {
    const auto again = dependence(forest, "m0", 7, threads);
    EXPECT_TRUE(same_bytes(one.score, again.score));
    EXPECT_TRUE(same_bytes(one.risk[0], again.risk[0]));
    EXPECT_TRUE(same_bytes(one.individual[3].score, again.individual[3].score));
  }
}

TEST_F(PartialDependenceTest, TellsTheSign) {
  const SurvivalForest forest = grow({.trees = 60}); // coefficients 0.8 and -0.8
  const auto up = dependence(forest, "m0", 5), down = dependence(forest, "m1", 5);
  EXPECT_GT(up.score.back(), 1.2 * up.score.front());
  EXPECT_GT(up.risk[0].back(), up.risk[0].front());
  EXPECT_LT(1.2 * down.score.back(), down.score.front());
}

TEST_F(PartialDependenceTest, TheFeaturesThatMostTreesCutComeFirst) {
  const SurvivalForest forest = grow({.trees = 30});
  const auto names = most_cut_features(forest, 4);
  ASSERT_EQ(names.size(), 4U);
  const auto trees_with = [&](const std::string& name) {
    const auto all = forest.cut_names();
    const auto column = forest.cut_columns()[at(std::ranges::find(all, name) - all.begin())];
    return std::ranges::count_if(forest.trees(), [&](const Tree& tree) {
      return std::ranges::find(tree.feature, static_cast<std::uint32_t>(column)) !=
             tree.feature.end();
    });
  };
  for (std::size_t place = 1; place < 4; ++place) {
    EXPECT_GE(trees_with(names[place - 1]), trees_with(names[place]));
  }
  for (const std::string& name : forest.cut_names()) {
    if (std::ranges::find(names, name) == names.end()) {
      EXPECT_LE(trees_with(name), trees_with(names.back()));
    }
  }
}

TEST_F(PartialDependenceTest, WithoutAForestNothingIsPredicted) {
  std::ranges::fill(drawn.survival.event, std::uint8_t{0});
  const SurvivalForest forest = grow({.trees = 5});
  const auto found = dependence(forest, "c1", 20);
  ASSERT_EQ(found.value.size(), 4U);
  EXPECT_TRUE(std::isnan(found.score[0]));
  EXPECT_TRUE(std::isnan(found.risk[1][3]));
  EXPECT_TRUE(most_cut_features(forest, 10).empty());
}

TEST_F(PartialDependenceTest, RefusesAnUnknownFeature) {
  const SurvivalForest forest = grow({.trees = 5});
  EXPECT_THROW(static_cast<void>(dependence(forest, "c7", 20)), InputError);
}

TEST(DependenceGrid, ByHand) {
  const double missing = std::nan("");
  EXPECT_EQ(dependence_grid(std::vector<double>{3, 1, missing, 1, 2}, 3),
            (std::vector<double>{1, 2, 3}));
  EXPECT_TRUE(dependence_grid(std::vector<double>{missing, missing}, 3).empty());
  std::vector<double> values;
  for (int value = 100; value >= 1; --value) {
    values.push_back(value);
  }
  // at 1/8, 3/8, 5/8, 7/8 of 100 values: 12.5 values are passed by the 13th
  EXPECT_EQ(dependence_grid(values, 4), (std::vector<double>{13, 38, 63, 88}));
  // half of them are 1: the first quantiles fall together
  std::fill_n(values.begin(), 60, 1.0);
  const auto grid = dependence_grid(values, 4);
  EXPECT_TRUE(std::ranges::is_sorted(grid));
  EXPECT_EQ(std::ranges::adjacent_find(grid), grid.end());
  EXPECT_EQ(grid.front(), 1.0);
  EXPECT_LT(grid.size(), 4U);
}

} // namespace
} // namespace vigil::forest
