// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/validate/intervals.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <cmath>
#include <vector>

namespace vigil {
namespace {

using measure::IntervalScale;
using test::rounding;

TEST(interval_on_scale, is_symmetric_on_its_scale) {
  // logit(3/4) = log 3, slope 1 / (3/4 * 1/4) = 16/3; reach 2 * 0.03 * 16/3 = 0.32.
  const auto logit = interval_on_scale(0.75, 0.03, 2.0, IntervalScale::logit);
  EXPECT_NEAR(std::log(logit.lower / (1 - logit.lower)), std::log(3.0) - 0.32, 1e-14);
  EXPECT_NEAR(std::log(logit.upper / (1 - logit.upper)), std::log(3.0) + 0.32, 1e-14);
  const auto ratio = interval_on_scale(2.0, 0.2, 1.0, IntervalScale::log);
  EXPECT_NEAR(ratio.lower, 2.0 * std::exp(-0.1), rounding(2.0, 4));
  EXPECT_NEAR(ratio.upper, 2.0 * std::exp(0.1), rounding(2.0, 4));
  const auto plain = interval_on_scale(2.0, 0.25, 2.0, IntervalScale::identity);
  EXPECT_EQ(plain.lower, 1.5);
  EXPECT_EQ(plain.upper, 2.5);
}

TEST(interval_on_scale, is_plain_at_the_edge_of_the_domain) {
  const auto certain = interval_on_scale(1.0, 0.25, 2.0, IntervalScale::logit);
  EXPECT_EQ(certain.lower, 0.5);
  EXPECT_EQ(certain.upper, 1.5);
}

// Values 1, 2, 3, 6: mean 3, variance (4 + 1 + 0 + 9) / 3 = 14/3; ratio 1/4: se^2 = (1/4 + 1/4) 14/3 = 7/3.
TEST(nadeau_bengio, is_the_formula) {
  const auto result = nadeau_bengio(std::vector<double>{1, 2, 3, 6}, 0.25);
  EXPECT_EQ(result.mean, 3.0);
  EXPECT_NEAR(result.se, std::sqrt(7.0 / 3.0), rounding(1.5, 4));
  EXPECT_EQ(result.degrees_of_freedom, 3.0);
}

TEST(nadeau_bengio, has_no_error_for_one_value) {
  const auto result = nadeau_bengio(std::vector<double>{0.7}, 0.25);
  EXPECT_EQ(result.mean, 0.7);
  EXPECT_TRUE(std::isnan(result.se));
  EXPECT_TRUE(std::isnan(nadeau_bengio({}, 0.25).mean));
}

} // namespace
} // namespace vigil
