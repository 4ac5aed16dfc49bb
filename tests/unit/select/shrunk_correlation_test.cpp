// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/shrunk_correlation.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <cmath>
#include <vector>

namespace vigil::select {
namespace {

// Columns (1, -1, 1, -1) and (1, -1, -1, 1) are uncorrelated: S = I, and the identity stays. With (1, 1, -1, -1) replaced
// by the first column again S is all ones: ||S - I||^2 = 2, e_i e_i' = S for every row, no noise, intensity 0.
TEST(ShrunkCorrelation, ByHand) {
  const std::vector<double> apart{1, -1, 1, -1, 1, -1, -1, 1}, equal{1, -1, 1, -1, 1, -1, 1, -1};
  const auto none = shrunk_correlation(apart, 4, 4);
  EXPECT_EQ(none.intensity, 1.0);
  EXPECT_EQ(none.values, (std::vector<double>{1, 0, 0, 1}));
  const auto full = shrunk_correlation(equal, 4, 4);
  EXPECT_EQ(full.intensity, 0.0);
  EXPECT_EQ(full.values, (std::vector<double>{1, 1, 1, 1}));
}

// Columns (2, -1, -1, 0) / sqrt(3/2) and (1, -2, 0, 1) / sqrt(3/2), degrees of freedom 4 (sum of squares 4):
// r = (2 + 2) / 6 = 2/3. sum ||e||^4 = (25 + 25 + 1 + 1) / (9/4) = 208/9; ||S||^2 = 2 + 8/9 = 26/9;
// b^2 = (208/9 - 4 * 26/9) / 16 = 13/18; ||S - I||^2 = 8/9; a = 13/16.
TEST(ShrunkCorrelation, IntensityByHand) {
  const double unit = 1.0 / std::sqrt(1.5);
  const std::vector<double> columns{2 * unit, -unit, -unit, 0, unit, -2 * unit, 0, unit};
  const auto shrunk = shrunk_correlation(columns, 4, 4);
  EXPECT_NEAR(shrunk.intensity, 13.0 / 16.0, test::rounding(1.0, 20));
  EXPECT_NEAR(shrunk.values[1], 3.0 / 16.0 * 2.0 / 3.0, test::rounding(1.0, 20));
  EXPECT_EQ(shrunk.values[1], shrunk.values[2]);
  EXPECT_EQ(shrunk.values[0], 1.0);
}

} // namespace
} // namespace vigil::select
