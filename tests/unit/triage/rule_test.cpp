// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// For each reason code: condition met -> the code; condition just not met -> no code.
#include "vigil/base/error.hpp"
#include "vigil/triage/reasons.hpp"
#include "vigil/triage/rule.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <cmath>

namespace vigil::triage {
namespace {

using Codes = std::vector<std::string>;

const Harms harms_of_adjuvant{.missed_event = 1,
                              .resection = 0.2,
                              .board = 0.04,
                              .board_skill = 0.27,
                              .residual_risk_ratio = 0.6};

// On risk 0.463 / 0.500 / 0.648; the 95th training percentile is set to 0.8.
Rule assumed_ratio() {
  Rule rule = make_rule(
      harms_of_adjuvant, {.horizon = 5}, std::vector<double>{0.5}, std::vector<double>{1.0});
  rule.highest_training_risk = 0.8;
  return rule;
}

// On the reduction 0.185 / 0.200 / 0.259.
Rule both_estimated() {
  Harms harms = harms_of_adjuvant;
  harms.residual_risk_ratio = std::nan("");
  return make_rule(harms, {.horizon = 5}, {}, {});
}

Evidence risk(double value, double half_width = 0.001) {
  return {.observed = {.risk = value, .lower = value - half_width, .upper = value + half_width}};
}

Evidence risks(double observed, double resected) {
  Evidence evidence = risk(observed);
  evidence.resected = RiskInterval{resected, resected - 0.001, resected + 0.001};
  return evidence;
}

void expect_decision(const Decision& found, Action action, const Codes& reasons) {
  EXPECT_EQ(name_of(found.action), name_of(action));
  EXPECT_EQ(found.reasons, reasons);
}

TEST(Decide, ThreeAnswersOnTheRiskScale) {
  const Rule rule = assumed_ratio();
  expect_decision(decide(rule, risk(0.46)), Action::observe, {});
  expect_decision(decide(rule, risk(0.47)), Action::board, {"R18"});
  expect_decision(decide(rule, risk(0.66)), Action::resect, {});
}

TEST(Decide, ThreeAnswersOnTheReduction) {
  const Rule rule = both_estimated();
  expect_decision(decide(rule, risks(0.28, 0.10)), Action::observe, {}); // q = 0.18
  expect_decision(decide(rule, risks(0.32, 0.10)), Action::board, {"R18"});
  expect_decision(decide(rule, risks(0.37, 0.10)), Action::resect, {});
}

TEST(Decide, HighRiskAloneNeverLeadsToResection) {
  expect_decision(decide(both_estimated(), risks(0.99, 0.95)), Action::board, {"R17"});
}

TEST(Decide, WithoutABoardZoneTheTwoWayThresholdDecides) {
  Harms harms = harms_of_adjuvant;
  harms.board_skill = 0.0;
  const Rule rule =
      make_rule(harms, {.horizon = 5}, std::vector<double>{0.9}, std::vector<double>{1.0});
  expect_decision(decide(rule, risk(0.49)), Action::observe, {});
  expect_decision(decide(rule, risk(0.51)), Action::resect, {});
}

TEST(Decide, R05InputOutsideTraining) {
  Evidence evidence = risk(0.3);
  evidence.inputs_outside_training = {"age"};
  expect_decision(decide(assumed_ratio(), evidence), Action::board, {"R05"});
  evidence.inputs_outside_training.clear();
  expect_decision(decide(assumed_ratio(), evidence), Action::observe, {});
}

TEST(Decide, R07IntervalOnBothSidesOfTheTwoWayThreshold) {
  const Rule rule = assumed_ratio();
  expect_decision(decide(rule, risk(0.40, 0.101)), Action::board, {"R07"}); // upper 0.501 > 0.5
  expect_decision(decide(rule, risk(0.40, 0.099)), Action::observe, {});
  expect_decision(decide(rule, risk(0.70, 0.201)), Action::board, {"R07"}); // lower 0.499 < 0.5
  expect_decision(decide(rule, risk(0.70, 0.199)), Action::resect, {});
}

TEST(Decide, R07AllowsTheDeclaredMargin) {
  Rule rule = assumed_ratio();
  rule.undecided_margin = 0.01; // on the reduction: 0.025 on risk
  expect_decision(decide(rule, risk(0.40, 0.120)), Action::observe, {});
  expect_decision(decide(rule, risk(0.40, 0.130)), Action::board, {"R07"});
}

TEST(Decide, R07OfTwoRisksUsesTheWidestReduction) {
  const Rule rule = both_estimated(); // q_t = 0.2
  Evidence evidence = risks(0.25, 0.10);
  evidence.observed.upper = 0.29; // q_upper = 0.29 - 0.099 = 0.191
  expect_decision(decide(rule, evidence), Action::observe, {});
  evidence.observed.upper = 0.30; // 0.201
  expect_decision(decide(rule, evidence), Action::board, {"R07"});
}

TEST(Decide, R08MissingInputOrRisk) {
  Evidence evidence = risk(0.3);
  evidence.missing_inputs = {"grade"};
  expect_decision(decide(assumed_ratio(), evidence), Action::board, {"R08"});
  expect_decision(decide(assumed_ratio(), Evidence{}), Action::board, {"R08", "R19"});
  expect_decision(decide(both_estimated(), risk(0.3)), Action::board, {"R08", "R19"}); // no r
}

TEST(Decide, R17HighRiskUnderBothStrategies) {
  const Rule rule = both_estimated();
  expect_decision(decide(rule, risks(0.40, 0.30)), Action::board, {"R17"});
  expect_decision(decide(rule, risks(0.40, 0.299)), Action::observe, {});
  expect_decision(
      decide(rule, risks(0.60, 0.30)), Action::resect, {}); // q above the upper threshold
}

TEST(Decide, R17AboveTheTrainingRisksWithAnAssumedRatio) {
  const Rule rule = assumed_ratio();
  expect_decision(decide(rule, risk(0.81)), Action::board, {"R17"});
  expect_decision(decide(rule, risk(0.80)), Action::resect, {});
  Rule estimated = both_estimated();
  estimated.highest_training_risk = 0.8; // an estimated second risk does not use it
  expect_decision(decide(estimated, risks(0.81, 0.1)), Action::resect, {});
}

TEST(Decide, R17WithAnAssumedRatioThatLeavesMostOfTheRisk) {
  Harms harms = harms_of_adjuvant;
  harms.residual_risk_ratio = 0.9; // q = 0.1 m never reaches the lower threshold
  Rule rule = make_rule(harms, {.horizon = 5}, std::vector<double>{0.9}, std::vector<double>{1.0});
  expect_decision(decide(rule, risk(0.34)), Action::board, {"R17"}); // r = 0.306
  expect_decision(decide(rule, risk(0.33)), Action::observe, {});
}

TEST(Decide, R18BesideAGuardWhereTheReductionLiesInBetween) {
  expect_decision(decide(assumed_ratio(), risk(0.48, 0.03)), Action::board, {"R07", "R18"});
}

TEST(Decide, R19NoIntervalUnlessTheStudySaysSo) {
  Rule rule = assumed_ratio();
  const Evidence evidence{.observed = {.risk = 0.3}};
  expect_decision(decide(rule, evidence), Action::board, {"R19"});
  rule.needs_interval = false;
  expect_decision(decide(rule, evidence), Action::observe, {});
}

TEST(MakeRule, TakesThe95thTrainingPercentileOfSubjectsWithWeight) {
  std::vector<double> training, weights;
  for (int i = 1; i <= 101; ++i) {
    training.push_back(i / 200.0);
    weights.push_back(1.0);
  }
  training.push_back(0.99);
  weights.push_back(0.0); // absent
  const Rule rule = make_rule(harms_of_adjuvant, {.horizon = 5}, training, weights);
  EXPECT_EQ(rule.highest_training_risk, 0.48); // 96 of 101 are at or below
}

TEST(MakeRule, GuardsCanOnlyBeMadeStricter) {
  const std::vector<double> training = {0.5}, weights = {1.0};
  const auto rule = [&](double high_risk, double margin) {
    static_cast<void>(make_rule(harms_of_adjuvant,
                                {.horizon = 5, .high_risk = high_risk, .undecided_margin = margin},
                                training,
                                weights));
  };
  EXPECT_NO_THROW(rule(0.2, 0.0));
  EXPECT_THROW(rule(0.31, 0.0), ConfigError);
  EXPECT_THROW(rule(0.0, 0.0), ConfigError);
  EXPECT_THROW(rule(0.3, -0.01), ConfigError);
}

TEST(MakeRule, RefusesImpossibleHarms) {
  Harms harms = harms_of_adjuvant;
  harms.resection = 2;
  EXPECT_THROW(static_cast<void>(make_rule(harms, {.horizon = 5}, {}, {})), ConfigError);
}

TEST(ActionLabels, AreThreeDifferentTexts) {
  const Codes good = {"no further treatment", "board", "adjuvant therapy"};
  EXPECT_EQ(action_labels(good, "action_labels"), good);
  EXPECT_THROW(static_cast<void>(action_labels(Codes{"a", "b"}, "action_labels")), ConfigError);
  EXPECT_THROW(static_cast<void>(action_labels(Codes{"a", "b", "a"}, "action_labels")),
               ConfigError);
  EXPECT_THROW(static_cast<void>(action_labels(Codes{"a", " ", "c"}, "action_labels")),
               ConfigError);
}

TEST(Reasons, AreListedInCodeOrder) {
  for (std::size_t k = 1; k < std::size(reasons); ++k) {
    EXPECT_LT(reasons[k - 1].code, reasons[k].code);
  }
  EXPECT_EQ(reason("R19").summary, "no interval");
}

} // namespace
} // namespace vigil::triage
