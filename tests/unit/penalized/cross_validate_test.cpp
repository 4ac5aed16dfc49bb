// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/penalized/cross_validate.hpp"
#include "vigil/penalized/cv_curve.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

namespace vigil::penalized {
namespace {

TEST(CvCurve, MeanAndSeByHand) {
  // Weights 1, 1, 2: mean (1 + 3 + 2 * 4) / 4 = 3; spread (4 + 0 + 2) / 4 = 3/2; SE sqrt(3/2 / 2).
  const MeanAndSe result =
      mean_over_folds(std::vector<double>{1, 3, 4}, std::vector<double>{1, 1, 2}, 3);
  EXPECT_EQ(result.mean, 3.0);
  EXPECT_NEAR(result.se, std::sqrt(0.75), test::rounding(1.0, 2));
}

TEST(CvCurve, StopsAfterTenPointsThatAreClearlyWorse) {
  CvCurve curve({1, 1, 1, 1}, 4);
  Index stopped = no_index;
  for (Index point = 0; point < 40 && stopped == no_index; ++point) {
    // Falls until point 14, then rises in every fold alike: each later point is worse beyond any SE.
    const double height = std::fabs(static_cast<double>(point) - 14.0);
    if (curve.add({height, height + 0.1, height + 0.2, height + 0.3})) {
      stopped = point;
    }
  }
  EXPECT_EQ(curve.minimum(), 14);
  EXPECT_EQ(stopped, 24);
}

TEST(CvCurve, NeverStopsBeforeTwentyPoints) {
  CvCurve curve({1, 1}, 2);
  for (Index point = 0; point < 19; ++point) {
    EXPECT_FALSE(curve.add({static_cast<double>(point), static_cast<double>(point) + 1.0}));
  }
  EXPECT_TRUE(curve.add({19.0, 20.0}));
}

struct Fixture {
  test::SurvivalCase made;
  Scheduler scheduler;
  FitContext context{scheduler};
  TrainingData data;
  std::vector<CaseWeights> weights;
  std::vector<Preparation> preparations;
  PenaltyOptions penalty;

  explicit Fixture(test::SurvivalCase drawn, int threads = 1)
      : made(std::move(drawn)), scheduler(threads), data(made.data()),
        weights(2, CaseWeights::ones(made.subjects)) {
    std::vector<std::uint32_t> times(at(made.subjects), 1);
    for (Index i = 0; i < made.subjects; i += 3) {
      times[at(i)] = i % 2 == 0 ? 0 : 2;
    }
    weights[1] = weights[1].with_times(times);
    preparations = fit_preparations(data, weights, {}, scheduler);
  }
  [[nodiscard]] std::vector<CrossValidation>
  run(const std::vector<Index>& items, const CvOptions& options, Index points = 60) {
    std::vector<FitItem> batch;
    std::vector<PathRequest> requests;
    for (const Index item : items) {
      batch.push_back({weights[at(item)], preparations[at(item)], RandomKey(5).child(item)});
      requests.push_back({penalty, {.points = points}});
    }
    return cross_validate({data, batch}, requests, options, context);
  }
};

test::SurvivalCase grouped_case() {
  test::SurvivalCase made(RandomKey(21), 90, 60, 1);
  for (Index i = 0; i < 90; ++i) {
    made.group.push_back(i / 2); // pairs of rows of one person
  }
  return made;
}

TEST(CrossValidate, BytesDependOnTheItemAlone) {
  const auto losses = [](int threads, const std::vector<Index>& items, Index item) {
    Fixture fixture(grouped_case(), threads);
    const auto results = fixture.run(items, {.folds = 4}, 15);
    return results[at(std::find(items.begin(), items.end(), item) - items.begin())].fold_loss;
  };
  const auto alone = losses(1, {1}, 1);
  EXPECT_EQ(alone, losses(2, {0, 1}, 1));
  EXPECT_EQ(alone, losses(7, {1, 0}, 1));
}

TEST(CrossValidate, GroupsStayTogetherAndAbsentSubjectsAreInNoFold) {
  Fixture fixture(grouped_case());
  const CrossValidation result = fixture.run({1}, {.folds = 4, .repeats = 2})[0];
  ASSERT_EQ(result.fold_of.size(), 2U);
  for (const auto& fold_of : result.fold_of) {
    for (Index i = 0; i < 90; ++i) {
      EXPECT_EQ(fold_of[at(i)] == 0, fixture.weights[1][i] == 0.0);
      const Index partner = i % 2 == 0 ? i + 1 : i - 1;
      if (fold_of[at(i)] != 0 && fold_of[at(partner)] != 0) {
        EXPECT_EQ(fold_of[at(i)], fold_of[at(partner)]);
      }
    }
  }
  EXPECT_EQ(result.fold_weight.size(), 8U);
}

TEST(CrossValidate, EarlyStopIsAPrefixOfTheFullGrid) {
  Fixture fixture(test::SurvivalCase(RandomKey(22), 150, 40, 0));
  const CrossValidation stopped = fixture.run({0}, {.folds = 5})[0];
  const CrossValidation full = fixture.run({0}, {.folds = 5, .full_grid = true})[0];
  ASSERT_NE(stopped.stopped_at, no_index);
  EXPECT_EQ(stopped.stopped_at + 1, size_of(stopped.loss));
  EXPECT_LT(stopped.loss.size(), full.loss.size());
  EXPECT_EQ(stopped.path.points(), size_of(stopped.loss));
  EXPECT_TRUE(
      std::equal(stopped.fold_loss.begin(), stopped.fold_loss.end(), full.fold_loss.begin()));
}

TEST(CrossValidate, EveryLossFindsTheSignal) {
  Fixture fixture(test::SurvivalCase(RandomKey(23), 120, 40, 0));
  for (const CvLoss loss :
       {CvLoss::partial_likelihood, CvLoss::deviance, CvLoss::concordance, CvLoss::brier}) {
    const CrossValidation result = fixture.run({0}, {.folds = 5, .loss = loss, .horizon = 0.5})[0];
    ASSERT_FALSE(result.undefined());
    EXPECT_GT(result.minimum, 5) << name_of(loss);
    EXPECT_LE(result.one_se, result.minimum);
    EXPECT_EQ(parse_cv_loss(name_of(loss)), loss);
  }
}

TEST(CrossValidate, FewerEventsThanFoldsIsUndefined) {
  test::SurvivalCase made(RandomKey(24), 40, 5, 0);
  std::fill(made.survival.event.begin(), made.survival.event.end(), std::uint8_t{0});
  made.survival.event[3] = 1;
  Fixture fixture(std::move(made));
  const CrossValidation result = fixture.run({0}, {.folds = 5})[0];
  EXPECT_TRUE(result.undefined());
  EXPECT_FALSE(result.undefined_because.empty());
}

TEST(CrossValidate, RefusesOneFoldAndFoldsThatDoNotFit) {
  Fixture fixture(test::SurvivalCase(RandomKey(25), 40, 5, 0));
  EXPECT_THROW(static_cast<void>(fixture.run({0}, {.folds = 1})), ConfigError);
  EXPECT_THROW(static_cast<void>(fixture.run({0}, {.folds = 5, .fold_of = {{1, 2}}})), ConfigError);
}

} // namespace
} // namespace vigil::penalized
