// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/resample/plan.hpp"

#include <gtest/gtest.h>

#include "tests/support/small_cohort.hpp"
#include <algorithm>

namespace vigil {
namespace {

using test::small_cohort;

CaseWeights only(Index subjects, const std::vector<Index>& listed) {
  std::vector<std::uint32_t> times(at(subjects), 0);
  for (const Index subject : listed) {
    times[at(subject)] = 1;
  }
  return CaseWeights::ones(subjects).with_times(times);
}

TEST(leave_one_centre_out, tests_each_centre_once) {
  const Cohort cohort = small_cohort({.subjects = 30, .centres = 3});
  const TrainingData data = cohort.data();
  const auto plan = leave_one_centre_out(data, CaseWeights::ones(30), RandomKey(1));
  ASSERT_EQ(plan.size(), 3);
  EXPECT_EQ(plan.scheme(), "loco");
  for (Index r = 0; r < 3; ++r) {
    const Resample resample = plan.at_number(r);
    EXPECT_EQ(resample.fold, r + 1);
    for (Index i = 0; i < 30; ++i) {
      EXPECT_EQ(resample.test[i], data.centre[at(i)] == r ? 1.0 : 0.0);
      EXPECT_EQ(resample.train[i], data.centre[at(i)] == r ? 0.0 : 1.0);
    }
  }
}

TEST(leave_one_centre_out, trains_on_subjects_without_a_centre) {
  CohortParts parts = test::small_parts({.subjects = 30, .centres = 3});
  parts.centre.level[4] = no_index;
  const Cohort cohort(parts);
  const auto plan = leave_one_centre_out(cohort.data(), CaseWeights::ones(30), RandomKey(1));
  ASSERT_EQ(plan.size(), 3);
  for (Index r = 0; r < 3; ++r) {
    EXPECT_EQ(plan.at_number(r).train[4], 1.0);
    EXPECT_EQ(plan.at_number(r).test[4], 0.0);
  }
}

// Subjects 0 and 1 are one person seen in centres A and B: while A tests, subject 1 may not train.
TEST(leave_one_centre_out, holds_back_a_person_seen_in_two_centres) {
  CohortParts parts = test::small_parts({.subjects = 30, .centres = 3});
  parts.group.level.assign(30, no_index);
  parts.group.names = {"person"};
  parts.group.level[0] = parts.group.level[1] = 0;
  const Cohort cohort(parts);
  const auto plan = leave_one_centre_out(cohort.data(), CaseWeights::ones(30), RandomKey(1));
  EXPECT_EQ(plan.at_number(0).test[0], 1.0);
  EXPECT_EQ(plan.at_number(0).train[1], 0.0);
  EXPECT_EQ(plan.at_number(0).test[1], 0.0);
  EXPECT_EQ(plan.at_number(0).train[4], 1.0) << "another subject of centre B trains";
}

TEST(leave_one_centre_out, refuses_a_single_centre) {
  const auto within = CaseWeights::ones(30);
  const Cohort none = small_cohort({.subjects = 30, .centres = 0});
  EXPECT_THROW((void)leave_one_centre_out(none.data(), within, RandomKey(1)), InputError);
  const Cohort one = small_cohort({.subjects = 30, .centres = 1});
  EXPECT_THROW((void)leave_one_centre_out(one.data(), within, RandomKey(1)), InputError);
  const Cohort three = small_cohort({.subjects = 30, .centres = 3});
  EXPECT_THROW((void)leave_one_centre_out(three.data(), only(30, {0, 3, 6}), RandomKey(1)),
               InputError)
      << "the support has one centre";
}

TEST(split, is_one_resample) {
  const auto plan = split(only(6, {0, 1, 2}), only(6, {3, 4}), RandomKey(1));
  ASSERT_EQ(plan.size(), 1);
  EXPECT_EQ(plan.scheme(), "split");
  EXPECT_TRUE(std::ranges::equal(plan.at_number(0).train.support(), std::vector<Index>{0, 1, 2}));
  EXPECT_TRUE(std::ranges::equal(plan.at_number(0).test.support(), std::vector<Index>{3, 4}));
}

TEST(split, refuses_overlap_and_empty_sides) {
  EXPECT_THROW((void)split(only(6, {0, 1}), only(6, {1, 2}), RandomKey(1)), ConfigError);
  EXPECT_THROW((void)split(only(6, {}), only(6, {1, 2}), RandomKey(1)), ConfigError);
  EXPECT_THROW((void)split(only(6, {0}), only(6, {}), RandomKey(1)), ConfigError);
}

TEST(imported_folds, are_used_as_given) {
  const auto plan =
      imported_folds(CaseWeights::ones(5), {{1, 2, 1, 2, 0}, {3, 1, 2, 1, 2}}, RandomKey(1));
  ASSERT_EQ(plan.size(), 5);
  const Resample first = plan.at_number(0);
  EXPECT_TRUE(std::ranges::equal(first.test.support(), std::vector<Index>{0, 2}));
  EXPECT_TRUE(std::ranges::equal(first.train.support(), std::vector<Index>{1, 3}));
  const Resample last = plan.at_number(4);
  EXPECT_EQ(last.repeat, 2);
  EXPECT_EQ(last.fold, 3);
  EXPECT_TRUE(std::ranges::equal(last.test.support(), std::vector<Index>{0}));
  EXPECT_TRUE(std::ranges::equal(last.train.support(), std::vector<Index>{1, 2, 3, 4}));
}

TEST(imported_folds, refuse_what_is_no_division) {
  const auto ones = CaseWeights::ones(4);
  const RandomKey key(1);
  EXPECT_THROW((void)imported_folds(ones, {}, key), InputError);
  EXPECT_THROW((void)imported_folds(ones, {{1, 2, 1}}, key), InputError);
  EXPECT_THROW((void)imported_folds(ones, {{1, 1, 1, 1}}, key), InputError);
  EXPECT_THROW((void)imported_folds(ones, {{1, 2, -1, 1}}, key), InputError);
  EXPECT_THROW((void)imported_folds(ones, {{1, 3, 1, 3}}, key), InputError);
}

TEST(resample_plan, digests_tell_plans_apart) {
  const auto ones = CaseWeights::ones(4);
  const auto base = imported_folds(ones, {{1, 2, 1, 2}}, RandomKey(1)).digest();
  EXPECT_EQ(base.size(), 64U);
  EXPECT_EQ(base, imported_folds(ones, {{1, 2, 1, 2}}, RandomKey(1)).digest());
  EXPECT_NE(base, imported_folds(ones, {{2, 1, 1, 2}}, RandomKey(1)).digest());
  EXPECT_NE(base, imported_folds(ones, {{1, 2, 1, 2}}, RandomKey(2)).digest());
}

} // namespace
} // namespace vigil
