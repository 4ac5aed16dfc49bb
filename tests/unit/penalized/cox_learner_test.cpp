// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/learn/any_learner.hpp"
#include "vigil/penalized/cox_learner.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace vigil::penalized {
namespace {

struct Fixture {
  test::SurvivalCase made;
  Scheduler scheduler{1};
  FitContext context{scheduler};
  TrainingData data;
  CaseWeights weights;
  std::vector<Preparation> preparations;

  explicit Fixture(test::SurvivalCase drawn)
      : made(std::move(drawn)), data(made.data()), weights(CaseWeights::ones(made.subjects)) {
    prepare({});
  }
  void prepare(const PreparationOptions& options) {
    preparations = fit_preparations(data, {&weights, 1}, options, scheduler);
  }
  [[nodiscard]] CoxModel fit_cox() {
    return fit(CoxLearner(), data, {weights, preparations[0], RandomKey(1)}, context);
  }
};

TEST(CoxLearner, CoefficientsDoNotDependOnThePreparation) {
  Fixture standard(test::SurvivalCase(RandomKey(3), 80, 2, 2));
  Fixture plain(test::SurvivalCase(RandomKey(3), 80, 2, 2));
  plain.prepare({.impute = "median", .standardize = false});
  const auto left = standard.fit_cox().selected(), right = plain.fit_cox().selected();
  ASSERT_EQ(left.size(), 4U);
  for (std::size_t j = 0; j < 4; ++j) {
    EXPECT_EQ(left[j].feature, static_cast<Index>(j));
    EXPECT_NEAR(left[j].coefficient, right[j].coefficient, 1e-10);
  }
}

TEST(CoxLearner, RiskLiesBetweenItsLimitsAndRises) {
  Fixture fixture(test::SurvivalCase(RandomKey(4), 100, 0, 3));
  const CoxModel model = fixture.fit_cox();
  EXPECT_EQ(model.status(), FitStatus::converged);
  const std::vector<double> horizons = {0.2, 0.8};
  const Prediction prediction =
      model.predict(fixture.data.covariates(), {horizons, true}, fixture.context);
  for (Index i = 0; i < 100; ++i) {
    const double early = prediction.risk.at_horizon(0)[at(i)];
    EXPECT_LT(prediction.lower->at_horizon(0)[at(i)], early);
    EXPECT_GT(prediction.upper->at_horizon(0)[at(i)], early);
    EXPECT_LE(early, prediction.risk.at_horizon(1)[at(i)]);
  }
  EXPECT_EQ(prediction.curves->subjects(), 100);
}

TEST(CoxLearner, RecordGivesTheSamePredictionsBack) {
  test::SurvivalCase made(RandomKey(5), 90, 3, 2);
  for (Index i = 0; i < 90; ++i) {
    made.stratum.push_back(i % 2);
    made.offset.push_back(i % 5 == 0 ? 0.1 : 0.0);
  }
  made.clinical[1][7] = std::nan("");
  Fixture fixture(std::move(made));
  const CoxModel model = fixture.fit_cox();
  const CoxModel again = CoxModel::from_record(model.record());
  const std::vector<double> horizons = {0.1, 0.5};
  const auto predict = [&](const CoxModel& of) {
    return of.predict(fixture.data.covariates(), {horizons}, fixture.context);
  };
  const Prediction left = predict(model), right = predict(again);
  EXPECT_EQ(left.score, right.score);
  EXPECT_EQ(left.risk.value, right.risk.value);
  EXPECT_EQ(left.lower->value, right.lower->value);
  EXPECT_EQ(again.record().numbers("se"), model.record().numbers("se"));
  EXPECT_THROW(static_cast<void>(CoxModel::from_record(Record("forest"))), InputError);
}

TEST(CoxLearner, TrainingRangeAndRiskOfTheTriageGuard) {
  Fixture fixture(test::SurvivalCase(RandomKey(6), 100, 0, 1));
  const CoxModel model = fixture.fit_cox();
  const Record record = model.record();
  std::vector<double> values = fixture.made.clinical[0];
  std::sort(values.begin(), values.end());
  // Definition 2 of Hyndman and Fan: 0.5 % of 100 rows is the first one, 99.5 % the last one.
  EXPECT_EQ(record.numbers("training_lower"), (std::vector<double>{values.front()}));
  EXPECT_EQ(record.numbers("training_upper"), (std::vector<double>{values.back()}));
  const double horizon = record.numbers("risk_time").back();
  const Prediction prediction = model.predict(
      fixture.data.covariates(), {std::span<const double>(&horizon, 1)}, fixture.context);
  std::vector<double> risk(prediction.risk.value);
  std::sort(risk.begin(), risk.end());
  const double guard = record.numbers("training_risk_95").back();
  EXPECT_GE(guard, risk[94]);
  EXPECT_LE(guard, risk[95]);
}

TEST(CoxLearner, AsManyColumnsAsEventsIsUndefinedAndPredictsNothing) {
  Fixture fixture(test::SurvivalCase(RandomKey(7), 20, 60, 0));
  const CoxModel model = fixture.fit_cox();
  EXPECT_EQ(model.status(), FitStatus::undefined);
  EXPECT_FALSE(model.reason().empty());
  const std::vector<double> horizons = {1.0};
  const Prediction prediction =
      model.predict(fixture.data.covariates(), {horizons}, fixture.context);
  EXPECT_TRUE(std::isnan(prediction.score[0]));
  EXPECT_TRUE(std::isnan(prediction.risk.value[3]));
  EXPECT_TRUE(model.selected().empty());
  EXPECT_EQ(CoxModel::from_record(model.record()).status(), FitStatus::undefined);
}

TEST(CoxLearner, GarbageInWeightZeroLeavesTheModelAlone) {
  const auto bytes = [](bool garbage) {
    test::SurvivalCase made(RandomKey(8), 70, 2, 2);
    if (garbage) {
      made.marker_values[5] = 1e30F;
      made.clinical[0][5] = std::nan("");
      made.survival.time[5] = -1.0;
      made.survival.event[5] = 200;
    }
    Fixture fixture(std::move(made));
    std::vector<std::uint32_t> times(70, 1);
    times[5] = 0;
    fixture.weights = fixture.weights.with_times(times);
    fixture.prepare({});
    return fixture.fit_cox().record().numbers("coefficient");
  };
  EXPECT_EQ(bytes(false), bytes(true));
}

TEST(CoxLearner, NeedsASurvivalOutcome) {
  Scheduler scheduler(1);
  FitContext context{scheduler};
  const FeatureMatrix features(2);
  const ClinicalBlock clinical(2);
  const Outcome outcome = BinaryOutcome{{0, 1}};
  const TrainingData data{.features = features, .clinical = clinical, .outcome = outcome};
  const auto ones = CaseWeights::ones(2);
  const Preparation none({});
  EXPECT_THROW(static_cast<void>(fit(CoxLearner(), data, {ones, none, RandomKey(1)}, context)),
               ConfigError);
}

} // namespace
} // namespace vigil::penalized
