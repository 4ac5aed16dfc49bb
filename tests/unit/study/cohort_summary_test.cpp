// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/cohort_summary.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace {

using namespace vigil; // NOLINT(google-build-using-namespace): a test file

CohortParts five_subjects() {
  const float gap = std::nanf("");
  CohortParts parts{
      .subject_ids = {"a", "b", "c", "d", "e"},
      .features = FeatureMatrix(
          resident_source(5, 3, {1, 2, 3, 4, 5, 7, 7, gap, 7, 7, gap, gap, gap, gap, gap}),
          std::vector<FeatureInfo>(3)),
      .clinical = ClinicalBlock(5),
      .outcome = SurvivalOutcome{{}, {2, 4, 6, 8, 10}, {1, 0, 1, 0, 0}}};
  parts.clinical.add({.name = "age", .marker = false, .penalized = false},
                     {50, std::nan(""), 70, 60, 65});
  parts.clinical.add({.name = "fixed", .marker = false, .penalized = false}, {1, 1, 1, 1, 1});
  parts.centre = make_grouping(std::vector<std::string>{"X", "Y", "X", "", "Y"});
  return parts;
}

TEST(CohortSummary, CountsByHand) {
  Scheduler scheduler(2);
  const auto summary = summarise_cohort(Cohort(five_subjects()), scheduler);
  EXPECT_EQ(summary.subjects, 5);
  EXPECT_EQ(summary.events, 2);
  EXPECT_EQ(summary.constant_markers, 1);
  EXPECT_EQ(summary.empty_markers, 1);
  EXPECT_EQ(summary.missing_marker_share, 6.0 / 15.0);
  ASSERT_EQ(summary.centres.size(), 2U);
  EXPECT_EQ(summary.centres[0].events, 2);
  EXPECT_EQ(summary.centres[1].subjects, 2);
  EXPECT_EQ(summary.without_centre, 1);
  ASSERT_EQ(summary.missing.size(), 1U);
  EXPECT_EQ(summary.missing[0].missing, 1);
  EXPECT_EQ(summary.constant_columns, std::vector<std::string>{"fixed"});
  EXPECT_EQ(summary.largest_time, 10.0);
}

TEST(CohortSummary, DescribesAnOutcomeWithoutTimes) {
  Scheduler scheduler(1);
  auto parts = five_subjects();
  EXPECT_FALSE(summarise_cohort(Cohort(parts), scheduler).outcome.has_value());
  parts.outcome = ContinuousOutcome{{1, 2, 3, 4, 10}, "1"};
  const auto values = summarise_cohort(Cohort(parts), scheduler).outcome.value();
  EXPECT_EQ(values.mean, 4.0);
  EXPECT_DOUBLE_EQ(values.sd, std::sqrt(50.0 / 4.0)); // 9 + 4 + 1 + 0 + 36, divisor n - 1
  EXPECT_EQ(values.smallest, 1.0);
  EXPECT_EQ(values.largest, 10.0);
  parts.outcome = CountOutcome{{0, 2, 0, 3, 0}};
  EXPECT_EQ(summarise_cohort(Cohort(parts), scheduler).outcome.value().mean, 1.0);
  parts.outcome = BinaryOutcome{{0, 1, 0, 1, 0}};
  const auto classes = summarise_cohort(Cohort(parts), scheduler);
  EXPECT_EQ(classes.outcome.value().ones, 2);
  EXPECT_EQ(classes.outcome.value().zeros, 3);
  EXPECT_EQ(classes.centres[1].events, 1) << "subjects of class 1 of centre Y";
}

// Censorings at 4, 8, 10 with risk sets of 4, 2, 1: G = 3/4, 3/8, 0; the first at most 1/2 is at 8.
TEST(MedianFollowUp, IsTheMedianOfTheCensoringTimes) {
  EXPECT_EQ(median_follow_up(Cohort(five_subjects())), 8.0);
}

TEST(MedianFollowUp, NeedsAnOutcomeInTime) {
  auto parts = five_subjects();
  parts.outcome = BinaryOutcome{{0, 1, 0, 1, 0}};
  EXPECT_TRUE(std::isnan(median_follow_up(Cohort(parts))));
}

} // namespace
