// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/penalized/cross_validate.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include "tests/support/survival_case.hpp"
#include <cmath>
#include <optional>
#include <vector>

namespace vigil::penalized {
namespace {

constexpr double horizon = 0.5;
constexpr Index subjects = 120;

/// Strata, offset, some rows twice and some absent.
struct Fixture {
  test::SurvivalCase made{RandomKey(41), subjects, 12, 1};
  Scheduler scheduler{1};
  FitContext context{scheduler};
  std::optional<TrainingData> data;
  CaseWeights weights = CaseWeights::ones(subjects);
  PenaltyOptions penalty;

  Fixture() {
    std::vector<std::uint32_t> times(at(subjects), 1);
    for (Index i = 0; i < subjects; ++i) {
      made.stratum.push_back(i % 3 == 0 ? 4 : 7);
      made.offset.push_back(0.1 * static_cast<double>(i % 5));
      times[at(i)] = i % 11 == 0 ? 0 : i % 7 == 0 ? 2 : 1;
    }
    weights = weights.with_times(times);
    data.emplace(made.data());
  }
  [[nodiscard]] CrossValidation run(CvOptions options) {
    const auto preparation = fit_preparations(*data, {&weights, 1}, {}, scheduler);
    const FitItem item{weights, preparation[0], RandomKey(6)};
    const PathRequest request{penalty, {.points = 25}};
    return cross_validate({*data, {&item, 1}}, {&request, 1}, options, context).front();
  }
  [[nodiscard]] double raw(Index column, Index subject) const {
    return column < 12 ? static_cast<double>(made.marker_values[at(column * subjects + subject)])
                       : made.clinical[0][at(subject)];
  }

