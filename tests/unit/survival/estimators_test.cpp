// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/survival/aalen_johansen.hpp"
#include "vigil/survival/beta_product_limits.hpp"
#include "vigil/survival/kaplan_meier.hpp"
#include "vigil/survival/log_rank.hpp"
#include "vigil/survival/nelson_aalen.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <cmath>
#include <numeric>

namespace vigil::survival {
namespace {

using test::relative;
using test::rounding;

void expect_exact(double found, double expected) {
  EXPECT_NEAR(found, expected, rounding(expected, 8));
}

// Worked by hand: at 1 one of 7; at 2 one of 6 (one censored there); at 4 two of 3; at 5 one is censored.
SurvivalOutcome seven_rows() {
  return {.entry = {}, .time = {1, 2, 2, 3, 4, 4, 5}, .event = {1, 1, 0, 0, 1, 1, 0}};
}

TEST(KaplanMeier, SevenRowsByHand) {
  const auto curve = kaplan_meier(seven_rows(), CaseWeights::ones(7));
  EXPECT_EQ(curve.survival.time, (std::vector<double>{1, 2, 4}));
  expect_exact(curve.survival(1), 6.0 / 7);
  expect_exact(curve.survival(3.9), 5.0 / 7);
  expect_exact(curve.survival(4), 5.0 / 21);
  // Greenwood: 1/(7 6) + 1/(6 5) + 2/(3 1)
  expect_exact(curve.relative_variance(4), 1.0 / 42 + 1.0 / 30 + 2.0 / 3);
  expect_exact(survival_at(curve, 4).se, 5.0 / 21 * std::sqrt(1.0 / 42 + 1.0 / 30 + 2.0 / 3));
  EXPECT_EQ(curve.last_time, 5.0);
}

TEST(KaplanMeier, MedianAndRestrictedMeanByHand) {
  const auto curve = kaplan_meier(seven_rows(), CaseWeights::ones(7));
  EXPECT_EQ(time_quantile(curve).value, 4.0);
  // 1 x 1 + 1 x 6/7 + 2 x 5/7 + 1 x 5/21
  const auto mean = restricted_mean(curve, 5);
  expect_exact(mean.value, 1 + 6.0 / 7 + 10.0 / 7 + 5.0 / 21);
  const double a4 = 5.0 / 21, a2 = a4 + 10.0 / 7, a1 = a2 + 6.0 / 7;
  expect_exact(mean.se, std::sqrt(a1 * a1 / 42 + a2 * a2 / 30 + a4 * a4 * 2 / 3));
}

TEST(KaplanMeier, MedianInTheMiddleOfAFlatStretchAtOneHalf) {
  const SurvivalOutcome outcome{.entry = {}, .time = {1, 2, 3, 6}, .event = {1, 1, 1, 1}};
  EXPECT_EQ(time_quantile(kaplan_meier(outcome, CaseWeights::ones(4))).value, 2.5);
}

TEST(KaplanMeier, QuantileThatIsNotReachedIsUndefined) {
  const SurvivalOutcome outcome{.entry = {}, .time = {1, 2, 3, 6}, .event = {1, 0, 0, 0}};
  EXPECT_TRUE(std::isnan(time_quantile(kaplan_meier(outcome, CaseWeights::ones(4))).value));
}

TEST(KaplanMeier, MeanBeyondTheLastTimeIsUndefinedUnlessEverybodyHadTheEvent) {
  const auto open = kaplan_meier(seven_rows(), CaseWeights::ones(7));
  EXPECT_FALSE(restricted_mean(open, 6).undefined_because.empty());
  const SurvivalOutcome closed{.entry = {}, .time = {1, 2}, .event = {1, 1}};
  expect_exact(restricted_mean(kaplan_meier(closed, CaseWeights::ones(2)), 6).value, 1.5);
}

TEST(KaplanMeier, WithoutEventsIsOneWithoutError) {
  const SurvivalOutcome outcome{.entry = {}, .time = {1, 2}, .event = {0, 0}};
  const auto estimate = survival_at(kaplan_meier(outcome, CaseWeights::ones(2)), 2);
  EXPECT_EQ(estimate.value, 1.0);
  EXPECT_EQ(estimate.se, 0.0);
}

TEST(KaplanMeier, IntervalIsUndefinedWhereNobodyIsLeft) {
  const SurvivalOutcome outcome{.entry = {}, .time = {1, 2}, .event = {1, 1}};
  const auto estimate = survival_at(kaplan_meier(outcome, CaseWeights::ones(2)), 2);
  EXPECT_EQ(estimate.value, 0.0);
  EXPECT_TRUE(std::isnan(estimate.upper));
}

TEST(KaplanMeier, DelayedEntryByHand) {
  // at 2: two of three at risk entered before (0, 0, 1); the one that enters at 2 is not at risk at 2.
  const SurvivalOutcome outcome{.entry = {0, 0, 1, 2}, .time = {2, 5, 4, 6}, .event = {1, 0, 1, 1}};
  const auto curve = kaplan_meier(outcome, CaseWeights::ones(4));
  expect_exact(curve.survival(2), 2.0 / 3);
  expect_exact(curve.survival(4), 4.0 / 9);
}

TEST(KaplanMeier, NumbersAtRiskCountWhoIsStillThereJustBefore) {
  EXPECT_EQ(numbers_at_risk(seven_rows(), CaseWeights::ones(7), std::vector<double>{0, 2, 2.5, 6}),
            (std::vector<double>{7, 6, 4, 0}));
}

TEST(NelsonAalen, SevenRowsByHand) {
  const auto together = nelson_aalen(seven_rows(), CaseWeights::ones(7));
  expect_exact(together.hazard(4), 1.0 / 7 + 1.0 / 6 + 2.0 / 3);
  expect_exact(together.variance(4), 1.0 / 49 + 1.0 / 36 + 2.0 / 9);
  const auto one_by_one = nelson_aalen(seven_rows(), CaseWeights::ones(7), TiedEvents::one_by_one);
  expect_exact(one_by_one.hazard(4), 1.0 / 7 + 1.0 / 6 + 1.0 / 3 + 1.0 / 2);
  EXPECT_EQ(together.hazard(0.5), 0.0);
}

CompetingRisksOutcome competing_rows() {
  return {.entry = {},
          .time = {1, 2, 2, 3, 4, 4, 5},
          .cause = {1, 2, 0, 0, 1, 2, 0},
          .cause_names = {"progression", "death"}};
}

TEST(AalenJohansen, SevenRowsByHand) {
  const auto curves = aalen_johansen(competing_rows(), CaseWeights::ones(7));
  // cause 1: 1/7 at 1, and 5/7 x 1/3 at 4; cause 2: 6/7 x 1/6 at 2, and 5/7 x 1/3 at 4
  expect_exact(curves.incidence[0](4), 1.0 / 7 + 5.0 / 21);
  expect_exact(curves.incidence[1](4), 1.0 / 7 + 5.0 / 21);
  expect_exact(curves.event_free(4), 5.0 / 21);
}

// The influence is a derivative: it must agree with a small change of the weight.
TEST(AalenJohansen, InfluenceIsTheDerivativeInTheWeight) {
  CompetingRisksOutcome outcome = competing_rows();
  outcome.entry = {0, 0, 1, 0, 1, 2.5, 3};
  for (const bool delayed : {false, true}) {
    if (!delayed) {
      outcome.entry.clear();
    } else {
      outcome.entry = {0, 0, 1, 0, 1, 2.5, 3};
    }
    const std::vector<double> weight = {1, 2, 0.5, 1.5, 1, 1, 3};
    const auto weights = CaseWeights::ones(7).with_sampling(weight);
    for (const Index cause : {1, 2}) {
      const auto estimate = cumulative_incidence(outcome, weights, cause, 4.5);
      for (Index i = 0; i < 7; ++i) {
        const double step = 1e-6;
        std::vector<double> up = weight, down = weight;
        up[at(i)] += step;
        down[at(i)] -= step;
        const auto value = [&](const std::vector<double>& moved) {
          return cumulative_incidence(
                     outcome, CaseWeights::ones(7).with_sampling(moved), cause, 4.5)
              .value;
        };
        const double slope = (value(up) - value(down)) / (2 * step);
        EXPECT_NEAR(estimate.influence[at(i)], 10.0 * slope, 1e-7) // central differences: step^2
            << "cause " << cause << ", subject " << i << ", delayed " << delayed;
      }
    }
  }
}

TEST(AalenJohansen, JackknifeWithoutCensoringIsTheBinomialError) {
  const SurvivalOutcome outcome{.entry = {}, .time = {1, 2, 3, 4, 5}, .event = {1, 1, 1, 1, 1}};
  const auto estimate = cumulative_incidence(outcome, CaseWeights::ones(5), 1, 2.5);
  expect_exact(estimate.value, 0.4);
  expect_exact(estimate.se, std::sqrt(0.4 * 0.6 / 5));
}

TEST(AalenJohansen, InfluenceStaysFiniteWhenEverybodyHasHadTheEvent) {
  const SurvivalOutcome outcome{.entry = {}, .time = {1, 2, 2}, .event = {1, 1, 1}};
  const auto estimate = cumulative_incidence(outcome, CaseWeights::ones(3), 1, 3);
  expect_exact(estimate.value, 1.0);
  EXPECT_NEAR(estimate.se, 0.0, 1e-15);
}

TEST(LogRank, SixRowsByHand) {
  // Groups 0: 1+, 3, 5; 1: 2, 4, 6+. At 2 (5 at risk, 2 of group 0): e0 = 2/5, v = 2/5 3/5.
  // At 3 (4, 2): 1/2, 1/4. At 4 (3, 1): 1/3, 2/9. At 5 (2, 1): 1/2, 1/4.
  const SurvivalOutcome outcome{
      .entry = {}, .time = {1, 3, 5, 2, 4, 6}, .event = {0, 1, 1, 1, 1, 0}};
  const auto result = log_rank(outcome, CaseWeights::ones(6), std::vector<Index>{0, 0, 0, 1, 1, 1});
  const double expected = 2.0 / 5 + 1.0 / 2 + 1.0 / 3 + 1.0 / 2;
  const double variance = 6.0 / 25 + 1.0 / 4 + 2.0 / 9 + 1.0 / 4;
  expect_exact(result.observed[0], 2);
  expect_exact(result.expected[0], expected);
  expect_exact(result.chi_square, (2 - expected) * (2 - expected) / variance);
  EXPECT_EQ(result.degrees_of_freedom, 1);
}

TEST(LogRank, GroupThatIsNeverAtRiskLeavesTheDegreesOfFreedom) {
  const SurvivalOutcome outcome{
      .entry = {}, .time = {1, 3, 5, 2, 4, 6, 0.5}, .event = {0, 1, 1, 1, 1, 0, 0}};
  const auto weights = CaseWeights::ones(7);
  const auto three = log_rank(outcome, weights, std::vector<Index>{0, 0, 0, 1, 1, 1, 2});
  const auto two = log_rank(outcome, weights, std::vector<Index>{0, 0, 0, 1, 1, 1, no_index});
  EXPECT_EQ(three.degrees_of_freedom, 1);
  EXPECT_NEAR(three.chi_square, two.chi_square, rounding(two.chi_square, 8));
}

TEST(LogRank, IsUndefinedForOneGroupAndForSamplingWeights) {
  const auto one = log_rank(seven_rows(), CaseWeights::ones(7), std::vector<Index>(7, 0));
  EXPECT_FALSE(one.undefined_because.empty());
  const auto sampled = CaseWeights::ones(7).with_sampling(std::vector<double>(7, 0.5));
  EXPECT_FALSE(log_rank(seven_rows(), sampled, std::vector<Index>{0, 1, 0, 1, 0, 1, 0})
                   .undefined_because.empty());
}

TEST(BetaProductLimits, WithoutEventsOnlyTheUpperLimitMoves) {
  SurvivalOutcome outcome;
  for (Index i = 0; i < 10; ++i) {
    outcome.time.push_back(i < 4 ? 1.0 : 9.0);
    outcome.event.push_back(0);
  }
  const auto limits = beta_product_limits(outcome, CaseWeights::ones(10), 5, 0.9);
  EXPECT_EQ(limits.risk, 0.0);
  EXPECT_EQ(limits.risk_lower, 0.0);
  // six beyond the horizon: 1 - 0.1^(1/6)
  EXPECT_NEAR(limits.risk_upper, 1 - std::pow(0.1, 1.0 / 6), relative(1, 1e-12, "beta quantile"));
}

TEST(BetaProductLimits, NobodyBeyondTheHorizonLeavesTheRiskUnbounded) {
  EXPECT_EQ(beta_product_limits(seven_rows(), CaseWeights::ones(7), 6).risk_upper, 1.0);
}

TEST(BetaProductLimits, AreUndefinedWithDelayedEntryWithSamplingWeightsAndForNobody) {
  SurvivalOutcome late = seven_rows();
  late.entry = {0, 0, 0, 0, 0, 3, 0};
  const auto ones = CaseWeights::ones(7);
  EXPECT_FALSE(beta_product_limits(late, ones, 3).undefined_because.empty());
  const auto sampled = ones.with_sampling({1, 1, 1, 1, 1, 2, 1});
  EXPECT_FALSE(beta_product_limits(seven_rows(), sampled, 3).undefined_because.empty());
  const auto nobody = ones.with_times(std::vector<std::uint32_t>(7, 0));
  EXPECT_FALSE(beta_product_limits(seven_rows(), nobody, 3).undefined_because.empty());
}

} // namespace
} // namespace vigil::survival
