// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/survival/step_summary.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace vigil::survival {
namespace {

const StepFunction steps{.before = 1.0, .time = {1, 2, 4}, .value = {0.75, 0.5, 0.25}};

TEST(StepSummary, IntegralByHand) {
  EXPECT_EQ(integral(steps, 0.5), 0.5);
  EXPECT_EQ(integral(steps, 1.0), 1.0);
  EXPECT_EQ(integral(steps, 3.0), 1.0 + 0.75 + 0.5);
  EXPECT_EQ(integral(steps, 6.0), 1.0 + 0.75 + 2 * 0.5 + 2 * 0.25);
  EXPECT_EQ(areas_until(steps, 6.0), (std::vector<double>{2.25, 1.5, 0.5}));
  EXPECT_EQ(integral({.before = 0.5, .time = {}, .value = {}}, 4.0), 2.0);
}

TEST(StepSummary, IntegralOfAnUnknownValueIsUnknown) {
  const StepFunction unknown{.before = 1.0, .time = {1, 2}, .value = {0.5, std::nan("")}};
  EXPECT_EQ(integral(unknown, 1.5), 1.25);
  EXPECT_TRUE(std::isnan(integral(unknown, 3.0)));
}

TEST(StepSummary, FirstTimeByHand) {
  EXPECT_EQ(first_time_at_most(steps, 0.9), 1.0);
  EXPECT_EQ(first_time_at_most(steps, 0.5), 2.0);
  EXPECT_EQ(first_time_at_most(steps, 0.49), 4.0);
  EXPECT_TRUE(std::isnan(first_time_at_most(steps, 0.2)));
}

} // namespace
} // namespace vigil::survival
