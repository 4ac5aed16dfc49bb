// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/learn/any_learner.hpp"
#include "vigil/penalized/fine_gray_learner.hpp"
#include "vigil/survival/fine_gray.hpp"

#include <gtest/gtest.h>

#include "tests/support/survival_case.hpp"
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace vigil::penalized {
namespace {

struct Fixture {
  test::SurvivalCase made;
  Scheduler scheduler{2};
  FitContext context{scheduler};

  explicit Fixture(std::uint64_t seed, bool causes = true) : made(RandomKey(seed), 150, 2, 1) {
    if (causes) {
      made.draw_causes(RandomKey(seed).child("causes"));
    }
  }
  [[nodiscard]] std::vector<FineGrayModel> fit(const std::vector<CaseWeights>& weights,
                                               const FineGrayOptions& options = {}) {
    const TrainingData data = made.data();
    const auto preparations = fit_preparations(data, weights, {}, scheduler);
    std::vector<FitItem> items;
    for (std::size_t number = 0; number < weights.size(); ++number) {
      items.push_back(
          {.weights = weights[number], .preparation = preparations[number], .key = RandomKey(1)});
    }
    return FineGrayLearner(options).fit_all({data, items}, context);
  }
  [[nodiscard]] FineGrayModel fit_all_subjects(const FineGrayOptions& options = {}) {
    return fit({CaseWeights::ones(made.subjects)}, options).front();
  }
};

std::string refusal(Fixture& fixture, const FineGrayOptions& options = {}) {
  try {
    static_cast<void>(fixture.fit_all_subjects(options));
  } catch (const ConfigError& error) {
    return error.fault().found + " | " + error.fault().remedy;
  }
  return "";
}

// The learner is fit_fine_gray on raw columns, whatever the preparation.
TEST(FineGrayLearner, CoefficientsArePerRawUnit) {
  Fixture fixture(3);
  const auto model = fixture.fit_all_subjects();
  ASSERT_EQ(model.status(), FitStatus::converged);
  const TrainingData data = fixture.made.data();
  const std::vector<Index> listed{0, 1, 2};
  const auto raw = raw_columns(data.covariates(), listed, fixture.scheduler);
  const auto plain =
      survival::fit_fine_gray(data.outcome, CaseWeights::ones(fixture.made.subjects), 1, raw, {});
  const auto selected = model.selected();
  ASSERT_EQ(selected.size(), 3U);
  for (std::size_t j = 0; j < 3; ++j) {
    EXPECT_NEAR(selected[j].coefficient, plain.coefficient[j], 1e-9);
    EXPECT_NEAR(model.record().numbers("se")[j], std::sqrt(plain.covariance[4 * j]), 1e-9);
  }
}

TEST(FineGrayLearner, RecordGivesTheSamePredictionsBack) {
  Fixture fixture(4);
  const auto model = fixture.fit_all_subjects({.cause_of_interest = "2"});
  const auto again = FineGrayModel::from_record(model.record());
  const TrainingData data = fixture.made.data();
  const std::vector<double> horizons{0.2, 0.7};
  const auto one = model.predict(data.covariates(), {horizons, true}, fixture.context);
  const auto two = again.predict(data.covariates(), {horizons, true}, fixture.context);
  EXPECT_EQ(one.score, two.score);
  EXPECT_EQ(one.risk.value, two.risk.value);
  EXPECT_EQ(one.curves->value, two.curves->value);
  EXPECT_FALSE(one.lower.has_value());
  for (Index i = 0; i < 150; ++i) {
    EXPECT_LT(one.risk.at_horizon(0)[at(i)], one.risk.at_horizon(1)[at(i)]);
  }
}

TEST(FineGrayLearner, AFitDoesNotDependOnItsNeighbours) {
  Fixture fixture(5);
  std::vector<std::uint32_t> times;
  for (Index i = 0; i < 150; ++i) {
    times.push_back(static_cast<std::uint32_t>(i % 3));
  }
  const auto drawn = CaseWeights::ones(150).with_times(times);
  const auto alone = fixture.fit({drawn});
  const auto batch = fixture.fit({CaseWeights::ones(150), drawn});
  EXPECT_EQ(alone[0].record().numbers("coefficient"), batch[1].record().numbers("coefficient"));
}

TEST(FineGrayLearner, RefusesWhatItCannotUse) {
  Fixture single(6, false);
  EXPECT_NE(refusal(single).find("--cause"), std::string::npos);
  Fixture strata(7);
  strata.made.stratum.assign(150, 0);
  EXPECT_NE(refusal(strata).find("--strata"), std::string::npos);
  Fixture causes(8);
  EXPECT_NE(refusal(causes, {.cause_of_interest = "9"}).find("'9'"), std::string::npos);
}

TEST(FineGrayLearner, IsUndefinedWithFewEvents) {
  Fixture fixture(9);
  std::vector<std::uint32_t> times(150, 0);
  Index events = 0;
  for (std::size_t i = 0; i < 150; ++i) {
    const bool event = fixture.made.cause[i] == 1;
    times[i] = event && ++events > 3 ? 0 : 1;
  }
  const auto model = fixture.fit({CaseWeights::ones(150).with_times(times)}).front();
  EXPECT_EQ(model.status(), FitStatus::undefined);
  EXPECT_EQ(model.record().text("reason"), "3 events for 3 columns");
}

} // namespace
} // namespace vigil::penalized
