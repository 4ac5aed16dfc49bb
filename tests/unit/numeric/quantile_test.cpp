// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/numeric/quantile.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace {

using Values = std::vector<double>;

TEST(WeightedQuantile, MedianByHand) {
  EXPECT_EQ(vigil::weighted_quantile(Values{3, 1, 2}, Values{1, 1, 1}, 0.5), 2.0);
  EXPECT_EQ(vigil::weighted_quantile(Values{4, 1, 3, 2}, Values{1, 1, 1, 1}, 0.5), 2.5);
  EXPECT_EQ(vigil::weighted_quantile(Values{4, 1}, Values{1, 1}, 0.0), 1.0);
  EXPECT_EQ(vigil::weighted_quantile(Values{4, 1}, Values{1, 1}, 1.0), 4.0);
}

TEST(WeightedQuantile, WeightTwoIsTheRowTwice) {
  const Values twice{1, 2, 2, 7};
  for (const double p : {0.1, 0.25, 0.5, 0.6, 0.75, 0.9}) {
    EXPECT_EQ(vigil::weighted_quantile(Values{1, 2, 7}, Values{1, 2, 1}, p),
              vigil::weighted_quantile(twice, Values{1, 1, 1, 1}, p))
        << p;
  }
}

// Equal whole weights are not summed: the same as the definition, also where a sum meets the probability.
TEST(WeightedQuantile, EqualWeightsFollowTheDefinition) {
  vigil::RandomStream draw(vigil::RandomKey(61));
  for (const std::size_t count : {1U, 2U, 3U, 10U, 40U, 101U}) {
    for (const double weight : {1.0, 3.0, 0.1}) {
      Values values;
      for (std::size_t number = 0; number < count; ++number) {
        values.push_back(std::floor(8.0 * draw.normal()));
      }
      Values sorted = values;
      std::sort(sorted.begin(), sorted.end());
      for (int part = 0; part <= 40; ++part) {
        const double p = part / 40.0;
        double total = 0.0, reached = 0.0, expected = sorted.back();
        for (std::size_t number = 0; number < count; ++number) {
          total += weight;
        }
        for (std::size_t number = 0; number < count; ++number) {
          reached += weight;
          if (reached == p * total && number + 1 < count) {
            expected = 0.5 * (sorted[number] + sorted[number + 1]);
            break;
          }
          if (reached > p * total) {
            expected = sorted[number];
            break;
          }
        }
        EXPECT_EQ(vigil::weighted_quantile(values, Values(count, weight), p), expected)
            << count << " " << weight << " " << p;
      }
    }
  }
}

TEST(WeightedQuantile, LeavesMissingAndWeightlessOut) {
  EXPECT_EQ(vigil::weighted_quantile(Values{std::nan(""), 1, 9}, Values{1, 1, 0}, 0.5), 1.0);
  EXPECT_TRUE(std::isnan(vigil::weighted_quantile(Values{std::nan("")}, Values{1}, 0.5)));
}

// Several at once are the same bits as one after another, of equal weights and of others.
TEST(WeightedQuantile, SeveralAtOnceAreThoseOfEach) {
  vigil::RandomStream draw(vigil::RandomKey(62));
  const Values probabilities{0.9, 0.005, 0.5, 0.5, 0.995, 0.0, 1.0};
  for (const bool equal : {true, false}) {
    Values values, weights;
    for (int number = 0; number < 200; ++number) {
      values.push_back(number % 17 == 0 ? std::nan("") : std::floor(20.0 * draw.normal()));
      weights.push_back(equal ? 1.0 : static_cast<double>(draw.index_below(3)) / 3.0);
    }
    const Values all = vigil::weighted_quantiles(values, weights, probabilities);
    ASSERT_EQ(all.size(), probabilities.size());
    for (std::size_t number = 0; number < all.size(); ++number) {
      EXPECT_EQ(all[number], vigil::weighted_quantile(values, weights, probabilities[number]));
    }
  }
}

} // namespace
