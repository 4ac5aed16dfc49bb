// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/triage/standing_rules.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace vigil::triage {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
using Names = std::vector<std::string>;
using Values = std::vector<double>;

RuleCondition above(Index input, double limit) {
  return {.input = input, .comparison = RuleComparison::greater, .number = limit};
}

/// size (imaging) and nodes (pathology); 2 points above 20, 0.5 points per node; up to 1 observe, up to 2 no action, else
/// resect; only tumours up to 100.
StandingRule points_rule() {
  StandingRule rule{.id = "points",
                    .title = "points",
                    .source = "a test",
                    .actions = ActionSource::choice,
                    .inputs = {{.name = "size", .known_at = KnownAt::imaging},
                               {.name = "nodes", .known_at = KnownAt::pathology}}};
  rule.scope.parts = {{.input = 0, .comparison = RuleComparison::less_or_equal, .number = 100.0}};
  rule.terms = {{.add = 2.0, .when = {.parts = {above(0, 20.0)}}}, {.add = 0.5, .per = 1}};
  const auto up_to = [](double limit) {
    return RuleConditions{
        .parts = {{.comparison = RuleComparison::less_or_equal, .number = limit}}};
  };
  rule.groups = {{.name = "low", .when = up_to(1.0), .action = Action::observe},
                 {.name = "middle", .when = up_to(2.0)},
                 {.name = "high", .action = Action::resect}};
  return rule;
}

TEST(StandingRules, AddPointsAndTakeTheFirstGroupThatHolds) {
  const StandingRule rule = points_rule();
  EXPECT_EQ(rule.known_at(), KnownAt::pathology);
  const auto low = standing_answer(rule, Values{20.0, 2.0});
  EXPECT_EQ(low.score, 1.0);
  EXPECT_EQ(low.group, "low");
  EXPECT_EQ(low.action, Action::observe);
  EXPECT_TRUE(low.reasons.empty());
  const auto middle = standing_answer(rule, Values{20.5, 0.0});
  EXPECT_EQ(middle.group, "middle");
  EXPECT_EQ(middle.action, Action::board);
  EXPECT_EQ(middle.reasons, (Names{"R20"}));
  EXPECT_EQ(standing_answer(rule, Values{20.5, 1.0}).score, 2.5);
  EXPECT_EQ(standing_answer(rule, Values{20.5, 1.0}).action, Action::resect);
}

TEST(StandingRules, WithoutAnInputThereIsNoScore) {
  for (const Values& values : {Values{missing, 1.0}, Values{30.0, missing}}) {
    const auto answer = standing_answer(points_rule(), values);
    EXPECT_EQ(answer.action, Action::board);
    EXPECT_EQ(answer.reasons, (Names{"R08"}));
    EXPECT_TRUE(std::isnan(answer.score));
    EXPECT_TRUE(answer.group.empty());
  }
  EXPECT_EQ(standing_answer(points_rule(), Values{30.0, missing}).missing, (Names{"nodes"}));
}

TEST(StandingRules, OutOfScopeIsSaidBeforeAnythingElse) {
  const auto answer = standing_answer(points_rule(), Values{100.5, missing});
  EXPECT_EQ(answer.reasons, (Names{"R10"}));
  EXPECT_TRUE(answer.missing.empty());
  EXPECT_EQ(standing_answer(points_rule(), Values{100.0, 0.0}).action,
            Action::board); // 2 points: the middle group
}

// Kleene's tables: a value that is missing leaves the answer open unless the others decide it.
TEST(StandingRules, AMissingValueLeavesTheAnswerOpenOnlyWhereItMatters) {
  RuleConditions conditions{.parts = {above(0, 1.0), above(1, 1.0)}};
  const auto of = [&](double left, double right) {
    return holds(conditions, Values{left, right}, missing);
  };
  EXPECT_EQ(of(2, 2), Known::yes);
  EXPECT_EQ(of(2, 0), Known::no);
  EXPECT_EQ(of(2, missing), Known::unknown);
  EXPECT_EQ(of(missing, 0), Known::no);
  conditions.any = true;
  EXPECT_EQ(of(0, 0), Known::no);
  EXPECT_EQ(of(missing, 2), Known::yes);
  EXPECT_EQ(of(missing, 0), Known::unknown);
  EXPECT_EQ(holds({}, Values{}, missing), Known::yes);
}

TEST(StandingRules, EveryComparisonHasItsBorder) {
  const auto at_three = [](RuleComparison comparison) {
    Names answers;
    for (const double value : {2.0, 3.0, 4.0}) {
      const RuleConditions conditions{
          .parts = {{.input = 0, .comparison = comparison, .number = 3.0}}};
      answers.emplace_back(holds(conditions, Values{value}, missing) == Known::yes ? "y" : "n");
    }
    return answers[0] + answers[1] + answers[2];
  };
  EXPECT_EQ(at_three(RuleComparison::equal), "nyn");
  EXPECT_EQ(at_three(RuleComparison::not_equal), "yny");
  EXPECT_EQ(at_three(RuleComparison::less), "ynn");
  EXPECT_EQ(at_three(RuleComparison::less_or_equal), "yyn");
  EXPECT_EQ(at_three(RuleComparison::greater), "nny");
  EXPECT_EQ(at_three(RuleComparison::greater_or_equal), "nyy");
}

} // namespace
} // namespace vigil::triage
