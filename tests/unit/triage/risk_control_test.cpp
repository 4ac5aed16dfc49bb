// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/triage/risk_control.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <cmath>

namespace vigil::triage {
namespace {

constexpr RiskControlTarget target{.horizon = 5.0, .alpha = 0.2, .delta = 0.1};

/// 40 observed, of whom `events` have the event at 1, 2, .., and 20 others with the event at 3; nobody leaves before 6.
struct Group {
  explicit Group(Index events)
      : decided(60, Action::observe), risk(60, 0.1), time(60, 9.0), event(60, 0) {
    for (Index i = 0; i < events; ++i) {
      time[at(i)] = 1.0 + 0.01 * static_cast<double>(i);
      event[at(i)] = 1;
    }
    for (Index i = 40; i < 60; ++i) {
      decided[at(i)] = Action::resect;
      risk[at(i)] = 0.5;
      time[at(i)] = 3.0;
      event[at(i)] = 1;
    }
  }
  [[nodiscard]] RiskControl control() const {
    return risk_control(
        decided, risk, SurvivalOutcome{{}, time, event}, CaseWeights::ones(60), target);
  }
  std::vector<Action> decided;
  std::vector<double> risk, time;
  std::vector<std::uint8_t> event;
};

// Without censoring the three tests have the same estimate, beta-product is Clopper-Pearson's limit, that is the exact test.
TEST(RiskControl, WithoutCensoringBetaProductIsTheExactTest) {
  const auto control = Group(3).control();
  EXPECT_EQ(control.subjects, 40);
  EXPECT_EQ(control.events, 3);
  EXPECT_EQ(control.left_before, 0);
  ASSERT_EQ(control.tests.size(), 3U);
  const double exact = exact_binomial_p(3, 40, 0.2); // 0.0285
  EXPECT_NEAR(control.tests[0].p, exact, 1e-15);
  EXPECT_NEAR(control.tests[1].p, exact, test::relative(exact, 1e-10, "matched moments"));
  EXPECT_NEAR(control.tests[2].p, hoeffding_bentkus_p(3.0 / 40.0, 40, 0.2), 1e-12);
  for (const auto& test : control.tests) {
    EXPECT_NEAR(test.risk, 3.0 / 40.0, 1e-15) << test.test;
  }
  EXPECT_TRUE(control.controlled);
  EXPECT_EQ(control.decided_by, "beta-product");
  EXPECT_EQ(control.tipping_point, std::numeric_limits<double>::infinity());
}

TEST(RiskControl, MoreEventsAreNotRejected) {
  const auto control = Group(6).control(); // P(X <= 6) of Binomial(40, 0.2): 0.286
  EXPECT_FALSE(control.controlled);
  EXPECT_FALSE(control.tests[1].passes);
  EXPECT_TRUE(std::isnan(control.tipping_point));
  EXPECT_NE(control.verdict.find("not rejected"), std::string::npos);
}

// Who leaves counts as an event in the exact test, and only there.
TEST(RiskControl, WhoLeavesCountsAsAnEventInTheExactTest) {
  Group group(0);
  for (Index i = 0; i < 4; ++i) {
    group.time[at(i)] = 2.0;
  }
  const auto control = group.control();
  EXPECT_EQ(control.left_before, 4);
  EXPECT_NEAR(control.tests[0].p, exact_binomial_p(4, 40, 0.2), 1e-15);
  // No event: the only factor is Beta(36, 1) of those beyond the horizon.
  EXPECT_NEAR(control.tests[1].p, std::pow(0.8, 36), 1e-12);
  EXPECT_EQ(control.tests[2].risk, 0.0);
}

// Thirty of 40 leave: beta-product passes on ten, but twice the hazard after leaving would lift the risk too far.
TEST(RiskControl, ATestThatTwiceTheHazardOverturnsDoesNotControl) {
  Group group(0);
  for (Index i = 0; i < 29; ++i) {
    group.time[at(i)] = 4.0;
  }
  for (Index i = 40; i < 60; ++i) {
    group.time[at(i)] = i % 2 == 0 ? 3.0 : 4.0;
    group.event[at(i)] = i % 2 == 0 ? 1 : 0;
  }
  const auto control = group.control();
  ASSERT_EQ(control.decided_by, "beta-product");
  EXPECT_NEAR(control.tests[1].p, std::pow(0.8, 11), 1e-12); // 0.086
  EXPECT_TRUE(control.tests[1].passes);
  EXPECT_LT(control.tipping_point, 2.0);
  EXPECT_FALSE(control.controlled);
  EXPECT_NE(control.verdict.find("twice the hazard"), std::string::npos);
}

// The root solves its equation; at kappa = 1 the risk is the limit itself.
TEST(RiskControl, TippingPointSolvesItsEquation) {
  const double kappa = tipping_point(0.95, 0.3, 0.1);
  EXPECT_NEAR(0.7 * 0.95 + 0.3 * std::pow(0.95, kappa), 0.9, 1e-14);
  EXPECT_NEAR(tipping_point(0.9, 0.3, 0.1), 1.0, 1e-12);
  EXPECT_TRUE(std::isnan(tipping_point(0.89, 0.3, 0.1)));
  EXPECT_EQ(tipping_point(0.97, 0.05, 0.1), std::numeric_limits<double>::infinity());
}

// A death of another cause is no event: it leaves the exact and the weighted test at their counts.
TEST(RiskControl, OtherCausesAreNoEvents) {
  const std::vector<Action> decided(30, Action::observe);
  const std::vector<double> risk(30, 0.1);
  CompetingRisksOutcome outcome{
      {}, std::vector<double>(30, 9.0), std::vector<std::uint8_t>(30, 0), {"relapse", "death"}};
  outcome.time[0] = outcome.time[1] = outcome.time[2] = 2.0;
  outcome.cause[0] = 1;
  outcome.cause[1] = outcome.cause[2] = 2;
  const auto control = risk_control(decided, risk, outcome, CaseWeights::ones(30), target);
  EXPECT_EQ(control.events, 1);
  EXPECT_EQ(control.left_before, 0);
  EXPECT_NEAR(control.tests[0].risk, 1.0 / 30.0, 1e-15);
  EXPECT_NEAR(control.tests[2].risk, 1.0 / 30.0, 1e-15);
  EXPECT_NEAR(control.tests[1].risk, 1.0 / 30.0, 1e-15);
}

// A group whose risk is exactly alpha, censored independently of the event: each test passes with probability at most delta,
// here within three standard errors of 600 groups (1 - 0.8 = 1 - exp(-5 hazard)).
TEST(RiskControl, APassAtTheBorderIsAsRareAsPromised) {
  const RandomKey key = RandomKey(17).child("border");
  const double hazard = -std::log(0.8) / 5.0;
  constexpr Index groups = 600, size = 80;
  const std::vector<Action> decided(at(size), Action::observe);
  std::vector<Index> passes(3, 0);
  for (Index group = 0; group < groups; ++group) {
    RandomStream draw(key.child(group));
    SurvivalOutcome outcome;
    std::vector<double> risk;
    for (Index i = 0; i < size; ++i) {
      const double event = draw.exponential() / hazard, leaves = 3.0 + 9.0 * draw.uniform();
      outcome.time.push_back(std::min(event, leaves));
      outcome.event.push_back(event <= leaves ? 1 : 0);
      risk.push_back(draw.uniform());
    }
    const auto control = risk_control(decided, risk, outcome, CaseWeights::ones(size), target);
    for (std::size_t test = 0; test < 3; ++test) {
      passes[test] += control.tests[test].passes ? 1 : 0;
    }
  }
  const double n = static_cast<double>(groups);
  const double most = target.delta + test::monte_carlo(std::sqrt(0.1 * 0.9 / n));
  for (const Index passed : passes) {
    EXPECT_LE(static_cast<double>(passed) / n, most);
  }
  EXPECT_GT(passes[1], 0); // the beta-product test is not empty
}

TEST(RiskControl, UndefinedWhereTheTestsDoNotHold) {
  Group group(1);
  const auto weights = CaseWeights::ones(60).with_sampling(std::vector<double>(60, 2.0));
  const SurvivalOutcome outcome{{}, group.time, group.event};
  const auto weighted = risk_control(group.decided, group.risk, outcome, weights, target);
  EXPECT_FALSE(weighted.controlled);
  EXPECT_NE(weighted.tests[0].undefined_because.find("weights"), std::string::npos);
  group.decided.assign(60, Action::board);
  const auto nobody = group.control();
  EXPECT_EQ(nobody.subjects, 0);
  EXPECT_TRUE(std::isnan(nobody.tests[1].p));
  EXPECT_NE(nobody.verdict.find("nobody is observed"), std::string::npos);
}

} // namespace
} // namespace vigil::triage
