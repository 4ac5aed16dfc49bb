// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/resample/plan.hpp"

#include <gtest/gtest.h>

#include "tests/support/small_cohort.hpp"
#include <cmath>
#include <map>

namespace vigil {
namespace {

using test::small_cohort;

TEST(bootstrap, draws_as_many_as_there_are_in_each_stratum) {
  const Cohort cohort = small_cohort({.subjects = 80});
  const TrainingData data = cohort.data();
  const auto& event = std::get<SurvivalOutcome>(data.outcome).event;
  const auto plan = bootstrap(data, CaseWeights::ones(80), 5, RandomKey(1));
  for (Index r = 0; r < 5; ++r) {
    const Resample resample = plan.at_number(r);
    std::map<std::pair<Index, int>, std::pair<Index, Index>> drawn; // present, times
    for (Index i = 0; i < 80; ++i) {
      auto& count = drawn[{data.centre[at(i)], event[at(i)]}];
      ++count.first;
      count.second += resample.train.times(i);
    }
    for (const auto& [stratum, count] : drawn) {
      EXPECT_EQ(count.first, count.second);
    }
  }
}

TEST(bootstrap, draws_as_many_of_each_class_as_there_are) {
  CohortParts parts = test::small_parts({.subjects = 40, .centres = 2});
  BinaryOutcome outcome;
  for (Index i = 0; i < 40; ++i) {
    outcome.label.push_back(i % 5 == 0 ? 1 : 0);
  }
  parts.outcome = outcome;
  const Cohort cohort(parts);
  const auto plan = bootstrap(cohort.data(), CaseWeights::ones(40), 5, RandomKey(1));
  for (Index r = 0; r < 5; ++r) {
    const Resample resample = plan.at_number(r);
    Index ones = 0;
    for (Index i = 0; i < 40; ++i) {
      ones += outcome.label[at(i)] * static_cast<Index>(resample.train.times(i));
    }
    EXPECT_EQ(ones, 8) << "replicate " << r;
  }
}

TEST(bootstrap, tests_exactly_those_not_drawn) {
  const Cohort cohort = small_cohort({.subjects = 80});
  const auto plan = bootstrap(cohort.data(), CaseWeights::ones(80), 3, RandomKey(1));
  for (Index r = 0; r < 3; ++r) {
    const Resample resample = plan.at_number(r);
    for (Index i = 0; i < 80; ++i) {
      EXPECT_EQ(resample.test.times(i), resample.train.times(i) == 0 ? 1U : 0U);
    }
  }
}

TEST(bootstrap, multiplies_the_times_it_is_drawn_within_and_keeps_sampling_weights) {
  const Cohort cohort = small_cohort({});
  const auto within = CaseWeights::ones(60)
                          .with_times(std::vector<std::uint32_t>(60, 2))
                          .with_sampling(std::vector<double>(60, 0.25));
  const Resample plain =
      bootstrap(cohort.data(), CaseWeights::ones(60), 1, RandomKey(5)).at_number(0);
  const Resample doubled = bootstrap(cohort.data(), within, 1, RandomKey(5)).at_number(0);
  for (Index i = 0; i < 60; ++i) {
    EXPECT_EQ(doubled.train.times(i), 2 * plain.train.times(i));
    EXPECT_EQ(doubled.train[i], 0.5 * plain.train[i]);
  }
}

TEST(bootstrap, draws_whole_groups) {
  const Cohort cohort = small_cohort({.subjects = 60, .centres = 0, .group_size = 4});
  const Resample resample =
      bootstrap(cohort.data(), CaseWeights::ones(60), 1, RandomKey(1)).at_number(0);
  for (Index i = 0; i < 60; ++i) {
    EXPECT_EQ(resample.train.times(i), resample.train.times(i - i % 4));
  }
}

// A subject is left out with probability (1 - 1/m)^m in a stratum of m; here one stratum of m = 50 censored
// subjects, 200 replicates: mean share (49/50)^50, SE below sqrt(p (1 - p) / (50 * 200)) because the counts of
// one replicate are negatively correlated.
TEST(bootstrap, leaves_out_the_expected_share) {
  CohortParts parts = test::small_parts({.subjects = 50, .centres = 0});
  auto& event = std::get<SurvivalOutcome>(*parts.outcome).event;
  std::fill(event.begin(), event.end(), std::uint8_t{0});
  const Cohort cohort(parts);
  const auto plan = bootstrap(cohort.data(), CaseWeights::ones(50), 200, RandomKey(8));
  double left_out = 0.0;
  for (Index r = 0; r < plan.size(); ++r) {
    left_out += static_cast<double>(plan.at_number(r).test.support().size());
  }
  const double share = std::pow(49.0 / 50.0, 50);
  EXPECT_NEAR(left_out / (50.0 * 200.0), share, 3.0 * std::sqrt(share * (1.0 - share) / 1e4));
}

TEST(bootstrap, refuses_no_replicate_and_a_single_subject) {
  const Cohort cohort = small_cohort({});
  EXPECT_THROW((void)bootstrap(cohort.data(), CaseWeights::ones(60), 0, RandomKey(1)), ConfigError);
  std::vector<std::uint32_t> one(60, 0);
  one[5] = 1;
  EXPECT_THROW(
      (void)bootstrap(cohort.data(), CaseWeights::ones(60).with_times(one), 5, RandomKey(1)),
      InputError);
}

} // namespace
} // namespace vigil
