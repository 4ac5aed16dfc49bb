// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/triage/apply_rule.hpp"
#include "vigil/triage/audit.hpp"
#include "vigil/triage/zone_shares.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <cmath>

namespace vigil::triage {
namespace {

using test::rounding;
using Names = std::vector<std::string>;

const Harms harms{.missed_event = 1,
                  .resection = 0.2,
                  .board = 0.04,
                  .board_skill = 0.27,
                  .residual_risk_ratio = 0.6};

Rule rule_at_five() {
  return make_rule(harms, {.horizon = 5}, std::vector<double>{0.9}, std::vector<double>{1.0});
}

TEST(ApplyRule, GivesOneRowForEachSubject) {
  const Names ids = {"a", "b", "c"};
  Prediction prediction;
  prediction.risk = {.horizon = {2, 5}, .value = {0.1, 0.1, 0.1, 0.3, 0.55, 0.7}};
  prediction.lower = {.horizon = {2, 5}, .value = {0.1, 0.1, 0.1, 0.25, 0.5, 0.6}};
  prediction.upper = {.horizon = {2, 5}, .value = {0.1, 0.1, 0.1, 0.35, 0.6, 0.8}};
  const std::vector<InputRange> inputs = {{"age", 20, 80}};
  const std::vector<double> age = {50, 60, 90};
  const auto rows = apply_rule(
      rule_at_five(),
      {.subject_ids = ids, .observed = prediction, .inputs = inputs, .input_values = age});
  ASSERT_EQ(size_of(rows), 3);
  EXPECT_EQ(rows[0].subject, "a");
  EXPECT_EQ(rows[0].action, Action::observe);
  EXPECT_EQ(rows[0].risk, 0.3);
  EXPECT_EQ(rows[0].upper, 0.35);
  EXPECT_NEAR(rows[0].risk_resected, 0.18, rounding(0.18, 4));
  EXPECT_NEAR(rows[0].reduction, 0.12, rounding(0.12, 4));
  EXPECT_EQ(rows[0].horizon, 5);
  EXPECT_EQ(rows[1].reasons, (Names{"R17", "R18"})); // both risks above 0.3
  EXPECT_EQ(rows[2].reasons, (Names{"R05"}));
  EXPECT_EQ(rows[2].outside_inputs, (Names{"age"}));
  EXPECT_EQ(subjects_with_reason(rows, "R18"), 1);
}

TEST(ApplyRule, TakesTheSecondRiskWhereItIsEstimated) {
  const Names ids = {"a"};
  Prediction observed, resected;
  observed.risk = {.horizon = {5}, .value = {0.5}};
  resected.risk = {.horizon = {5}, .value = {0.1}};
  Rule rule = rule_at_five();
  rule.needs_interval = false;
  const auto rows =
      apply_rule(rule, {.subject_ids = ids, .observed = observed, .resected = &resected});
  EXPECT_EQ(rows[0].action, Action::resect);
  EXPECT_EQ(rows[0].risk_resected, 0.1);
  EXPECT_TRUE(std::isnan(rows[0].lower));
}

TEST(ZoneShares, AddWeightsAndLeaveTheUnknownToTheBoard) {
  const auto weights = CaseWeights::ones(5).with_times({1, 2, 1, 1, 0});
  const std::vector<double> reduction = {0.1, 0.22, 0.3, std::nan(""), 0.3};
  const auto shares = zone_shares(reduction, weights, thresholds(harms));
  EXPECT_NEAR(shares.observe, 0.2, rounding(0.2, 4));
  EXPECT_NEAR(shares.board, 0.6, rounding(0.6, 4));
  EXPECT_NEAR(shares.resect, 0.2, rounding(0.2, 4));
  EXPECT_TRUE(no_resection_warning(shares).empty());
  EXPECT_FALSE(no_resection_warning({.observe = 0.6, .board = 0.395, .resect = 0.005}).empty());
}

TEST(Tornado, VariesSkillAndRatio) {
  const std::vector<double> risk = {0.2, 0.4, 0.5, 0.6, 0.7};
  const auto rows = tornado(harms, risk, {}, CaseWeights::ones(5));
  ASSERT_EQ(size_of(rows), 7);
  EXPECT_TRUE(rows[0].declared);
  EXPECT_FALSE(rows[1].declared);
  EXPECT_EQ(rows[1].board_skill, 0.135);
  EXPECT_FALSE(rows[1].thresholds.board_zone_exists);
  EXPECT_EQ(rows[2].board_skill, 0.54);
  EXPECT_EQ(rows[3].residual_risk_ratio, 0.25);
  // ratio 0.25: q = 0.75 m = .15 .3 .375 .45 .525 against 0.185 / 0.259
  EXPECT_NEAR(rows[3].shares.observe, 0.2, rounding(0.2, 4));
  EXPECT_NEAR(rows[3].shares.resect, 0.8, rounding(0.8, 4));
  // ratio 1: resection removes nothing, so nobody gains
  EXPECT_NEAR(rows[6].shares.observe, 1.0, rounding(1, 4));
}

TEST(Tornado, SkillIsAtMostAnOracle) {
  Harms skilled = harms;
  skilled.board_skill = 0.8;
  const auto rows = tornado(skilled, std::vector<double>{0.5}, {}, CaseWeights::ones(1));
  EXPECT_EQ(rows[2].board_skill, 1.0);
}

TEST(Tornado, OfTwoEstimatedRisksHasNoRatio) {
  Harms both = harms;
  both.residual_risk_ratio = std::nan("");
  const auto rows = tornado(
      both, std::vector<double>{0.5, 0.3}, std::vector<double>{0.1, 0.2}, CaseWeights::ones(2));
  ASSERT_EQ(size_of(rows), 3);
  EXPECT_NEAR(rows[0].shares.resect, 0.5, rounding(0.5, 4));
  EXPECT_NEAR(rows[0].shares.observe, 0.5, rounding(0.5, 4));
}

// Ten observed without an event until 9, of whom one has it at 7; two resected, one with the event at 2.
struct Followed {
  SurvivalOutcome outcome;
  std::vector<Action> decided;
};
Followed followed() {
  Followed result;
  for (Index i = 0; i < 10; ++i) {
    result.outcome.time.push_back(i == 0 ? 7 : 9);
    result.outcome.event.push_back(i == 0 ? 1 : 0);
    result.decided.push_back(Action::observe);
  }
  for (Index i = 0; i < 2; ++i) {
    result.outcome.time.push_back(i == 0 ? 2 : 9);
    result.outcome.event.push_back(i == 0 ? 1 : 0);
    result.decided.push_back(Action::resect);
  }
  return result;
}

TEST(Audit, CountsWhoWasObservedAndHadTheEvent) {
  const auto data = followed();
  const auto rows = audit(data.decided, data.outcome, CaseWeights::ones(12), 8);
  ASSERT_EQ(size_of(rows), 3);
  EXPECT_EQ(rows[0].action, Action::observe);
  EXPECT_EQ(rows[0].subjects, 10);
  EXPECT_EQ(rows[0].events, 1);
  EXPECT_NEAR(rows[0].risk, 0.1, rounding(0.1, 8));
  EXPECT_NEAR(rows[0].share, 10.0 / 12, rounding(1, 4));
  EXPECT_EQ(rows[1].subjects, 0);
  EXPECT_EQ(rows[1].undefined_because, "no subjects");
  EXPECT_EQ(rows[2].events, 1);
  EXPECT_NEAR(rows[2].risk, 0.5, rounding(0.5, 8));
}

TEST(Audit, WithoutEventsTheUpperLimitStaysAboveZero) {
  const auto data = followed();
  const auto rows = audit(data.decided, data.outcome, CaseWeights::ones(12), 5);
  EXPECT_EQ(rows[0].events, 0);
  EXPECT_EQ(rows[0].risk, 0.0);
  // 10 without the event, one-sided 97.5 %: 1 - 0.025^(1/10)
  EXPECT_NEAR(rows[0].upper, 1 - std::pow(0.025, 0.1), 1e-12); // beta quantile of Boost.Math
}

TEST(Audit, CompetingDeathsAreCensorings) {
  const CompetingRisksOutcome outcome{.entry = {},
                                      .time = {1, 2, 9, 9},
                                      .cause = {2, 1, 0, 0},
                                      .cause_names = {"progression", "death"}};
  const std::vector<Action> decided(4, Action::observe);
  const auto rows = audit(decided, outcome, CaseWeights::ones(4), 5);
  EXPECT_EQ(rows[0].events, 1);
  EXPECT_NEAR(rows[0].risk, 1.0 / 3, rounding(1, 4)); // cumulative incidence would be 1/4
}

TEST(Audit, SaysWhyThereAreNoLimits) {
  auto data = followed();
  const auto sampled = CaseWeights::ones(12).with_sampling(std::vector<double>(12, 2.0));
  const auto rows = audit(data.decided, data.outcome, sampled, 8);
  EXPECT_FALSE(rows[0].undefined_because.empty());
  EXPECT_NEAR(rows[0].risk, 0.1, rounding(0.1, 8));
}

} // namespace
} // namespace vigil::triage
