// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/quantile.hpp"

#include <gtest/gtest.h>

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

TEST(WeightedQuantile, LeavesMissingAndWeightlessOut) {
  EXPECT_EQ(vigil::weighted_quantile(Values{std::nan(""), 1, 9}, Values{1, 1, 0}, 0.5), 1.0);
  EXPECT_TRUE(std::isnan(vigil::weighted_quantile(Values{std::nan("")}, Values{1}, 0.5)));
}

} // namespace
