// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/study_passports.hpp"

#include <gtest/gtest.h>

#include "tests/support/small_cohort.hpp"
#include <cmath>
#include <string>

namespace vigil {
namespace {

report::SelectedFeatureRow
selected(const char* learner, const char* feature, double frequency, double coefficient) {
  return {.learner = learner,
          .feature = feature,
          .frequency = frequency,
          .selected = 1,
          .fits = 2,
          .coefficient = coefficient};
}

TEST(StudyPassports, AreOfMarkersThatWereSelected) {
  const Cohort cohort = test::small_cohort({.subjects = 150, .markers = 6, .centres = 3}),
               other = test::small_cohort({.subjects = 80, .markers = 2, .seed = 9});
  report::Report report;
  report.selected_features = {selected("net", "m1", 1.0, 0.5),
                              selected("net", "c1", 1.0, 0.2), // not penalized
                              selected("net", "m3", 0.6, std::nan("")),
                              selected("net", "m4", 0.4, 0.1),
                              selected("net", "m5", 0.4, std::nan("")), // seldom, not in the model
                              selected("other", "m1", 0.5, 0.4)};
  Scheduler scheduler(1);
  FitContext context{scheduler};
  const std::vector<NamedCohort> externals{{"far", other}};
  add_passports(cohort, externals, context, report);
  ASSERT_EQ(report.passport.size(), 4U);
  EXPECT_EQ(report.passport[0].feature, "m1");
  EXPECT_EQ(report.passport[1].feature, "m3");
  EXPECT_EQ(report.passport[2].feature, "m4");
  EXPECT_EQ(report.passport[3].learner, "other");
  EXPECT_EQ(report.passport[3].z, report.passport[0].z);
  EXPECT_GT(report.passport[0].z, 2.0); // it acts
  EXPECT_EQ(report.passport[0].centres, 3);
  ASSERT_EQ(report.replication.size(), 3U); // each feature once
  EXPECT_EQ(report.replication[0].cohort, "far");
  EXPECT_EQ(report.replication[0].same_sign, "yes");
  EXPECT_EQ(report.replication[1].undefined_because, "not in this cohort");
  EXPECT_EQ(report.replication[1].same_sign, "");
}

TEST(StudyPassports, AreAtMostTwentyOfALearner) {
  const Cohort cohort = test::small_cohort({.subjects = 100, .markers = 30});
  report::Report report;
  for (Index marker = 1; marker <= 30; ++marker) {
    report.selected_features.push_back(
        selected("net", ("m" + std::to_string(marker)).c_str(), 1.0, 0.1));
  }
  Scheduler scheduler(1);
  FitContext context{scheduler};
  add_passports(cohort, {}, context, report);
  EXPECT_EQ(size_of(report.passport), most_passports);
  EXPECT_EQ(report.passport.back().feature, "m20");
  EXPECT_TRUE(report.replication.empty());
}

} // namespace
} // namespace vigil
