// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/triage/score.hpp"
#include "vigil/triage/score_estimates.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <algorithm>
#include <cmath>
#include <numeric>

namespace vigil::triage {
namespace {

using test::rounding;
constexpr double none = std::numeric_limits<double>::quiet_NaN();

Score find(const std::vector<Score>& scores, ScoreKind kind, double margin = none) {
  for (const auto& score : scores) {
    if (score.kind == kind &&
        (score.margin == margin || (std::isnan(margin) && std::isnan(score.margin)))) {
      return score;
    }
  }
  ADD_FAILURE() << name_of(kind) << " is not there";
  return {};
}

std::vector<Index> everybody(Index count) {
  std::vector<Index> all(at(count));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

/// Four subjects without Monte-Carlo noise: differences -2, -0.1, 0.1, 4 around 10 under observation. The attainable
/// ceiling knows all signs, the clinical one resects the last alone.
ExpectedValues four_subjects() {
  ExpectedValues expected;
  for (const double difference : {-2.0, -0.1, 0.1, 4.0}) {
    expected.observe.push_back({10.0, 10.0});
    expected.resect.push_back({10.0 + difference, 10.0 + difference});
    expected.difference_se.push_back(0.0);
    expected.attainable.difference.push_back({difference, difference});
    expected.clinical.difference.push_back({difference - 1.0, difference - 1.0});
  }
  return expected;
}

const std::vector<Action> all_observed(4, Action::observe);
const std::vector<double> some_margins{0.0, 0.1, 0.2};

// Resecting the last two is best: 10 + (0.1 + 4) / 4 = 11.025. Resecting all gains (-2 - 0.1 + 0.1 + 4) / 4 = 0.5, so it
// is the best constant, at 10.5.
TEST(Score, RegretIsWhatTheCeilingsHaveMore) {
  const std::vector<Action> decided{
      Action::resect, Action::observe, Action::observe, Action::resect};
  const auto scores = score(four_subjects(), {decided, all_observed}, everybody(4), some_margins);
  EXPECT_NEAR(find(scores, ScoreKind::value).estimate, 10.5, rounding(10.5, 4));
  EXPECT_NEAR(find(scores, ScoreKind::regret).estimate, 0.525, rounding(11.0, 4));
  EXPECT_NEAR(find(scores, ScoreKind::regret_clinical).estimate, 0.5, rounding(11.0, 4));
  EXPECT_NEAR(find(scores, ScoreKind::regret_latent).estimate, 0.525, rounding(11.0, 4));
  EXPECT_NEAR(find(scores, ScoreKind::gain).estimate, 0.525, rounding(11.0, 4));
  EXPECT_EQ(find(scores, ScoreKind::regret).monte_carlo_se, 0.0);
  EXPECT_EQ(find(scores, ScoreKind::value).subjects, 4);
}

// The first subject loses 2, the third loses 0.1, which is more than 0 and not more than 0.1.
TEST(Score, WrongDirectionAndAccuracyGoByTheMargin) {
  const std::vector<Action> decided{
      Action::resect, Action::observe, Action::observe, Action::resect};
  const auto scores = score(four_subjects(), {decided, all_observed}, everybody(4), some_margins);
  EXPECT_EQ(find(scores, ScoreKind::wrong_direction, 0.0).estimate, 0.5);
  EXPECT_EQ(find(scores, ScoreKind::wrong_direction, 0.2).estimate, 0.25);
  EXPECT_EQ(find(scores, ScoreKind::accuracy, 0.0).estimate, 0.5);
  EXPECT_EQ(find(scores, ScoreKind::accuracy, 0.2).subjects, 2);
  EXPECT_EQ(find(scores, ScoreKind::accuracy, 0.2).estimate, 0.5);
  const std::vector<double> wide{5.0};
  const auto nobody = score(four_subjects(), {decided, all_observed}, everybody(4), wide);
  EXPECT_EQ(find(nobody, ScoreKind::wrong_direction, 5.0).estimate, 0.0);
  EXPECT_TRUE(std::isnan(find(nobody, ScoreKind::accuracy, 5.0).estimate));
  EXPECT_FALSE(find(nobody, ScoreKind::accuracy, 5.0).undefined_because.empty());
}

TEST(Score, TheBoardCountsInThreeWays) {
  const std::vector<Action> decided{Action::board, Action::observe, Action::board, Action::resect};
  const std::vector<Action> care{Action::observe, Action::resect, Action::resect, Action::observe};
  const auto with = [&](BoardAs way) {
    return score(four_subjects(), {decided, care, way}, everybody(4), some_margins);
  };
  const auto given = with(BoardAs::care), worst = with(BoardAs::worst),
             excluded = with(BoardAs::excluded);
  EXPECT_NEAR(find(given, ScoreKind::value).estimate, 11.025, rounding(11.0, 4)); // care was best
  EXPECT_NEAR(find(worst, ScoreKind::value).estimate, 10.5, rounding(11.0, 4));   // -2 and 0
  EXPECT_NEAR(find(excluded, ScoreKind::value).estimate, 12.0, rounding(12.0, 4));
  EXPECT_EQ(find(given, ScoreKind::wrong_direction, 0.0).estimate, 0.0);
  EXPECT_EQ(find(worst, ScoreKind::wrong_direction, 0.0).estimate, 0.5);
  EXPECT_EQ(find(excluded, ScoreKind::wrong_direction, 0.0).subjects, 2);
  for (const auto& scores : {given, worst, excluded}) {
    EXPECT_EQ(find(scores, ScoreKind::board_share).estimate, 0.5);
    EXPECT_EQ(find(scores, ScoreKind::board_share).subjects, 4);
  }
}

// Two subjects whose halves disagree: +1 and -1. What one half chooses loses 1 or gains nothing on the other one: the latent
// oracle is worth (9 + 10) / 2, less than observing both.
TEST(Score, AnOracleIsNotScoredOnTheDrawsThatChoseIt) {
  ExpectedValues expected;
  for (int i = 0; i < 2; ++i) {
    expected.observe.push_back({10.0, 10.0});
    expected.resect.push_back({11.0, 9.0});
    expected.difference_se.push_back(0.5);
  }
  expected.attainable.undefined_because = expected.clinical.undefined_because = "not learned";
  const std::vector<Action> decided(2, Action::observe);
  const auto scores = score(expected, {decided, decided}, everybody(2), some_margins);
  EXPECT_EQ(find(scores, ScoreKind::regret_latent).estimate, -0.5);
  EXPECT_EQ(find(scores, ScoreKind::regret).undefined_because, "not learned");
  EXPECT_TRUE(std::isnan(find(scores, ScoreKind::regret).estimate));
  // Chosen on the first half: resect; on the second: observe. One factor of 1: variance 0.5 x 0.25 each, of a mean of two.
  EXPECT_NEAR(find(scores, ScoreKind::regret_latent).monte_carlo_se, 0.25, rounding(0.25, 4));
}

TEST(Score, TheRatioIsUndefinedWhereTheCeilingGainsNothing) {
  ExpectedValues expected = four_subjects();
  for (Index i = 0; i < 4; ++i) { // resecting all is best, also for the ceiling
    expected.resect[at(i)] = {11.0 + static_cast<double>(i), 11.0 + static_cast<double>(i)};
    expected.attainable.difference[at(i)] = {1.0, 1.0};
  }
  const auto scores = score(expected, {all_observed, all_observed}, everybody(4), some_margins);
  EXPECT_EQ(find(scores, ScoreKind::gain).estimate, 0.0);
  EXPECT_TRUE(std::isnan(find(scores, ScoreKind::normalised_value).estimate));
  EXPECT_NE(find(scores, ScoreKind::normalised_value).undefined_because.find("gain 0.0000"),
            std::string::npos);
}

TEST(Score, NobodyAndOneSubjectAreResults) {
  const ExpectedValues expected = four_subjects();
  const auto nobody =
      score(expected, {all_observed, all_observed}, std::vector<Index>{}, some_margins);
  for (const auto& score : nobody) {
    EXPECT_TRUE(std::isnan(score.estimate)) << name_of(score.kind);
    EXPECT_FALSE(score.undefined_because.empty()) << name_of(score.kind);
  }
  const auto one =
      score(expected, {all_observed, all_observed}, std::vector<Index>{3}, some_margins);
  EXPECT_EQ(find(one, ScoreKind::regret).estimate, 4.0);
  EXPECT_TRUE(std::isnan(find(one, ScoreKind::regret).se));
}

// 0 of 10: Wilson's upper limit is z^2 / (n + z^2) = 3.8415 / 13.8415.
TEST(ScoreEstimates, WilsonsLimitsDoNotCollapseAtZero) {
  const Score score = share_score(ScoreKind::wrong_direction, 0.05, {.count = 0, .total = 10}, "");
  EXPECT_EQ(score.lower, 0.0);
  EXPECT_NEAR(score.upper, 0.27753, test::printed_digits(5));
  EXPECT_EQ(share_score(ScoreKind::wrong_direction, 0.05, {.count = 10, .total = 10}, "").upper,
            1.0);
}

/// Subjects whose differences are spread over (-0.4, 0.4), seen through two halves of noisy draws.
ExpectedValues noisy_subjects(Index count, Index number) {
  constexpr double half_sd = 0.05;
  ExpectedValues expected;
  for (Index i = 0; i < count; ++i) {
    RandomStream stream(RandomKey(3).child(number).child(i));
    const double difference =
        0.8 * (static_cast<double>(i) + 0.5) / static_cast<double>(count) - 0.4;
    const HalfMeans observe{10.0 + half_sd * stream.normal(), 10.0 + half_sd * stream.normal()};
    expected.observe.push_back(observe);
    expected.resect.push_back({observe[0] + difference + half_sd * stream.normal(),
                               observe[1] + difference + half_sd * stream.normal()});
    expected.difference_se.push_back(half_sd / std::sqrt(2.0));
    expected.attainable.difference.push_back({difference, difference});
    expected.clinical.difference.push_back({difference, difference});
  }
  return expected;
}

// Redrawing the truth of the same subjects 400 times moves each score by its Monte-Carlo error. The error of an SD over 400
// redraws is 1 / sqrt(800) of it.
TEST(Score, MonteCarloErrorsAreThoseOfRedraws) {
  constexpr Index redraws = 400, subjects = 200;
  std::vector<Action> decided;
  for (Index i = 0; i < subjects; ++i) {
    decided.push_back(i % 3 == 0 ? Action::resect : Action::observe);
  }
  const std::vector<double> margin{0.05};
  for (const auto& [kind, at_margin] : {std::pair{ScoreKind::regret, none},
                                        std::pair{ScoreKind::value, none},
                                        std::pair{ScoreKind::normalised_value, none},
                                        std::pair{ScoreKind::wrong_direction, 0.05},
                                        std::pair{ScoreKind::accuracy, 0.05}}) {
    double total = 0.0, square = 0.0, variance = 0.0;
    for (Index number = 0; number < redraws; ++number) {
      const auto scores =
          score(noisy_subjects(subjects, number), {decided, decided}, everybody(subjects), margin);
      const Score one = find(scores, kind, at_margin);
      total += one.estimate;
      square += one.estimate * one.estimate;
      variance += one.monte_carlo_se * one.monte_carlo_se;
    }
    const double n = redraws;
    const double sd = std::sqrt((square - total * total / n) / (n - 1.0));
    const double said = std::sqrt(variance / n);
    EXPECT_NEAR(said, sd, test::monte_carlo(sd / std::sqrt(2.0 * n))) << name_of(kind);
  }
}

} // namespace
} // namespace vigil::triage
