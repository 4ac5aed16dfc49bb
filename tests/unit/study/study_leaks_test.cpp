// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/study_leaks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fault_of.hpp"
#include "tests/support/small_cohort.hpp"
#include <cmath>
#include <functional>

namespace vigil {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A cohort with one more clinical column.
Cohort with_column(const std::function<double(double time, int event)>& value) {
  CohortParts parts = test::small_parts({});
  const auto& outcome = std::get<SurvivalOutcome>(*parts.outcome);
  std::vector<double> values;
  for (std::size_t i = 0; i < outcome.time.size(); ++i) {
    values.push_back(value(outcome.time[i], outcome.event[i]));
  }
  parts.clinical.add({.name = "planted"}, values);
  return Cohort(std::move(parts));
}

void look(const Cohort& cohort) {
  Scheduler scheduler(1);
  refuse_outcome_copies(cohort, scheduler);
}

TEST(outcome_copies, are_refused_in_either_direction_and_with_missing_values) {
  const double nan = std::nan("");
  for (const auto& copy : std::vector<std::function<double(double, int)>>{
           [](double time, int) { return time; },
           [](double time, int) { return -std::log(time); },
           [nan](double time, int event) { return event != 0 ? time : nan; },
           [](double time, int event) { return event != 0 ? time : 0.3; }}) {
    EXPECT_THROW(look(with_column(copy)), InputError);
  }
  EXPECT_THROW(look(with_column([](double, int event) { return 3.0 - event; })), InputError);
}

TEST(outcome_copies, are_no_columns_of_few_values_or_with_one_exception) {
  EXPECT_NO_THROW(look(test::small_cohort({})));
  EXPECT_NO_THROW(look(with_column([](double time, int) { return time > 0.5 ? 1.0 : 0.0; })))
      << "a marker of two values that is early in some and late in others";
  int events = 0;
  EXPECT_NO_THROW(look(with_column([&events](double time, int event) {
    events += event;
    return event != 0 && events == 5 ? 99.0 : time;
  })));
  int subject = 0;
  EXPECT_NO_THROW(look(with_column(
      [&subject](double, int event) { return ++subject == 7 ? 1.0 - event : 1.0 * event; })));
}

TEST(outcome_copies, are_found_among_the_markers) {
  CohortParts parts = test::small_parts({.markers = 3});
  const auto& outcome = std::get<SurvivalOutcome>(*parts.outcome);
  std::vector<float> values;
  for (int marker = 0; marker < 2; ++marker) {
    for (std::size_t i = 0; i < 60; ++i) {
      values.push_back(marker == 0 ? static_cast<float>(i % 13)
                                   : static_cast<float>(outcome.time[i]));
    }
  }
  parts.features =
      FeatureMatrix(resident_source(60, 2, values, 1), {{.name = "good"}, {.name = "bad"}});
  const Cohort cohort(std::move(parts));
  const auto fault = test::fault_of<InputError>([&] { look(cohort); });
  EXPECT_EQ(fault.where, "marker 'bad'");
}

/// The cohort with other ids, and one column changed for the subjects from `first` on.
Cohort copied(const std::string& prefix, std::size_t first) {
  CohortParts parts = test::small_parts({});
  for (auto& id : parts.subject_ids) {
    id = prefix + id;
  }
  auto& outcome = std::get<SurvivalOutcome>(*parts.outcome);
  for (std::size_t i = first; i < outcome.time.size(); ++i) {
    outcome.time[i] += 1.0;
  }
  return Cohort(std::move(parts));
}

TEST(shared_subjects, are_refused_by_id_and_values) {
  const Cohort own = test::small_cohort({});
  const auto fault = test::fault_of<InputError>(
      [&] { static_cast<void>(shared_subject_warnings(own, copied("", 20), "far")); });
  EXPECT_THAT(fault.found, HasSubstr("20 subjects of the study (first: s1)"));
}

TEST(shared_subjects, are_said_where_they_may_be_others) {
  const Cohort own = test::small_cohort({});
  EXPECT_THAT(shared_subject_warnings(own, copied("x", 0), "far"), IsEmpty());
  EXPECT_THAT(shared_subject_warnings(own, copied("", 11), "far"),
              ElementsAre(HasSubstr("far: 11 subjects (first: s1) with id, outcome"),
                          HasSubstr("far: 49 subjects (first: s12) with the id")));
  EXPECT_THAT(shared_subject_warnings(own, copied("", 0), "far"),
              ElementsAre(HasSubstr("far: 60 subjects (first: s1) with the id")));
}

TEST(copied_subjects, are_said_unless_they_are_one_group) {
  CohortParts parts = test::small_parts({.markers = 0, .clinical = 3});
  ClinicalBlock clinical(60);
  auto& outcome = std::get<SurvivalOutcome>(*parts.outcome);
  outcome.time[9] = outcome.time[2];
  outcome.event[9] = outcome.event[2];
  for (Index column = 0; column < 3; ++column) {
    const auto from = parts.clinical.column(column);
    std::vector<double> values(from.begin(), from.end());
    values[9] = values[2];
    clinical.add(parts.clinical.info(column), values);
  }
  parts.clinical = clinical;
  Scheduler scheduler(1);
  EXPECT_THAT(copied_subject_warnings(Cohort(parts), scheduler),
              ElementsAre(HasSubstr("1 subject with the outcome and all values of another one "
                                    "(s10 as s3)")));
  std::vector<std::string> groups = parts.subject_ids;
  groups[9] = groups[2];
  parts.group = make_grouping(groups);
  EXPECT_THAT(copied_subject_warnings(Cohort(parts), scheduler), IsEmpty());
}

TEST(perfect_ranking, is_said) {
  std::vector<PerformanceRow> rows(3);
  rows[0] = {.learner = "a", .measure = "harrell_c", .resampling = "loco", .estimate = 0.96};
  rows[1] = {.learner = "b", .measure = "harrell_c", .resampling = "apparent", .estimate = 0.99};
  rows[2] = {.learner = "c", .measure = "harrell_c", .resampling = "loco", .estimate = 0.94};
  EXPECT_THAT(perfect_ranking_warnings(rows), ElementsAre(HasSubstr("a has concordance 0.960")));
}

} // namespace
} // namespace vigil
