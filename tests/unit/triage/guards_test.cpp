// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/triage/guards.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace vigil::triage {
namespace {

using Names = std::vector<std::string>;

FeatureInfo column(const std::string& name, std::optional<KnownAt> known_at) {
  FeatureInfo info;
  info.name = name;
  info.known_at = known_at;
  return info;
}

TEST(KnownAt, R09FeatureThatIsKnownTooLateStopsTheRun) {
  const std::vector<FeatureInfo> columns = {column("size", KnownAt::imaging),
                                            column("nodes", KnownAt::pathology),
                                            column("relapse", KnownAt::followup)};
  EXPECT_NO_THROW(check_known_at(columns, KnownAt::followup));
  try {
    check_known_at(columns, KnownAt::biopsy);
    FAIL() << "accepted";
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.fault().found, "'nodes' (pathology), 'relapse' (followup)");
    EXPECT_EQ(error.exit_code(), 2);
  }
}

TEST(KnownAt, R09FeatureThatIsKnownAtTheDecisionIsAllowed) {
  const std::vector<FeatureInfo> columns = {column("nodes", KnownAt::pathology)};
  EXPECT_NO_THROW(check_known_at(columns, KnownAt::pathology));
}

TEST(KnownAt, UndeclaredCountsAsBiopsyAndIsListed) {
  const std::vector<FeatureInfo> columns = {column("age", KnownAt::baseline), column("ki67", {})};
  EXPECT_EQ(undeclared_known_at(columns), (Names{"ki67"}));
  EXPECT_NO_THROW(check_known_at(columns, KnownAt::biopsy));
  EXPECT_THROW(check_known_at(columns, KnownAt::imaging), ConfigError);
}

SurvivalOutcome leaving_one_by_one(Index subjects, Index events) {
  SurvivalOutcome outcome;
  for (Index i = 1; i <= subjects; ++i) {
    outcome.time.push_back(static_cast<double>(i));
    outcome.event.push_back(i <= events ? 1 : 0);
  }
  return outcome;
}

TEST(Horizon, R01RefusesWithTheLargestSupportedTime) {
  const auto outcome = leaving_one_by_one(40, 10);
  const auto weights = CaseWeights::ones(40);
  EXPECT_EQ(require_supported_horizon(outcome, weights, 20, "all subjects").at_risk, 20);
  try {
    static_cast<void>(require_supported_horizon(outcome, weights, 21, "all subjects"));
    FAIL() << "accepted";
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.fault().where, "horizon 21, all subjects");
    EXPECT_EQ(error.fault().remedy, "the largest supported time is 20");
  }
}

TEST(Horizon, R01SaysWhenNoTimeIsSupported) {
  try {
    static_cast<void>(require_supported_horizon(
        leaving_one_by_one(10, 5), CaseWeights::ones(10), 2, "all subjects"));
    FAIL() << "accepted";
  } catch (const ConfigError& error) {
    EXPECT_NE(error.fault().remedy.find("no time is supported"), std::string::npos);
  }
}

TEST(Events, R02LabelsBelowTwentyAndExternalClaimsBelowAHundred) {
  EXPECT_EQ(event_warnings(19, false),
            (Names{"R02: 19 events; below 20 no effect or risk is estimated reliably"}));
  EXPECT_TRUE(event_warnings(20, false).empty());
  EXPECT_EQ(event_warnings(99, true),
            (Names{"R02: 99 events; a claim of external validation needs 100"}));
  EXPECT_TRUE(event_warnings(100, true).empty());
}

TEST(Events, R02RefusesActionsBelowTwenty) {
  EXPECT_NO_THROW(require_events(20, "the training subjects"));
  try {
    require_events(19, "the training subjects");
    FAIL() << "accepted";
  } catch (const InputError& error) {
    EXPECT_EQ(error.fault().where, "the training subjects");
    EXPECT_EQ(error.fault().found, "19 with the event");
    EXPECT_EQ(error.fault().expected, "at least 20 with the event");
    EXPECT_EQ(error.exit_code(), 3);
  }
}

TEST(Events, R02CountsSubjectsWithWeightAndTheFirstCause) {
  const CompetingRisksOutcome outcome{
      .entry = {}, .time = {1, 2, 3}, .cause = {1, 2, 1}, .cause_names = {"a", "b"}};
  EXPECT_EQ(count_events(outcome, CaseWeights::ones(3).with_times({1, 1, 0})), 1);
  EXPECT_EQ(count_events(leaving_one_by_one(150, 19), CaseWeights::ones(150)), 19);
}

TEST(Inputs, R05RangeLeavesOutTheHalfPercentTails) {
  std::vector<double> column;
  for (int i = 1; i <= 1001; ++i) {
    column.push_back(i);
  }
  const auto ranges = input_ranges(Names{"age"}, column, CaseWeights::ones(1001));
  EXPECT_EQ(ranges[0].lower, 6); // 5.005 of 1001 lie below
  EXPECT_EQ(ranges[0].upper, 996);
  EXPECT_TRUE(inputs_outside(ranges, std::vector<double>{6}).empty());
  EXPECT_EQ(inputs_outside(ranges, std::vector<double>{5.9}), (Names{"age"}));
  EXPECT_EQ(inputs_outside(ranges, std::vector<double>{996.1}), (Names{"age"}));
}

TEST(Inputs, R05RangeComesFromTrainingSubjectsAlone) {
  const auto weights = CaseWeights::ones(4).with_times({1, 1, 1, 0});
  const auto ranges = input_ranges(Names{"age"}, std::vector<double>{3, 1, 2, 99}, weights);
  EXPECT_EQ(ranges[0].upper, 3);
}

TEST(Inputs, R05InputWithoutATrainingValueIsAlwaysOutside) {
  const double nan = std::nan("");
  const auto ranges =
      input_ranges(Names{"ki67"}, std::vector<double>{nan, nan}, CaseWeights::ones(2));
  EXPECT_EQ(inputs_outside(ranges, std::vector<double>{1}), (Names{"ki67"}));
}

TEST(Inputs, R08MissingOnesAreNamedAndAreNotOutside) {
  const std::vector<InputRange> ranges = {{"age", 20, 80}, {"size", 1, 5}};
  const std::vector<double> values = {std::nan(""), 2};
  EXPECT_EQ(inputs_missing(ranges, values), (Names{"age"}));
  EXPECT_TRUE(inputs_outside(ranges, values).empty());
}

} // namespace
} // namespace vigil::triage
