// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/forest/forest_weights.hpp"
#include "vigil/forest/partial_dependence.hpp"

#include <gtest/gtest.h>

#include "tests/support/competing_case.hpp"
#include "tests/support/grow_forest.hpp"
#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

namespace vigil::forest {
namespace {

double importance_of(const SurvivalForest& forest, ImportanceKind kind, std::string_view feature) {
  const auto found = std::ranges::find_if(forest.importance(), [&](const ImportanceRow& row) {
    return row.kind == kind && row.feature == feature;
  });
  return found->importance;
}

TEST(CompetingExplanation, ImportanceIsThatOfTheCause) {
  test::SurvivalCase drawn = test::two_causes(315, 300);
  for (const bool brier : {false, true}) {
    for (const int cause : {1, 2}) {
      ForestOptions options{.trees = 60,
                            .importance = {ImportanceKind::permutation,
                                           ImportanceKind::impurity_corrected,
                                           ImportanceKind::hold_out},
                            .causes = {.of_interest = std::to_string(cause)}};
      if (brier) {
        options.importance_on.brier_horizon = 0.6;
      }
      const SurvivalForest forest = test::grow_forest(drawn, options);
      const std::string own = cause == 1 ? "m0" : "m1", other = cause == 1 ? "m1" : "m0";
      for (const ImportanceKind kind : options.importance) {
        const double of_own = importance_of(forest, kind, own);
        EXPECT_GT(of_own, 0.0);
        // what keeps the cause away by another one says a little of it too
        EXPECT_LT(importance_of(forest, kind, other), 0.5 * of_own)
            << name_of(kind) << brier << cause;
        EXPECT_LT(importance_of(forest, kind, "m4"), 0.2 * of_own)
            << name_of(kind) << brier << cause;
      }
    }
  }
}

TEST(CompetingExplanation, PartialDependenceIsThePredictionWithAColumnReplaced) {
  test::SurvivalCase drawn = test::two_causes(316, 80);
  for (std::size_t cell = 80; cell < 160; ++cell) { // the mean of two values is a float too
    drawn.marker_values[cell] = std::round(8.0F * drawn.marker_values[cell]) / 8.0F;
  }
  const SurvivalForest forest =
      test::grow_forest(drawn, {.trees = 20, .causes = {.of_interest = "2"}});
  std::vector<FeatureDependence> found;
  {
    const TrainingData data = drawn.data();
    Scheduler scheduler(2);
    FitContext context{scheduler};
    const Covariates covariates = data.covariates();
    const PartialDependence dependence(forest, covariates, test::competing_horizons, context);
    found.push_back(dependence.on("m1", 4));
  }
  for (std::size_t point = 0; point < 4; ++point) {
    for (Index subject = 0; subject < 80; ++subject) {
      drawn.marker_values[at(80 + subject)] = static_cast<float>(found[0].value[point]);
    }
    const Prediction expected = test::predict_cause(drawn, forest);
    EXPECT_TRUE(test::same_bytes(found[0].individual[point].score, expected.score));
    EXPECT_TRUE(test::same_bytes(found[0].individual[point].risk.value, expected.risk.value));
  }
}

// The weights of those in a leaf with the event give its hazards: of one tree the mean of the training subjects.
TEST(CompetingExplanation, ForestWeightsFindTheLeaves) {
  test::SurvivalCase drawn = test::two_causes(317, 80);
  for (const CompetingRuleName& competing : competing_rule_table()) {
    drawn.follow_up_end = drawn.survival.time;
    const SurvivalForest forest =
        test::grow_forest(drawn, {.trees = 10, .causes = {.rule = competing.rule}});
    const TrainingData data = drawn.data();
    Scheduler scheduler(2);
    const ForestWeights weights(forest, data, CaseWeights::ones(80), scheduler);
    for (const auto& neighbours : weights.nearest(data.covariates(), 80, scheduler)) {
      double sum = 0.0;
      for (const Neighbour& neighbour : neighbours) {
        sum += neighbour.weight;
      }
      EXPECT_NEAR(sum, 1.0, 1e-12);
    }
    test::SurvivalCase other = drawn; // events of the leaves at other subjects
    std::reverse(other.survival.event.begin(), other.survival.event.end());
    std::reverse(other.survival.time.begin(), other.survival.time.end());
    std::reverse(other.cause.begin(), other.cause.end());
    const TrainingData changed = other.data();
    EXPECT_THROW(ForestWeights(forest, changed, CaseWeights::ones(80), scheduler), InputError);
  }
}

} // namespace
} // namespace vigil::forest