  /// G(t) or, `before`, G(t-) of all rows, factor by factor; events leave first.
  [[nodiscard]] double censoring_survival(double t, bool before) const {
    const auto& time = made.survival.time;
    double result = 1.0;
    for (Index i = 0; i < subjects; ++i) {
      const double u = time[at(i)];
      if (weights[i] == 0.0 || made.survival.event[at(i)] != 0 || u > t || (before && u == t)) {
        continue;
      }
      double at_risk = 0.0; // times are distinct
      for (Index j = 0; j < subjects; ++j) {
        at_risk += time[at(j)] >= u ? weights[j] : 0.0;
      }
      result *= 1.0 - weights[i] / at_risk;
    }
    return result;
  }
  /// Breslow's cumulative hazard of a stratum among the rows outside the fold, by its definition.
  [[nodiscard]] double hazard(const std::vector<double>& eta,
                              const std::vector<Index>& fold_of,
                              Index fold,
                              Index stratum) const {
    const auto trains = [&](Index i) {
      return weights[i] > 0.0 && fold_of[at(i)] != fold && made.stratum[at(i)] == stratum;
    };
    double result = 0.0;
    for (Index i = 0; i < subjects; ++i) {
      const double u = made.survival.time[at(i)];
      if (!trains(i) || made.survival.event[at(i)] == 0 || u > horizon) {
        continue;
      }
      double at_risk = 0.0;
      for (Index j = 0; j < subjects; ++j) {
        at_risk +=
            trains(j) && made.survival.time[at(j)] >= u ? weights[j] * std::exp(eta[at(j)]) : 0.0;
      }
      result += weights[i] / at_risk;
    }
    return result;
  }
  /// The Brier score of a fold at one point of a path that was fitted without it.
  [[nodiscard]] double
  brier(const PathFit& path, Index point, const std::vector<Index>& fold_of, Index fold) const {
    std::vector<double> eta;
    const auto features = path.coefficients.features_at(point);
    for (Index i = 0; i < subjects; ++i) {
      eta.push_back(made.offset[at(i)]);
      for (std::size_t place = 0; place < features.size(); ++place) {
        eta.back() += path.coefficients.values_at(point)[place] * raw(features[place], i);
      }
    }
    double sum = 0.0, total = 0.0;
    for (Index i = 0; i < subjects; ++i) {
      if (weights[i] == 0.0 || fold_of[at(i)] != fold) {
        continue;
      }
      total += weights[i];
      const double time = made.survival.time[at(i)];
      const bool happened = time <= horizon && made.survival.event[at(i)] != 0;
      const double risk =
          1.0 - std::exp(-hazard(eta, fold_of, fold, made.stratum[at(i)]) * std::exp(eta[at(i)]));
      const double inverse = happened         ? 1.0 / censoring_survival(time, true)
                             : time > horizon ? 1.0 / censoring_survival(horizon, false)
                                              : 0.0;
      sum += weights[i] * inverse * (happened - risk) * (happened - risk);
    }
    return sum / total;
  }
};

// The reference knows neither the engine's baseline, nor its censoring weights, nor its linear predictor: it refits each
// fold's path and follows the definitions by loops.
TEST(HeldOutBrier, IsThatOfTheDefinition) {
  Fixture fixture;
  const CrossValidation result =
      fixture.run({.folds = 4, .loss = CvLoss::brier, .horizon = horizon, .full_grid = true});
  ASSERT_FALSE(result.undefined()) << result.undefined_because;
  for (Index fold = 1; fold <= 4; ++fold) {
    std::vector<std::uint32_t> times(at(subjects), 0);
    double held_out = 0.0;
    for (Index i = 0; i < subjects; ++i) {
      const bool tests = result.fold_of[0][at(i)] == fold;
      times[at(i)] = tests ? 0 : fixture.weights.times(i);
      held_out += tests ? fixture.weights[i] : 0.0;
    }
    EXPECT_EQ(result.fold_weight[at(fold - 1)], held_out);
    const CaseWeights train = fixture.weights.with_times(times);
    const auto preparation = fit_preparations(*fixture.data, {&train, 1}, {}, fixture.scheduler);
    const FitItem item{train, preparation[0], RandomKey(1)};
    const PathFit path = fit_paths({*fixture.data, {&item, 1}},
                                   fixture.penalty,
                                   {.values = result.path.lambda},
                                   fixture.context)
                             .front();
    for (const Index point : {Index{0}, Index{8}, result.path.points() - 1}) {
      const double expected = fixture.brier(path, point, result.fold_of[0], fold);
      EXPECT_NEAR(result.fold_loss[at(point * 4 + fold - 1)],
                  expected,
                  test::relative(expected, 1e-6, "both paths are certified to 1e-8 of lambda"))
          << "fold " << fold << ", point " << point;
    }
  }
}

TEST(HeldOutBrier, RisksOfTheSignalAreBetterThanThoseOfTheBaseline) {
  Fixture fixture;
  const CrossValidation result =
      fixture.run({.folds = 5, .loss = CvLoss::brier, .horizon = horizon});
  ASSERT_FALSE(result.undefined());
  EXPECT_LT(result.loss[at(result.minimum)], 0.9 * result.loss[0]);
  EXPECT_GT(result.loss[at(result.minimum)], 0.0);
}

TEST(HeldOutBrier, AStratumThatTrainingLacksLeavesItsFoldWithoutALoss) {
  Fixture fixture;
  std::vector<Index> fold_of;
  for (Index i = 0; i < subjects; ++i) { // stratum 4 is held out as a whole
    fold_of.push_back(fixture.weights[i] == 0.0 ? 0 : i % 3 == 0 ? 1 : 2 + i % 2);
  }
  const CrossValidation result =
      fixture.run({.folds = 3, .loss = CvLoss::brier, .horizon = horizon, .fold_of = {fold_of}});
  ASSERT_FALSE(result.undefined());
  EXPECT_TRUE(std::isnan(result.fold_loss[0]));
  EXPECT_TRUE(std::isfinite(result.fold_loss[1]));
  EXPECT_TRUE(std::isfinite(result.loss[0]));
}

TEST(HeldOutBrier, SaysWhyThereIsNone) {
  const CvOptions options{.folds = 4, .loss = CvLoss::brier, .horizon = horizon};
  Fixture late;
  late.made.survival.entry.assign(at(subjects), 0.0);
  late.made.survival.entry[1] = late.made.survival.time[1] / 2.0;
  late.data.emplace(late.made.data());
  EXPECT_NE(late.run(options).undefined_because.find("after time zero"), std::string::npos);
  Fixture fixture;
  CvOptions beyond = options;
  beyond.horizon = 1e6;
  EXPECT_NE(fixture.run(beyond).undefined_because.find("at risk"), std::string::npos);
  for (const double bad : {std::nan(""), 0.0, -1.0, std::numeric_limits<double>::infinity()}) {
    CvOptions refused = options;
    refused.horizon = bad;
    EXPECT_THROW(static_cast<void>(fixture.run(refused)), ConfigError);
  }
}

} // namespace
} // namespace vigil::penalized
