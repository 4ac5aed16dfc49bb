// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/learn/preparation.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <cmath>

namespace {

using vigil::CaseWeights;
using vigil::Index;
using vigil::test::rounding;

const double missing = std::nan("");

/// Two markers (the second constant in training) and one clinical column, five subjects.
struct Example {
  Example() { clinical.add({.name = "age"}, {50, missing, 60, 70, 1e6}); }
  vigil::FeatureMatrix features{vigil::resident_source(5,
                                                       2,
                                                       {0,
                                                        1,
                                                        static_cast<float>(missing),
                                                        3,
                                                        1000, //
                                                        7,
                                                        7,
                                                        7,
                                                        7,
                                                        1},
                                                       1),
                                {{.name = "g1", .offset = 10}, {.name = "g2"}}};
  vigil::ClinicalBlock clinical{5};
  vigil::Outcome outcome = vigil::SurvivalOutcome{{}, {1, 2, 3, 4, 5}, {1, 1, 1, 1, 1}};
  vigil::Scheduler scheduler{2};
  vigil::TrainingData data{.features = features, .clinical = clinical, .outcome = outcome};
  CaseWeights train = CaseWeights::ones(5).with_times({1, 1, 1, 1, 0});
};

TEST(Preparation, IsFittedOnTrainingRowsAlone) {
  Example example;
  const std::vector<CaseWeights> weightings{example.train};
  const auto preparation =
      vigil::fit_preparations(example.data, weightings, {}, example.scheduler).front();
  // Marker g1 in training: 10, 11, missing, 13; median 11; filled 10, 11, 11, 13: mean 11.25, variance 19/16.
  EXPECT_TRUE(preparation.column(0).keep);
  EXPECT_EQ(preparation.column(0).fill, 11.0);
  EXPECT_EQ(preparation.column(0).shift, 11.25);
  EXPECT_NEAR(preparation.column(0).scale, std::sqrt(19.0 / 16.0), rounding(1.0, 4));
  EXPECT_FALSE(preparation.column(1).keep);
  // Age: 50, missing, 60, 70; median 60; mean 60.
  EXPECT_EQ(preparation.column(2).shift, 60.0);
  const std::vector<Index> listed{2, 0};
  const auto values = vigil::prepared_columns(
      example.data.covariates(), listed, preparation.select(listed), example.scheduler);
  EXPECT_EQ(values[1], 0.0);
  EXPECT_NEAR(values[5], (10 - 11.25) / std::sqrt(19.0 / 16.0), rounding(1.2, 8));
}

TEST(Preparation, GarbageInHeldOutRowsLeavesItAlone) {
  Example example;
  const std::vector<CaseWeights> weightings{example.train};
  const auto before =
      vigil::fit_preparations(example.data, weightings, {}, example.scheduler).front();
  vigil::ClinicalBlock other(5);
  other.add({.name = "age"}, {50, missing, 60, 70, -3});
  const vigil::TrainingData changed{
      .features = example.features, .clinical = other, .outcome = example.outcome};
  const auto after = vigil::fit_preparations(changed, weightings, {}, example.scheduler).front();
  EXPECT_EQ(before.column(2).shift, after.column(2).shift);
  EXPECT_EQ(before.column(2).scale, after.column(2).scale);
  EXPECT_EQ(before.column(2).fill, after.column(2).fill);
}

TEST(Preparation, WithoutImputationRefusesMissingTrainingValues) {
  Example example;
  const std::vector<CaseWeights> weightings{example.train};
  try {
    static_cast<void>(
        vigil::fit_preparations(example.data, weightings, {.impute = "none"}, example.scheduler));
    FAIL();
  } catch (const vigil::InputError& error) {
    EXPECT_EQ(error.fault().where, "column 'g1'");
  }
}

TEST(Preparation, SurvivesItsRecord) {
  const std::vector<vigil::Preparation::Column> columns{
      {.fill = 1, .shift = 2, .scale = 3, .centre = 4, .spread = 5, .keep = false}};
  const vigil::Preparation before(columns);
  const auto after = vigil::Preparation::from_record(before.record());
  EXPECT_EQ(after.column(0).fill, 1.0);
  EXPECT_EQ(after.column(0).spread, 5.0);
  EXPECT_FALSE(after.column(0).keep);
}

TEST(FindColumns, NamesWhatIsMissing) {
  Example example;
  EXPECT_EQ(vigil::find_columns(example.data.covariates(), std::vector<std::string>{"age", "g1"}),
            (std::vector<Index>{2, 0}));
  try {
    static_cast<void>(
        vigil::find_columns(example.data.covariates(), std::vector<std::string>{"aeg"}));
    FAIL();
  } catch (const vigil::InputError& error) {
    EXPECT_NE(error.fault().remedy.find("did you mean 'age'?"), std::string::npos);
  }
}

} // namespace
