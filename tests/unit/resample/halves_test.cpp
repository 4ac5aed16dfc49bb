// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/resample/plan.hpp"

#include <gtest/gtest.h>

#include "tests/support/fault_of.hpp"
#include "tests/support/small_cohort.hpp"
#include <cstdlib>
#include <map>

namespace vigil {
namespace {

using test::small_cohort;

TEST(complementary_halves, part_the_subjects_in_two) {
  const Cohort cohort = small_cohort({.subjects = 61});
  const auto plan = complementary_halves(cohort.data(), cohort.weights(), 4, RandomKey(1));
  EXPECT_EQ(plan.size(), 8);
  EXPECT_EQ(plan.scheme(), "complementary-halves");
  for (Index pair = 0; pair < 4; ++pair) {
    const Resample first = plan.at_number(2 * pair), second = plan.at_number(2 * pair + 1);
    EXPECT_EQ(first.repeat, pair + 1);
    EXPECT_EQ(second.repeat, pair + 1);
    EXPECT_EQ(first.fold, 1);
    EXPECT_EQ(second.fold, 2);
    EXPECT_EQ(std::abs(size_of(first.train.support()) - size_of(second.train.support())), 1);
    for (Index i = 0; i < 61; ++i) {
      EXPECT_EQ(first.train.times(i) + second.train.times(i), 1U);
      EXPECT_EQ(first.test.times(i), second.train.times(i));
    }
    EXPECT_FALSE(first.key == second.key);
  }
}

TEST(complementary_halves, share_each_stratum_of_centre_and_event) {
  const Cohort cohort = small_cohort({.subjects = 80});
  const TrainingData data = cohort.data();
  const auto& event = std::get<SurvivalOutcome>(data.outcome).event;
  const auto plan = complementary_halves(data, cohort.weights(), 5, RandomKey(2));
  for (Index number = 0; number < 10; number += 2) {
    const Resample half = plan.at_number(number);
    std::map<std::pair<Index, int>, Index> difference;
    Index events = 0;
    for (Index i = 0; i < 80; ++i) {
      const Index side = half.train.times(i) == 1 ? 1 : -1;
      difference[{data.centre[at(i)], event[at(i)]}] += side;
      events += event[at(i)] * side;
    }
    EXPECT_EQ(difference.size(), 6U);
    EXPECT_LE(std::abs(events), 1);
    for (const auto& [stratum, count] : difference) {
      EXPECT_LE(std::abs(count), 1);
    }
  }
}

TEST(complementary_halves, keep_groups_together_and_weights_as_they_are) {
  const Cohort cohort = small_cohort({.subjects = 60, .centres = 0, .group_size = 4});
  const auto within = CaseWeights::ones(60)
                          .with_times(std::vector<std::uint32_t>(60, 3))
                          .with_sampling(std::vector<double>(60, 0.25));
  const Resample half = complementary_halves(cohort.data(), within, 1, RandomKey(3)).at_number(0);
  for (Index i = 0; i < 60; ++i) {
    EXPECT_EQ(half.train.times(i), half.train.times(i - i % 4));
    EXPECT_TRUE(half.train.times(i) == 0 || half.train[i] == 0.75);
  }
}

// The larger half of an odd number is the first as often as the second: 200 pairs, SD of the count
// sqrt(200) / 2 = 7.1.
TEST(complementary_halves, give_the_odd_subject_to_either_half) {
  const Cohort cohort = small_cohort({.subjects = 21});
  const auto plan = complementary_halves(cohort.data(), cohort.weights(), 200, RandomKey(4));
  Index first = 0;
  for (Index pair = 0; pair < 200; ++pair) {
    first += size_of(plan.at_number(2 * pair).train.support()) == 11 ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(first), 100.0, 3.0 * 7.1);
}

TEST(complementary_halves, are_the_same_however_many_pairs_there_are) {
  const Cohort cohort = small_cohort({.subjects = 40});
  const auto few = complementary_halves(cohort.data(), cohort.weights(), 2, RandomKey(5));
  const auto many = complementary_halves(cohort.data(), cohort.weights(), 9, RandomKey(5));
  const Resample one = few.at_number(3), other = many.at_number(3);
  EXPECT_TRUE(one.key == other.key);
  for (Index i = 0; i < 40; ++i) {
    EXPECT_EQ(one.train.times(i), other.train.times(i));
  }
  EXPECT_NE(few.digest(), many.digest());
}

TEST(complementary_halves, refuse_no_pair_and_a_single_unit) {
  const Cohort cohort = small_cohort({.subjects = 8, .centres = 0, .group_size = 8});
  const auto fault = test::fault_of<InputError>(
      [&] { (void)complementary_halves(cohort.data(), cohort.weights(), 1, RandomKey(1)); });
  EXPECT_NE(fault.found.find("1 independent"), std::string::npos);
  const Cohort other = small_cohort({});
  (void)test::fault_of<ConfigError>(
      [&] { (void)complementary_halves(other.data(), other.weights(), 0, RandomKey(1)); });
}

} // namespace
} // namespace vigil
