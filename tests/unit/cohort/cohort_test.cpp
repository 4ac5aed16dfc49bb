// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/cohort/cohort.hpp"

#include <gtest/gtest.h>

namespace {

using vigil::CohortParts;
using vigil::TimeUnit;

CohortParts three_subjects() {
  CohortParts parts{.subject_ids = {"a", "b", "c"},
                    .features = vigil::FeatureMatrix(3),
                    .clinical = vigil::ClinicalBlock(3),
                    .outcome =
                        vigil::SurvivalOutcome{.entry = {}, .time = {1, 2, 3}, .event = {1, 0, 1}}};
  parts.time_name = "os_time";
  parts.event_name = "os_event";
  return parts;
}

TEST(Cohort, CountsSubjectsAndEvents) {
  const vigil::Cohort cohort(three_subjects());
  EXPECT_EQ(cohort.subjects(), 3);
  EXPECT_EQ(cohort.events(), 2);
  EXPECT_EQ(cohort.weights().total(), 3.0);
}

TEST(Cohort, NamesTheSubjectWithABadTime) {
  auto parts = three_subjects();
  std::get<vigil::SurvivalOutcome>(*parts.outcome).time[1] = -3;
  try {
    const vigil::Cohort cohort(parts);
    FAIL();
  } catch (const vigil::InputError& error) {
    EXPECT_EQ(error.fault().where, "column 'os_time', subject 'b' (row 2)");
    EXPECT_EQ(error.fault().found, "-3");
    EXPECT_EQ(error.fault().expected, "time > 0");
  }
}

TEST(Cohort, RefusesDuplicateIdsAndNoSubjects) {
  auto parts = three_subjects();
  parts.subject_ids[2] = "a";
  EXPECT_THROW(vigil::Cohort{parts}, vigil::InputError);
  EXPECT_THROW(vigil::Cohort(CohortParts{.subject_ids = {},
                                         .features = vigil::FeatureMatrix(0),
                                         .clinical = vigil::ClinicalBlock(0),
                                         .outcome = {}}),
               vigil::InputError);
}

TEST(Cohort, WithoutOutcomeHasNoTrainingData) {
  auto parts = three_subjects();
  parts.outcome.reset();
  const vigil::Cohort cohort(parts);
  EXPECT_FALSE(cohort.has_outcome());
  EXPECT_THROW(static_cast<void>(cohort.data()), vigil::InputError);
}

TEST(Cohort, RequireTimesRefusesOtherFamilies) {
  auto parts = three_subjects();
  EXPECT_NO_THROW(vigil::require_times(vigil::Cohort(parts), "vigil measure"));
  parts.outcome = vigil::ContinuousOutcome{{1.0, 2.0, 3.0}, "1"};
  try {
    vigil::require_times(vigil::Cohort(parts), "vigil measure");
    FAIL();
  } catch (const vigil::ConfigError& error) {
    EXPECT_EQ(error.fault().found, "the family gaussian");
    EXPECT_EQ(error.fault().problem, "vigil measure cannot use this outcome");
  }
  parts.outcome = vigil::BinaryOutcome{{0, 1, 0}};
  EXPECT_EQ(vigil::name_of(*parts.outcome), "binomial");
  parts.outcome = vigil::CountOutcome{{0, 1, 0}};
  EXPECT_EQ(vigil::name_of(*parts.outcome), "poisson");
  parts.outcome.reset();
  EXPECT_NO_THROW(vigil::require_times(vigil::Cohort(parts), "vigil measure"));
}

TEST(TimeConversion, UsesTheDeclaredLengths) {
  EXPECT_EQ(vigil::time_conversion(TimeUnit::years, TimeUnit::days), 365.25);
  EXPECT_EQ(vigil::time_conversion(TimeUnit::months, TimeUnit::years), 1.0 / 12.0);
  EXPECT_THROW(static_cast<void>(vigil::time_conversion(TimeUnit::unstated, TimeUnit::days)),
               vigil::ConfigError);
}

TEST(Grouping, SortsNamesAndKeepsMissing) {
  const auto centres = vigil::make_grouping(std::vector<std::string>{"Kyiv", "", "Bern", "Kyiv"});
  EXPECT_EQ(centres.names, (std::vector<std::string>{"Bern", "Kyiv"}));
  EXPECT_EQ(centres.level, (std::vector<vigil::Index>{1, vigil::no_index, 0, 1}));
}

} // namespace
