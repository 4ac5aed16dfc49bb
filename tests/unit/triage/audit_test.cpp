// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/tail.hpp"
#include "vigil/triage/audit.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <cmath>

namespace {

using namespace vigil; // NOLINT(google-build-using-namespace): a test file
using triage::Action;

// Six observed subjects followed to 10, two with the event by 5: without censoring the limits are Clopper-Pearson's.
TEST(Audit, WithoutCensoringTheLimitsAreClopperPearsons) {
  const std::vector<Action> decided(6, Action::observe);
  const Outcome outcome = SurvivalOutcome{{}, {1, 4, 6, 10, 10, 10}, {1, 1, 1, 0, 0, 0}};
  const auto rows = triage::audit(decided, outcome, CaseWeights::ones(6), 5.0, 0.95);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].action, Action::observe);
  EXPECT_EQ(rows[0].subjects, 6);
  EXPECT_EQ(rows[0].share, 1.0);
  EXPECT_EQ(rows[0].events, 2);
  EXPECT_NEAR(rows[0].risk, 2.0 / 6.0, test::rounding(1.0 / 3.0, 8));
  EXPECT_NEAR(rows[0].lower, beta_quantile(0.025, 2, 5), 1e-12);
  EXPECT_NEAR(rows[0].upper, beta_quantile(0.975, 3, 4), 1e-12);
}

// No event among the observed: the risk is 0, and the upper limit says how little that proves.
TEST(Audit, WithoutEventsTheUpperLimitStaysAboveZero) {
  const std::vector<Action> decided{Action::observe, Action::observe, Action::resect};
  const Outcome outcome = SurvivalOutcome{{}, {9, 9, 2}, {0, 0, 1}};
  const auto rows = triage::audit(decided, outcome, CaseWeights::ones(3), 5.0);
  EXPECT_EQ(rows[0].risk, 0.0);
  EXPECT_GT(rows[0].upper, 0.5);
  EXPECT_EQ(rows[2].risk, 1.0);
  EXPECT_EQ(rows[1].subjects, 0);
  EXPECT_TRUE(std::isnan(rows[1].risk));
  EXPECT_FALSE(rows[1].undefined_because.empty());
}

} // namespace
