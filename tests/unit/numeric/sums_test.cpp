// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/sums.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <cmath>
#include <vector>

namespace {

TEST(Sums, AgreeWithTheClosedForm) {
  std::vector<double> numbers(1003);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = static_cast<double>(i + 1);
  }
  EXPECT_EQ(vigil::sum(numbers), 1003.0 * 1004 / 2);
  EXPECT_EQ(vigil::dot(numbers, numbers), 1003.0 * 1004 * 2007 / 6);
}

TEST(WeightedMoments, ByHand) {
  const std::vector<double> values{1, std::nan(""), 4, 100};
  const std::vector<double> weights{2, 1, 1, 0};
  const auto moments = vigil::weighted_moments(values, weights);
  EXPECT_EQ(moments.finite, 2);
  EXPECT_EQ(moments.weight, 3.0);
  EXPECT_EQ(moments.mean, 2.0);
  EXPECT_EQ(moments.variance, 2.0); // (2 * 1 + 1 * 4) / 3
  EXPECT_EQ(moments.smallest, 1.0);
  EXPECT_EQ(moments.largest, 4.0);
}

TEST(WeightedMoments, AnOffsetCostsNoDigits) {
  const std::vector<double> weights(4, 1.0);
  const std::vector<double> values{1e9, 1e9 + 1, 1e9 + 2, 1e9 + 3};
  EXPECT_EQ(vigil::weighted_moments(values, weights).variance, 1.25);
}

TEST(WeightedMoments, AConstantHasNoVariance) {
  const std::vector<float> values(7, 0.1F);
  const std::vector<double> weights{0.3, 0.1, 0.7, 0.2, 0.9, 0.4, 0.6};
  EXPECT_EQ(vigil::weighted_moments(std::span<const float>(values), weights).variance, 0.0);
}

} // namespace
