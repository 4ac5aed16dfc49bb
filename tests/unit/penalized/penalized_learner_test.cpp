// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/learn/any_learner.hpp"
#include "vigil/penalized/penalized_learner.hpp"

#include <gtest/gtest.h>

#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>
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

  explicit Fixture(test::SurvivalCase drawn, const std::vector<std::uint32_t>& times = {})
      : made(std::move(drawn)), data(made.data()), weights(CaseWeights::ones(made.subjects)) {
    if (!times.empty()) {
      weights = weights.with_times(times);
    }
    preparations = fit_preparations(data, {&weights, 1}, {}, scheduler);
  }
  [[nodiscard]] PenalizedModel fit_with(const PenalizedOptions& options) {
    return fit(PenalizedLearner(options), data, {weights, preparations[0], RandomKey(9)}, context);
  }
};

const PenalizedOptions quick{
    .l1_ratio = {1.0, 0.5}, .grid = {.points = 40}, .interval_resamples = 20};

TEST(PenalizedLearner, SelectsTheSignalAndPredictsRiskWithLimits) {
  Fixture fixture(test::SurvivalCase(RandomKey(31), 120, 60, 1));
  const PenalizedModel model = fixture.fit_with(quick);
  EXPECT_EQ(model.status(), FitStatus::converged);
  const auto selected = model.selected();
  for (const Index marker : {Index{0}, Index{1}, Index{2}, Index{60}}) {
    EXPECT_TRUE(std::any_of(selected.begin(), selected.end(), [&](const SelectedFeature& feature) {
      return feature.feature == marker;
    })) << marker;
  }
  const std::vector<double> horizons = {0.3, 1.0};
  const Prediction prediction =
      model.predict(fixture.data.covariates(), {horizons, true}, fixture.context);
  for (Index i = 0; i < 120; ++i) {
    const double risk = prediction.risk.at_horizon(0)[at(i)];
    EXPECT_LT(prediction.lower->at_horizon(0)[at(i)], risk);
    EXPECT_GT(prediction.upper->at_horizon(0)[at(i)], risk);
    EXPECT_LE(risk, prediction.risk.at_horizon(1)[at(i)]);
  }
}

TEST(PenalizedLearner, RidgeOfMoreColumnsThanSubjectsHasThemAllAndLimits) {
  Fixture fixture(test::SurvivalCase(RandomKey(38), 70, 90, 1));
  const PenalizedModel model =
      fixture.fit_with({.l1_ratio = {0.0}, .grid = {.points = 30}, .interval_resamples = 20});
  EXPECT_EQ(model.status(), FitStatus::converged);
  EXPECT_EQ(model.selected().size(), 91U);
  const std::vector<double> horizons = {0.5};
  const Prediction prediction =
      model.predict(fixture.data.covariates(), {horizons, true}, fixture.context);
  for (Index i = 0; i < 70; ++i) {
    const double risk = prediction.risk.at_horizon(0)[at(i)];
    EXPECT_LT(prediction.lower->at_horizon(0)[at(i)], risk);
    EXPECT_GT(prediction.upper->at_horizon(0)[at(i)], risk);
  }
}

TEST(PenalizedLearner, RecordGivesTheSamePredictionsBack) {
  test::SurvivalCase made(RandomKey(32), 90, 30, 2);
  for (Index i = 0; i < 90; ++i) {
    made.stratum.push_back(i % 2);
  }
  made.clinical[1][7] = std::nan("");
  Fixture fixture(std::move(made));
  const PenalizedModel model = fixture.fit_with(quick);
  const PenalizedModel again = PenalizedModel::from_record(model.record());
  const std::vector<double> horizons = {0.1, 0.5};
  const auto predict = [&](const PenalizedModel& of) {
    return of.predict(fixture.data.covariates(), {horizons}, fixture.context);
  };
  const Prediction left = predict(model), right = predict(again);
  EXPECT_EQ(left.score, right.score);
  EXPECT_EQ(left.risk.value, right.risk.value);
  EXPECT_EQ(left.lower->value, right.lower->value);
  EXPECT_EQ(left.upper->value, right.upper->value);
  EXPECT_THROW(static_cast<void>(PenalizedModel::from_record(Record("cox"))), InputError);
}

