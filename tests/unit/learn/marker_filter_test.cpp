// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/learn/preparation.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace vigil {
namespace {

/// Columns of four subjects: markers of the matrix, then of the clinical block a clinical column and two markers.
struct FilterCase {
  std::vector<float> values{0,
                            0,
                            2,
                            2, // variance 1
                            0,
                            0,
                            6,
                            6, // 9
                            5,
                            5,
                            5,
                            5, // constant
                            0,
                            6,
                            0,
                            6}; // 9
  FeatureMatrix features{resident_source(4, 4, values, 3),
                         {{.name = "a"}, {.name = "b"}, {.name = "flat"}, {.name = "d"}}};
  ClinicalBlock clinical{4};
  Outcome outcome = SurvivalOutcome{{}, {1, 2, 3, 4}, {1, 1, 0, 1}};
  Scheduler scheduler{2};

  FilterCase() {
    clinical.add({.name = "age", .marker = false, .penalized = false}, {0, 0, 100, 100});
    clinical.add({.name = "stage", .marker = false, .penalized = true}, {0, 0, 0.1, 0.1});
    clinical.add({.name = "e"}, {0, 0, 8, 8}); // 16
    clinical.add({.name = "free", .penalized = false}, {0, 0, 0.1, 0.1});
  }
  [[nodiscard]] TrainingData data() const {
    return {.features = features, .clinical = clinical, .outcome = outcome};
  }
  /// Names of the kept columns.
  std::vector<std::string> kept(Index keep, const CaseWeights& weights) {
    const PreparationOptions options{
        .filter = {.keep = keep, .ranking = std::make_shared<const VarianceRanking>()}};
    const auto prepared = fit_preparations(data(), {&weights, 1}, options, scheduler);
    std::vector<std::string> names;
    for (Index column = 0; column < data().columns(); ++column) {
      if (prepared.front().keeps(column)) {
        names.push_back(data().covariates().info(column).name);
      }
    }
    return names;
  }
};

using Names = std::vector<std::string>;

TEST(MarkerFilter, KeepsTheLargestVariancesAndAllThatIsNoPenalizedMarker) {
  FilterCase made;
  const CaseWeights ones = CaseWeights::ones(4);
  EXPECT_EQ(made.kept(1, ones), (Names{"age", "stage", "e", "free"}));
  EXPECT_EQ(made.kept(3, ones), (Names{"b", "d", "age", "stage", "e", "free"}));
}

TEST(MarkerFilter, KeepsTheSmallerColumnOfEqualOnes) {
  FilterCase made;
  EXPECT_EQ(made.kept(2, CaseWeights::ones(4)), (Names{"b", "age", "stage", "e", "free"}));
}

TEST(MarkerFilter, NeverKeepsAConstantMarker) {
  FilterCase made;
  EXPECT_EQ(made.kept(50, CaseWeights::ones(4)),
            (Names{"a", "b", "d", "age", "stage", "e", "free"}));
}

// Without the last two subjects only d varies.
TEST(MarkerFilter, LooksAtTrainingSubjectsAlone) {
  FilterCase made;
  const auto first = CaseWeights::ones(4).with_times({1, 1, 0, 0});
  EXPECT_EQ(made.kept(1, first), (Names{"d"}));
}

TEST(MarkerFilter, DroppedColumnsAreToldFromConstantOnes) {
  FilterCase made;
  const CaseWeights ones = CaseWeights::ones(4);
  const PreparationOptions options{
      .filter = {.keep = 1, .ranking = std::make_shared<const VarianceRanking>()}};
  const auto prepared = fit_preparations(made.data(), {&ones, 1}, options, made.scheduler).front();
  EXPECT_TRUE(prepared.drops_any());
  EXPECT_TRUE(prepared.drops(0));
  EXPECT_FALSE(prepared.keeps(0));
  EXPECT_FALSE(prepared.drops(2)); // constant: nothing that a filter has chosen
  EXPECT_FALSE(prepared.keeps(2));
  EXPECT_FALSE(prepared.column(0).keep);
  const auto plain = fit_preparations(made.data(), {&ones, 1}, {}, made.scheduler).front();
  EXPECT_FALSE(plain.drops_any());
  EXPECT_EQ(plain.column(6).scale, prepared.column(6).scale);
}

} // namespace
} // namespace vigil
