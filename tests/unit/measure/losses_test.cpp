// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Six subjects by hand: times 1 2 3 4 5 6, events at 1 3 5, censored at 2 and 4, alive at 6.
// G(2) = 4/5 (5 at risk), G(4) = 4/5 * 2/3 = 8/15. At t = 4.5: W = 1, 0, 5/4, 0, 15/8, 15/8; sum 6.
#include "vigil/measure/auc.hpp"
#include "vigil/measure/brier.hpp"
#include "vigil/measure/calibration.hpp"
#include "vigil/measure/net_benefit.hpp"

#include <gtest/gtest.h>

#include "tests/support/measure_case.hpp"
#include "tests/support/near.hpp"

namespace vigil::measure {
namespace {

using test::MeasureCase;

MeasureCase six() {
  MeasureCase example({1, 2, 3, 4, 5, 6}, std::vector<double>{1, 0, 1, 0, 1, 0});
  example.score({6, 5, 2, 3, 4, 1}).risk(4.5, {0.8, 0.5, 0.4, 0.3, 0.6, 0.1});
  return example;
}

TEST(Brier, SixByHand) {
  MeasureCase example = six();
  const double expected = (0.04 + 1.25 * 0.36 + 1.875 * 0.36 + 1.875 * 0.01) / 6.0;
  EXPECT_NEAR(brier(example.evaluation()).value, expected, test::rounding(expected, 8));
}

TEST(Brier, NullOfTheEvaluationIsKaplanMeier) {
  MeasureCase example = six();
  const NullBrier null = null_brier(example.evaluation());
  EXPECT_EQ(null.source, NullSource::evaluation);
  EXPECT_NEAR(null.risk, 2.25 / 6.0, test::rounding(0.375, 8)); // 1 - (5/6)(3/4)
  EXPECT_NEAR(null.estimate.value, 0.375 * 0.625, test::rounding(0.375 * 0.625, 8));
}

TEST(Brier, NullOfTheTrainingSetIsUsedAsGiven) {
  MeasureCase example = six();
  example.null_risk(0.5);
  const NullBrier null = null_brier(example.evaluation());
  EXPECT_EQ(null.source, NullSource::training_set);
  EXPECT_NEAR(null.estimate.value, 0.25, test::rounding(0.25, 8));
  const double model = brier(example.evaluation()).value;
  EXPECT_NEAR(ipa(example.evaluation()).value, 1.0 - model / 0.25, test::rounding(1.0, 8));
}

TEST(LogScore, SixByHandAndClipping) {
  MeasureCase example = six();
  const double expected =
      (-std::log(0.8) - 1.25 * std::log(0.4) - 1.875 * std::log(0.4) - 1.875 * std::log(0.9)) / 6.0;
  const LogScore plain = log_score_with_clipping(example.evaluation());
  EXPECT_NEAR(plain.estimate.value, expected, test::rounding(expected, 8));
  EXPECT_EQ(plain.clipped, 0);
  example.risk(4.5, {1.0, 0.5, 0.4, 0.3, 0.6, 0.0});
  const LogScore clipped = log_score_with_clipping(example.evaluation());
  EXPECT_EQ(clipped.clipped, 2);
  EXPECT_TRUE(std::isfinite(clipped.estimate.value));
}

TEST(IntegratedBrier, ConstantCurveByHand) {
  // Risk 0.5 from 0 on: (y - p)^2 = 1/4 for everybody at every time, and the mean weight is 1.
  MeasureCase example = six();
  example.curves({.horizon = {0.0}, .value = std::vector<double>(6, 0.5)}).at(5.5);
  EXPECT_NEAR(ibs(example.evaluation()).value, 0.25, test::rounding(0.25, 16));
}

TEST(IntegratedBrier, IsTheIntegralOfBrier) {
  MeasureCase example = six();
  RiskTable curves = undefined_risk(6, std::vector<double>{1.5, 2.5});
  for (Index i = 0; i < 6; ++i) {
    curves.at_horizon(0)[at(i)] = 0.1 + 0.05 * static_cast<double>(i);
    curves.at_horizon(1)[at(i)] = 0.3 + 0.05 * static_cast<double>(i);
  }
  example.curves(curves).at(4.5);
  const double whole = ibs(example.evaluation()).value;
  double sum = 0.0;
  std::vector<double> psi(6, 0.0);
  for (int k = 0; k < 9; ++k) { // BS is constant on halves
    const double u = 0.5 * k;
    const Index step = u < 1.5 ? no_index : (u < 2.5 ? 0 : 1);
    std::vector<double> risk(6, 0.0);
    for (Index i = 0; i < 6 && step != no_index; ++i) {
      risk[at(i)] = curves.at_horizon(step)[at(i)];
    }
    MeasureCase slice({1, 2, 3, 4, 5, 6}, std::vector<double>{1, 0, 1, 0, 1, 0});
    slice.risk(u, risk);
    const Estimate at_u = brier(slice.evaluation());
    sum += 0.5 * at_u.value / 4.5;
    for (std::size_t i = 0; i < 6; ++i) {
      psi[i] += 0.5 * at_u.influence[i] / 4.5;
    }
  }
  EXPECT_NEAR(whole, sum, test::rounding(sum, 32));
  const Estimate found = ibs(example.evaluation());
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_NEAR(found.influence[i], psi[i], 1e-14) << i;
  }
}

TEST(Auc, SixByHand) {
  MeasureCase example = six();
  // Cases 0 (weight 1) and 2 (5/4); controls 4 and 5 with equal weight. Risks .8 beats both, .4 beats .1 only.
  const double expected = (1.0 + 1.25 * 0.5) / 2.25;
  EXPECT_NEAR(auc(example.evaluation()).value, expected, test::rounding(expected, 8));
  // By score: 6 beats 4 and 1, 2 beats 1 only.
  EXPECT_NEAR(
      auc(example.evaluation(), {.by_score = true}).value, expected, test::rounding(expected, 8));
}

TEST(Auc, OneClassIsAReason) {
  MeasureCase early = six();
  early.at(0.5);
  EXPECT_EQ(auc(early.evaluation()).undefined_because, "no events by the horizon");
  MeasureCase all({1, 2, 3}, std::vector<double>{1, 1, 1});
  all.score({1, 2, 3}).at(5.0);
  EXPECT_EQ(auc(all.evaluation()).undefined_because,
            "no subjects without the event at the horizon");
}

TEST(Calibration, ObservedOverExpectedByHand) {
  MeasureCase example = six();
  const double expected = 0.375 / (2.7 / 6.0);
  EXPECT_NEAR(oe_ratio(example.evaluation()).value, expected, test::rounding(expected, 8));
}

TEST(Calibration, FollowUpThatEndsBeforeTheHorizonIsAReason) {
  MeasureCase example = six();
  example.risk(7.0, std::vector<double>(6, 0.5));
  EXPECT_EQ(oe_ratio(example.evaluation()).undefined_because,
            "horizon not supported: follow-up ends before it");
  EXPECT_NE(brier(example.evaluation()).undefined_because, "");
  example.risk(6.0, std::vector<double>(6, 0.5)); // the last subject is still seen at 6
  EXPECT_EQ(oe_ratio(example.evaluation()).undefined_because, "");
}

TEST(NetBenefit, SixByHand) {
  MeasureCase example = six();
  example.threshold(0.5); // odds 1; acted on: subjects 0, 1, 4
  const double expected = (1.0 - 1.875) / 6.0;
  EXPECT_NEAR(net_benefit(example.evaluation()).value, expected, test::rounding(expected, 8));
  // Inside the group: one event of three at risk, then a censoring: F = 1/3.
  const double conditional = 0.5 * (1.0 / 3.0 - 2.0 / 3.0);
  EXPECT_NEAR(net_benefit_conditional(example.evaluation()).value,
              conditional,
              test::rounding(conditional, 8));
  const double all = 0.375 - 0.625;
  EXPECT_NEAR(net_benefit_treat_all(example.evaluation()).value, all, test::rounding(all, 8));
  EXPECT_NEAR(actions_avoided(example.evaluation()).value,
              100.0 * (expected - all),
              test::rounding(10.0, 64));
  example.threshold(1.0);
  EXPECT_EQ(net_benefit(example.evaluation()).undefined_because,
            "needs a threshold between 0 and 1");
}

TEST(Interval, KeepsToItsScale) {
  const Interval logit = normal_interval(0.9, 0.05, 0.95, IntervalScale::logit);
  EXPECT_GT(logit.lower, 0.0);
  EXPECT_LT(logit.upper, 1.0);
  // logit(.9) = log 9, its se .05/.09; 1.95996398454005 is the .975 quantile of the normal distribution.
  const double centre = std::log(9.0), reach = 1.95996398454005 * 0.05 / 0.09;
  EXPECT_NEAR(logit.lower, 1.0 / (1.0 + std::exp(reach - centre)), 1e-13);
  const Interval ratio = normal_interval(2.0, 0.5, 0.95, IntervalScale::log);
  EXPECT_NEAR(ratio.lower * ratio.upper, 4.0, test::rounding(4.0, 8));
  const Interval plain = normal_interval(2.0, 0.5, 0.90, IntervalScale::identity);
  EXPECT_NEAR(plain.upper - 2.0, 0.5 * 1.6448536269514722, test::rounding(1.0, 8));
}

} // namespace
} // namespace vigil::measure
