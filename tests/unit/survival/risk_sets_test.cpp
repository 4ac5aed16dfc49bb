// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/survival/risk_sets.hpp"

#include <gtest/gtest.h>

namespace vigil::survival {
namespace {

using Values = std::vector<double>;
using Counts = std::vector<Index>;

TEST(RiskSets, EventsLeaveBeforeCensoringsAtATie) {
  const Outcome outcome =
      SurvivalOutcome{.entry = {}, .time = {3, 1, 2, 2, 4}, .event = {0, 1, 1, 0, 1}};
  const auto sets = risk_sets(follow_up(outcome), CaseWeights::ones(5));
  EXPECT_EQ(sets.time, (Values{1, 2, 3, 4}));
  EXPECT_EQ(sets.at_risk, (Values{5, 4, 2, 1}));
  EXPECT_EQ(sets.events, (Values{1, 1, 0, 1}));
  EXPECT_EQ(sets.censored, (Values{0, 1, 1, 0}));
  EXPECT_EQ(sets.after_events, (Values{4, 3, 2, 0}));
  EXPECT_EQ(sets.subject, (Counts{1, 2, 3, 0, 4}));
  EXPECT_EQ(sets.start, (Counts{0, 1, 3, 4, 5}));
}

TEST(RiskSets, ASubjectIsAtRiskAfterItsEntry) {
  const Outcome outcome =
      SurvivalOutcome{.entry = {0, 2, 0, 3}, .time = {2, 4, 3, 5}, .event = {1, 1, 1, 0}};
  const auto sets = risk_sets(follow_up(outcome), CaseWeights::ones(4));
  EXPECT_EQ(sets.time, (Values{2, 3, 4, 5}));
  EXPECT_EQ(sets.at_risk, (Values{2, 2, 2, 1})); // entry at 2 and at 3 counts from just after
}

TEST(RiskSets, WeightsAddTimesAndSamplingButRowsCountTimes) {
  const Outcome outcome = SurvivalOutcome{.entry = {}, .time = {1, 2, 3}, .event = {1, 0, 1}};
  const auto weights = CaseWeights::ones(3).with_times({2, 0, 3}).with_sampling({0.5, 1, 2});
  const auto sets = risk_sets(follow_up(outcome), weights);
  EXPECT_EQ(sets.time, (Values{1, 3}));
  EXPECT_EQ(sets.at_risk, (Values{7, 6}));
  EXPECT_EQ(sets.rows_at_risk, (Counts{5, 3}));
  EXPECT_EQ(sets.event_rows, (Counts{2, 3}));
  EXPECT_EQ(sets.total_weight(weights), 7.0);
}

TEST(RiskSets, OfNobodyAreEmpty) {
  const Outcome outcome = SurvivalOutcome{.entry = {}, .time = {1}, .event = {1}};
  const auto sets = risk_sets(follow_up(outcome), CaseWeights::ones(1).with_times({0}));
  EXPECT_EQ(sets.times(), 0);
  EXPECT_EQ(sets.start, (Counts{0}));
}

TEST(RiskSets, LevelsLeaveOutTheMissingAndTheAbsent) {
  const std::vector<Index> level = {1, 0, no_index, 1};
  const auto weights = CaseWeights::ones(4).with_times({1, 1, 1, 0});
  const auto members = subjects_by_level(level, weights);
  ASSERT_EQ(size_of(members), 2);
  EXPECT_EQ(members[0], (Counts{1}));
  EXPECT_EQ(members[1], (Counts{0}));
}

} // namespace
} // namespace vigil::survival
