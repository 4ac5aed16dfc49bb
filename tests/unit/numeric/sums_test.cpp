// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
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

// The sums about the first value of positive weight, in long double one by one.
vigil::MomentSums plain_sums(const std::vector<double>& values,
                             const std::vector<double>& weights) {
  std::size_t first = 0;
  while (!(weights[first] > 0.0)) {
    ++first;
  }
  long double one = 0.0L, two = 0.0L;
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (weights[row] != 0.0) {
      const auto distance = static_cast<long double>(values[row] - values[first]);
      one += static_cast<long double>(weights[row]) * distance;
      two += static_cast<long double>(weights[row]) * distance * distance;
    }
  }
  return {values[first], static_cast<double>(one), static_cast<double>(two)};
}

vigil::RowWeights row_weights(const std::vector<double>& weights) {
  for (std::size_t row = 0; row < weights.size(); ++row) {
    if (weights[row] > 0.0) {
      return {weights.data(), static_cast<vigil::Index>(row)};
    }
  }
  return {weights.data(), vigil::no_index};
}

// Lengths around the eight lanes; one weighting more than a group of three; NaN and infinity where the weight is 0.
TEST(MomentSums, AgreeWithLongDoubleAndDoNotDependOnOtherWeightings) {
  for (const std::size_t rows : {1U, 2U, 7U, 8U, 9U, 15U, 16U, 17U, 100U, 1003U}) {
    vigil::RandomStream draw(vigil::RandomKey(9).child(static_cast<vigil::Index>(rows)));
    std::vector<double> values(rows);
    for (double& value : values) {
      value = 1e3 + draw.normal();
    }
    std::vector<std::vector<double>> weights(4, std::vector<double>(rows, 0.0));
    for (std::size_t number = 0; number < 4; ++number) {
      for (std::size_t row = 0; row + 1 < rows; ++row) {
        weights[number][row] = number == 0 ? 1.0 : draw.uniform() < 0.4 ? 0.0 : draw.exponential();
      }
      weights[number][rows - 1] = 1.0;
    }
    for (const bool holes : {false, true}) {
      if (holes && rows > 2) { // what nobody counts may be anything
        weights[0][0] = weights[1][0] = weights[2][0] = weights[3][0] = 0.0;
        values[0] = rows % 2 == 0 ? std::nan("") : HUGE_VAL;
      }
      std::vector<vigil::RowWeights> weightings;
      for (const auto& weight : weights) {
        weightings.push_back(row_weights(weight));
      }
      std::vector<vigil::MomentSums> together(4);
      vigil::moment_sums(values, weightings, together);
      for (std::size_t number = 0; number < 4; ++number) {
        const auto expected = plain_sums(values, weights[number]);
        EXPECT_EQ(together[number].origin, expected.origin);
        // absolute sums are below 4 per row; sums of doubles in lanes of rows / 8
        const double room = 1e-15 * static_cast<double>(rows * (rows / 8 + 8));
        EXPECT_NEAR(together[number].first, expected.first, 4.0 * room);
        EXPECT_NEAR(together[number].second, expected.second, 16.0 * room);
        vigil::MomentSums alone;
        vigil::moment_sums(values, {&weightings[number], 1}, {&alone, 1});
        EXPECT_EQ(alone.first, together[number].first);
        EXPECT_EQ(alone.second, together[number].second);
      }
    }
  }
}

TEST(MomentSums, AConstantColumnHasExactlyNoSpread) {
  const std::vector<double> values(37, 0.1), weights(37, 0.3);
  const vigil::RowWeights weighting = row_weights(weights);
  vigil::MomentSums sums;
  vigil::moment_sums(values, {&weighting, 1}, {&sums, 1});
  EXPECT_EQ(sums.first, 0.0);
  EXPECT_EQ(sums.second, 0.0);
}

TEST(MomentSums, WithoutWeightThereIsNoOrigin) {
  const std::vector<double> values(20, 2.0), weights(20, 0.0);
  const vigil::RowWeights weighting = row_weights(weights);
  vigil::MomentSums sums{1.0, 1.0, 1.0};
  vigil::moment_sums(values, {&weighting, 1}, {&sums, 1});
  EXPECT_TRUE(std::isnan(sums.origin));
  EXPECT_EQ(sums.first, 0.0);
  EXPECT_EQ(sums.second, 0.0);
}

} // namespace
