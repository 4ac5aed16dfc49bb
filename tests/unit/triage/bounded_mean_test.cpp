// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/triage/bounded_mean.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <cmath>

namespace vigil::triage {
namespace {

TEST(BoundedMean, ExactBinomialByHand) {
  EXPECT_NEAR(exact_binomial_p(0, 2, 0.5), 0.25, test::rounding(0.25, 8));
  EXPECT_NEAR(exact_binomial_p(1, 2, 0.5), 0.75, test::rounding(0.75, 8));
  EXPECT_EQ(exact_binomial_p(2, 2, 0.5), 1.0);
}

// With mean 0: h(0, a) = -log(1 - a), so that Hoeffding's bound is the exact tail (1 - a)^n, and Bentkus's e times it.
TEST(BoundedMean, WithoutEventsTheBoundIsTheExactTail) {
  const double expected = std::pow(0.9, 40);
  EXPECT_NEAR(hoeffding_bentkus_p(0.0, 40, 0.1), expected, test::rounding(expected, 64));
}

TEST(BoundedMean, NothingIsRejectedFromAlphaOn) {
  EXPECT_EQ(hoeffding_bentkus_p(0.1, 200, 0.1), 1.0);
  EXPECT_EQ(hoeffding_bentkus_p(1.0, 200, 0.1), 1.0);
  EXPECT_EQ(hoeffding_p(0.1, 200, 0.1), 1.0);
}

// Never below the exact p of 0/1 values, which is the smallest that holds for all of them.
TEST(BoundedMean, HoeffdingBentkusIsNeverBelowTheExactTest) {
  for (const Index n : {1, 7, 60, 400}) {
    for (Index events = 0; events <= n; ++events) {
      const double mean = static_cast<double>(events) / static_cast<double>(n);
      EXPECT_GE(hoeffding_bentkus_p(mean, n, 0.2) * (1.0 + 1e-12), exact_binomial_p(events, n, 0.2))
          << n << " " << events;
    }
  }
}

// At alpha = delta = 0.1 no event is needed: 0.9^22 is the first power of 0.9 below 0.1. True risks from alpha on have no rows.
TEST(BoundedMean, SampleSizesOfAGroupWithoutEvents) {
  const auto sizes = risk_control_sample_sizes(0.1, 0.1);
  ASSERT_EQ(sizes.size(), 7U);
  EXPECT_EQ(sizes.front().first, 22);
  EXPECT_EQ(sizes.front().from, 22);
  EXPECT_EQ(risk_control_sample_sizes(0.02, 0.1).size(), 3U);
  // No number up to 20,000 tells 0.07 from 0.0701.
  EXPECT_EQ(risk_control_sample_sizes(0.0701, 0.1).back().first, no_index);
}

} // namespace
} // namespace vigil::triage