TEST(PenalizedLearner, ModelDoesNotDependOnItsNeighbours) {
  Fixture fixture(test::SurvivalCase(RandomKey(33), 80, 40, 1));
  std::vector<std::uint32_t> times(80, 1);
  times[4] = times[5] = 0;
  const CaseWeights others = CaseWeights::ones(80).with_times(times);
  const auto prepared = fit_preparations(fixture.data, {&others, 1}, {}, fixture.scheduler);
  const FitItem item{fixture.weights, fixture.preparations[0], RandomKey(9)},
      neighbour{others, prepared[0], RandomKey(10)};
  const std::vector<FitItem> batch = {neighbour, item};
  const PenalizedLearner learner(quick);
  const auto models = learner.fit_all({fixture.data, batch}, fixture.context);
  const PenalizedModel alone = fit(learner, fixture.data, item, fixture.context);
  EXPECT_EQ(models[1].record().numbers("coefficient"), alone.record().numbers("coefficient"));
  EXPECT_EQ(models[1].record().record("interval").numbers("log_hazard"),
            alone.record().record("interval").numbers("log_hazard"));
}

TEST(PenalizedLearner, GarbageInWeightZeroLeavesTheModelAlone) {
  const auto coefficients = [](bool garbage) {
    test::SurvivalCase made(RandomKey(34), 70, 30, 1);
    if (garbage) {
      made.survival.time[5] = -1.0;
      made.survival.event[5] = 1;
      made.marker_values[5] = INFINITY;
      made.clinical[0][5] = 1e300;
    }
    std::vector<std::uint32_t> times(70, 1);
    times[5] = 0;
    Fixture fixture(std::move(made), times);
    const Record record = fixture.fit_with(quick).record();
    std::vector<double> result = record.numbers("coefficient");
    const auto& limits = record.record("interval").numbers("log_hazard");
    result.insert(result.end(), limits.begin(), limits.end());
    return result;
  };
  EXPECT_EQ(coefficients(false), coefficients(true));
}

TEST(PenalizedLearner, WithoutResamplesThereAreNoLimits) {
  Fixture fixture(test::SurvivalCase(RandomKey(35), 80, 20, 0));
  PenalizedOptions options = quick;
  options.interval_resamples = 0;
  options.choice = LambdaChoice::one_se;
  const PenalizedModel model = fixture.fit_with(options);
  const std::vector<double> horizons = {0.5};
  const Prediction prediction =
      model.predict(fixture.data.covariates(), {horizons}, fixture.context);
  EXPECT_FALSE(prediction.lower.has_value());
  EXPECT_FALSE(model.record().has("interval"));
}

TEST(PenalizedLearner, TooFewEventsIsUndefined) {
  test::SurvivalCase made(RandomKey(36), 40, 10, 0);
  std::fill(made.survival.event.begin(), made.survival.event.end(), std::uint8_t{0});
  made.survival.event[0] = made.survival.event[1] = 1;
  Fixture fixture(std::move(made));
  const PenalizedModel model = fixture.fit_with(quick);
  EXPECT_EQ(model.status(), FitStatus::undefined);
  EXPECT_FALSE(model.reason().empty());
  const std::vector<double> horizons = {1.0};
  EXPECT_TRUE(
      std::isnan(model.predict(fixture.data.covariates(), {horizons}, fixture.context).score[0]));
  EXPECT_EQ(PenalizedModel::from_record(model.record()).status(), FitStatus::undefined);
}

TEST(PenalizedLearner, RefusesAnEmptyListOfRatios) {
  Fixture fixture(test::SurvivalCase(RandomKey(37), 40, 10, 0));
  EXPECT_THROW(static_cast<void>(fixture.fit_with({.l1_ratio = {}})), ConfigError);
}

} // namespace
} // namespace vigil::penalized
