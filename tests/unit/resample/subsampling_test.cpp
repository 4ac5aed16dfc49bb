// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/resample/plan.hpp"

#include <gtest/gtest.h>

#include "tests/support/small_cohort.hpp"
#include <cmath>
#include <map>
#include <set>

namespace vigil {
namespace {

using test::small_cohort;

// 0.632 x 80 = 50.56: 51 of 80 subjects train. Within one unit of the share in every stratum.
TEST(subsampling, draws_the_share_of_all_and_of_each_stratum) {
  const Cohort cohort = small_cohort({.subjects = 80});
  const TrainingData data = cohort.data();
  const auto& event = std::get<SurvivalOutcome>(data.outcome).event;
  const auto plan = subsampling(data, CaseWeights::ones(80), 5, RandomKey(1));
  for (Index r = 0; r < 5; ++r) {
    const Resample resample = plan.at_number(r);
    EXPECT_EQ(resample.train.support().size(), 51U);
    std::map<std::pair<Index, int>, std::pair<double, double>> drawn; // present, drawn
    for (Index i = 0; i < 80; ++i) {
      EXPECT_EQ(resample.train.times(i) + resample.test.times(i), 1U);
      auto& count = drawn[{data.centre[at(i)], event[at(i)]}];
      count.first += 1.0;
      count.second += resample.train.times(i);
    }
    for (const auto& [stratum, count] : drawn) {
      EXPECT_LT(std::fabs(count.second - 0.632 * count.first), 1.0);
    }
  }
}

TEST(subsampling, is_another_one_for_each_replicate_and_key) {
  const Cohort cohort = small_cohort({});
  const auto drawn = [&](std::uint64_t seed, Index number) {
    const CaseWeights train =
        subsampling(cohort.data(), cohort.weights(), 3, RandomKey(seed)).at_number(number).train;
    const auto support = train.support();
    return std::vector<Index>(support.begin(), support.end());
  };
  EXPECT_EQ(drawn(1, 0), drawn(1, 0));
  EXPECT_NE(drawn(1, 0), drawn(1, 1));
  EXPECT_NE(drawn(1, 0), drawn(2, 0));
}

// Each of m = 50 censored subjects in one stratum trains in 32 of 50 replicates on average (0.632 x 50 = 31.6): over
// 400 replicates the share of one subject has the SE sqrt(0.64 x 0.36 / 400) = 0.024; five of them for 50 subjects.
TEST(subsampling, draws_every_subject_as_often) {
  CohortParts parts = test::small_parts({.subjects = 50, .centres = 0});
  auto& outcome = std::get<SurvivalOutcome>(*parts.outcome);
  std::fill(outcome.event.begin(), outcome.event.end(), std::uint8_t{0});
  const Cohort cohort(parts);
  const auto plan = subsampling(cohort.data(), CaseWeights::ones(50), 400, RandomKey(1));
  std::vector<double> share(50, 0.0);
  for (Index r = 0; r < 400; ++r) {
    const Resample resample = plan.at_number(r);
    for (Index i = 0; i < 50; ++i) {
      share[at(i)] += resample.train.times(i) / 400.0;
    }
  }
  for (const double one : share) {
    EXPECT_NEAR(one, 0.64, 5.0 * std::sqrt(0.64 * 0.36 / 400.0));
  }
}

TEST(subsampling, keeps_groups_and_weights) {
  const Cohort cohort = small_cohort({.subjects = 60, .centres = 0, .group_size = 4});
  const auto within = CaseWeights::ones(60)
                          .with_times(std::vector<std::uint32_t>(60, 2))
                          .with_sampling(std::vector<double>(60, 0.25));
  const Resample resample = subsampling(cohort.data(), within, 1, RandomKey(1)).at_number(0);
  for (Index i = 0; i < 60; ++i) {
    EXPECT_EQ(resample.train[i], resample.train[i - i % 4]);
    EXPECT_EQ(resample.train[i] + resample.test[i], 0.5);
  }
}

TEST(subsampling, needs_subjects_and_a_replicate) {
  const Cohort cohort = small_cohort({});
  EXPECT_THROW(static_cast<void>(subsampling(cohort.data(), cohort.weights(), 0, RandomKey(1))),
               ConfigError);
  std::vector<std::uint32_t> one(60, 0);
  one[3] = 1;
  EXPECT_THROW(static_cast<void>(subsampling(
                   cohort.data(), CaseWeights::ones(60).with_times(one), 5, RandomKey(1))),
               InputError);
}

} // namespace
} // namespace vigil
