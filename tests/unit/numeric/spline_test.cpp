// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/spline.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <cmath>

namespace vigil {
namespace {

TEST(RestrictedCubicSpline, HandValues) {
  // Knots 0 1 3: s(x) = [x^3 - (3/2)(x - 1)^3 + (1/2)(x - 3)^3] / 9 with each cube only above its knot.
  const auto column = restricted_cubic_spline(std::vector<double>{-1, 0.5, 2, 4}, {{0, 1, 3}});
  ASSERT_EQ(column.size(), 4U);
  EXPECT_EQ(column[0], 0.0);
  EXPECT_NEAR(column[1], 0.125 / 9.0, test::rounding(0.125 / 9.0, 4));
  EXPECT_NEAR(column[2], 6.5 / 9.0, test::rounding(6.5 / 9.0, 4));
  EXPECT_NEAR(column[3], 24.0 / 9.0, test::rounding(24.0 / 9.0, 4));
}

TEST(RestrictedCubicSpline, IsLinearBeyondTheOuterKnots) {
  const auto columns =
      restricted_cubic_spline(std::vector<double>{10, 11, 12, -3, -2}, {{1, 2, 4, 7}});
  ASSERT_EQ(columns.size(), 10U);
  for (std::size_t j = 0; j < 2; ++j) {
    const double* s = columns.data() + 5 * j;
    EXPECT_NEAR(s[2] - s[1], s[1] - s[0], test::rounding(s[2], 64));
    EXPECT_EQ(s[3], 0.0);
    EXPECT_EQ(s[4], 0.0);
  }
}

TEST(InterpolatedQuantile, IsDefinitionSevenOnRepeatedRows) {
  const std::vector<double> values = {4, 1, 9, 2}, ones(4, 1.0);
  // R: quantile(c(4, 1, 9, 2), c(.1, .5, .9)) is 1.3, 3.0, 7.5.
  EXPECT_NEAR(interpolated_quantile(values, ones, 0.1), 1.3, test::rounding(1.3, 4));
  EXPECT_NEAR(interpolated_quantile(values, ones, 0.5), 3.0, test::rounding(3.0, 4));
  EXPECT_NEAR(interpolated_quantile(values, ones, 0.9), 7.5, test::rounding(7.5, 4));
  const std::vector<double> twice = {1, 3, 1, 2};
  const std::vector<double> repeated = {4, 1, 1, 1, 9, 2, 2}, sevens(7, 1.0);
  for (const double p : {0.0, 0.25, 0.4, 0.75, 0.9, 1.0}) {
    EXPECT_EQ(interpolated_quantile(values, twice, p), interpolated_quantile(repeated, sevens, p));
  }
  EXPECT_TRUE(std::isnan(interpolated_quantile(values, std::vector<double>(4, 0.0), 0.5)));
}

TEST(SplineKnots, ThreeAreTheTenthsAndTheMedian) {
  std::vector<double> values;
  for (int i = 0; i <= 100; ++i) {
    values.push_back(i);
  }
  const auto knots = spline_knots(values, std::vector<double>(101, 1.0), 3);
  EXPECT_NEAR(knots[0], 10.0, 1e-12);
  EXPECT_NEAR(knots[1], 50.0, 1e-12);
  EXPECT_NEAR(knots[2], 90.0, 1e-12);
}

} // namespace
} // namespace vigil
