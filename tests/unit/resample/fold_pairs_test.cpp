// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/resample/fold_pairs.hpp"

#include <gtest/gtest.h>

#include "tests/support/small_cohort.hpp"
#include <vector>

namespace vigil {
namespace {

TEST(fold_pairs, begin_with_the_folds_and_leave_every_pair_out_once) {
  const Cohort cohort = test::small_cohort({.subjects = 70, .group_size = 2});
  const FoldOptions options{.folds = 4, .repeats = 2};
  const auto folds = stratified_folds(cohort.data(), cohort.weights(), options, RandomKey(3));
  const auto plan = folds_and_pairs(cohort.data(), cohort.weights(), options, RandomKey(3));
  EXPECT_EQ(plan.size(), 8 + 2 * 6);
  EXPECT_EQ(plan.block_size(), folds.block_size());
  EXPECT_NE(plan.digest(), folds.digest());
  for (Index number = 0; number < 8; ++number) {
    const Resample ours = plan.at_number(number), theirs = folds.at_number(number);
    EXPECT_EQ(ours.key.words(), theirs.key.words()) << "the same fits";
    for (Index i = 0; i < 70; ++i) {
      EXPECT_EQ(ours.train.times(i), theirs.train.times(i));
      EXPECT_EQ(ours.test.times(i), theirs.test.times(i));
    }
  }
  for (Index repeat = 0; repeat < 2; ++repeat) {
    Index number = 8 + 6 * repeat;
    for (Index first = 0; first < 4; ++first) {
      for (Index second = first + 1; second < 4; ++second) {
        EXPECT_EQ(pair_number(first, second, 4), number - 8 - 6 * repeat);
        EXPECT_EQ(pair_number(second, first, 4), number - 8 - 6 * repeat);
        const Resample pair = plan.at_number(number++);
        const Resample one = folds.at_number(4 * repeat + first);
        const Resample other = folds.at_number(4 * repeat + second);
        EXPECT_EQ(pair.repeat, repeat + 1);
        for (Index i = 0; i < 70; ++i) {
          const std::uint32_t left_out = one.test.times(i) + other.test.times(i);
          EXPECT_EQ(pair.test.times(i), left_out);
          EXPECT_EQ(pair.train.times(i), 1 - left_out);
        }
      }
    }
  }
}

TEST(fold_pairs, need_three_folds) {
  const Cohort cohort = test::small_cohort({});
  EXPECT_THROW(static_cast<void>(folds_and_pairs(
                   cohort.data(), cohort.weights(), {.folds = 2, .repeats = 1}, RandomKey(1))),
               ConfigError);
}

} // namespace
} // namespace vigil
