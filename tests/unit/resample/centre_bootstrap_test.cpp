// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/resample/plan.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include "tests/support/small_cohort.hpp"
#include <cmath>
#include <set>

namespace vigil {
namespace {

using test::small_cohort;

TEST(centre_bootstrap, draws_whole_centres_as_many_as_there_are) {
  const Cohort cohort = small_cohort({.subjects = 84, .centres = 7});
  const TrainingData data = cohort.data();
  const auto plan = centre_bootstrap(data, CaseWeights::ones(84), 20, RandomKey(1));
  EXPECT_EQ(plan.scheme(), "centre-bootstrap");
  EXPECT_TRUE(draws_with_replacement(plan));
  for (Index r = 0; r < 20; ++r) {
    const Resample resample = plan.at_number(r);
    std::vector<std::uint32_t> times(7, 99);
    for (Index i = 0; i < 84; ++i) {
      auto& of_centre = times[at(data.centre[at(i)])];
      EXPECT_TRUE(of_centre == 99 || of_centre == resample.train.times(i)) << "a centre is whole";
      of_centre = resample.train.times(i);
      EXPECT_EQ(resample.test.times(i), of_centre == 0 ? 1U : 0U);
    }
    std::uint32_t draws = 0;
    for (const auto of_centre : times) {
      draws += of_centre;
    }
    EXPECT_EQ(draws, 7U);
  }
}

// A centre is left out of a replicate with probability (1 - 1/k)^k, whatever its events: centre A has none.
TEST(centre_bootstrap, leaves_each_centre_out_equally_often) {
  CohortParts parts = test::small_parts({.subjects = 48, .centres = 6});
  auto& outcome = std::get<SurvivalOutcome>(*parts.outcome);
  for (Index i = 0; i < 48; i += 6) {
    outcome.event[at(i)] = 0;
  }
  const Cohort cohort(std::move(parts));
  constexpr Index replicates = 2000;
  const auto plan =
      centre_bootstrap(cohort.data(), CaseWeights::ones(48), replicates, RandomKey(4));
  std::vector<double> left_out(6, 0.0);
  for (Index r = 0; r < replicates; ++r) {
    const Resample resample = plan.at_number(r);
    for (Index centre = 0; centre < 6; ++centre) {
      left_out[at(centre)] += resample.test.times(centre) > 0 ? 1.0 / replicates : 0.0;
    }
  }
  const double expected = std::pow(5.0 / 6.0, 6.0);
  const double error = std::sqrt(expected * (1.0 - expected) / replicates);
  for (const double share : left_out) {
    EXPECT_NEAR(share, expected, 4.0 * error) << "4 standard errors, six centres";
  }
}

TEST(centre_bootstrap, multiplies_the_times_it_is_drawn_within_and_keeps_sampling_weights) {
  const Cohort cohort = small_cohort({.centres = 6});
  const auto within = CaseWeights::ones(60)
                          .with_times(std::vector<std::uint32_t>(60, 2))
                          .with_sampling(std::vector<double>(60, 0.25));
  const Resample plain =
      centre_bootstrap(cohort.data(), CaseWeights::ones(60), 1, RandomKey(5)).at_number(0);
  const Resample doubled = centre_bootstrap(cohort.data(), within, 1, RandomKey(5)).at_number(0);
  for (Index i = 0; i < 60; ++i) {
    EXPECT_EQ(doubled.train.times(i), 2 * plain.train.times(i));
    EXPECT_EQ(doubled.train[i], 0.5 * plain.train[i]);
  }
}

// Inner folds are drawn over subjects with weight, not over copies: a subject whose centre was drawn three times is in one
// fold, with weight 3; and where the centre is the group, so is the whole centre.
TEST(centre_bootstrap, copies_of_a_subject_share_their_inner_fold) {
  CohortParts parts = test::small_parts({.subjects = 60, .centres = 6});
  const Cohort loose(parts);
  parts.group = parts.centre;
  const Cohort grouped(std::move(parts));
  for (const Cohort* cohort : {&loose, &grouped}) {
    const TrainingData data = cohort->data();
    const auto plan = centre_bootstrap(data, CaseWeights::ones(60), 10, RandomKey(3));
    for (Index r = 0; r < 10; ++r) {
      const Resample resample = plan.at_number(r);
      const auto fold_of = draw_folds(data, resample.train, 2, resample.key.child("inner"));
      std::vector<double> total(3, 0.0);
      std::vector<std::set<Index>> folds_of_centre(6);
      for (Index i = 0; i < 60; ++i) {
        EXPECT_EQ(fold_of[at(i)] == 0, resample.train.times(i) == 0);
        total[at(fold_of[at(i)])] += resample.train[i];
        folds_of_centre[at(data.centre[at(i)])].insert(fold_of[at(i)]);
      }
      EXPECT_EQ(total[0], 0.0);
      EXPECT_EQ(total[1] + total[2], 60.0);
      for (const auto& folds : folds_of_centre) {
        EXPECT_TRUE(cohort == &loose || folds.size() == 1);
      }
    }
  }
}

TEST(centre_bootstrap, refuses_what_cannot_be_drawn_by_centre) {
  const Cohort four = small_cohort({.centres = 4});
  EXPECT_THROW(
      static_cast<void>(centre_bootstrap(four.data(), CaseWeights::ones(60), 20, RandomKey(1))),
      InputError);
  const Cohort none = small_cohort({.centres = 0});
  EXPECT_THROW(
      static_cast<void>(centre_bootstrap(none.data(), CaseWeights::ones(60), 20, RandomKey(1))),
      InputError);
  CohortParts parts = test::small_parts({.centres = 6});
  parts.centre.level[3] = no_index;
  const Cohort homeless(std::move(parts));
  EXPECT_THROW(
      static_cast<void>(centre_bootstrap(homeless.data(), CaseWeights::ones(60), 20, RandomKey(1))),
      InputError);
  std::vector<std::uint32_t> times(60, 1);
  times[3] = 0;
  EXPECT_NO_THROW(static_cast<void>(
      centre_bootstrap(homeless.data(), CaseWeights::ones(60).with_times(times), 20, RandomKey(1))))
      << "who is not analysed needs no centre";
  const Cohort scattered =
      small_cohort({.centres = 6, .group_size = 2}); // rows of a pair: two centres
  EXPECT_THROW(static_cast<void>(
                   centre_bootstrap(scattered.data(), CaseWeights::ones(60), 20, RandomKey(1))),
               InputError);
  const Cohort six = small_cohort({.centres = 6});
  EXPECT_THROW(
      static_cast<void>(centre_bootstrap(six.data(), CaseWeights::ones(60), 0, RandomKey(1))),
      ConfigError);
}

TEST(centre_bootstrap, has_a_digest_of_centres_weights_and_key) {
  const Cohort six = small_cohort({.centres = 6}), five = small_cohort({.centres = 5});
  const auto digest = [](const Cohort& cohort, std::uint64_t key) {
    return centre_bootstrap(cohort.data(), CaseWeights::ones(60), 20, RandomKey(key)).digest();
  };
  EXPECT_EQ(digest(six, 1), digest(six, 1));
  EXPECT_NE(digest(six, 1), digest(six, 2));
  EXPECT_NE(digest(six, 1), digest(five, 1));
  EXPECT_NE(digest(six, 1),
            bootstrap(six.data(), CaseWeights::ones(60), 20, RandomKey(1)).digest());
}

} // namespace
} // namespace vigil
