// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/eight_lanes.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <cmath>
#include <vector>

namespace vigil {
namespace {

TEST(EightLanes, AreEightDoubles) {
  EightLanes lanes;
  for (Index lane = 0; lane < 8; ++lane) {
    lanes.set(lane, static_cast<double>(lane) + 0.1);
  }
  EightLanes sum = 3.0 * lanes;
  sum += lanes * lanes;
  sum -= lanes;
  const EightLanes difference = sum - lanes;
  for (Index lane = 0; lane < 8; ++lane) {
    const double x = static_cast<double>(lane) + 0.1;
    EXPECT_EQ(sum[lane], 3.0 * x + x * x - x);
    EXPECT_EQ(difference[lane], 3.0 * x + x * x - x - x);
  }
}

// Lengths about the four partial sums; a lane has the same bits whatever its neighbours hold.
TEST(EightLanes, DotIsTheSumOfProductsLaneByLane) {
  for (const Index rows : {0, 1, 3, 4, 5, 11, 64}) {
    std::vector<double> factor;
    std::vector<EightLanes> columns(at(rows)), others(at(rows));
    for (Index row = 0; row < rows; ++row) {
      factor.push_back(std::sin(static_cast<double>(row)));
      for (Index lane = 0; lane < 8; ++lane) {
        columns[at(row)].set(lane, std::cos(static_cast<double>(3 * row + lane)));
        others[at(row)].set(lane, lane == 5 ? columns[at(row)][lane] : std::nan(""));
      }
    }
    const EightLanes product = dot(factor, columns), alone = dot(factor, others);
    EXPECT_EQ(product[5], alone[5]);
    for (Index lane = 0; lane < 8; ++lane) {
      double expected = 0.0;
      for (Index row = 0; row < rows; ++row) {
        expected += factor[at(row)] * columns[at(row)][lane];
      }
      EXPECT_NEAR(product[lane], expected, test::rounding(static_cast<double>(rows + 1), 2));
    }
  }
}

} // namespace
} // namespace vigil
