// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/penalized/quadratic.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <cmath>
#include <vector>

namespace vigil::penalized {
namespace {

TEST(Quadratic, OneCoordinateIsSoftThresholding) {
  const std::vector<double> curvature = {2.0}, gradient = {3.0}, l1 = {1.0}, l2 = {0.5};
  SupportFactor kept;
  std::vector<double> b = {0.0};
  // b = (3 - 1) / (2 + 0.5)
  EXPECT_LE(minimise({curvature, gradient, l1, l2}, 1e-14, b, kept), 1e-14);
  EXPECT_NEAR(b[0], 0.8, test::rounding(0.8, 4));
}

TEST(Quadratic, SmallGradientLeavesZero) {
  const std::vector<double> curvature = {1, 0.5, 0.5, 1}, gradient = {0.9, -0.9}, l1 = {1, 1},
                            l2 = {0, 0};
  SupportFactor kept;
  std::vector<double> b = {0.0, 0.0};
  EXPECT_EQ(minimise({curvature, gradient, l1, l2}, 1e-12, b, kept), 0.0);
  EXPECT_EQ(b, (std::vector<double>{0.0, 0.0}));
}

TEST(Quadratic, OfTwoEqualColumnsTheFirstEnters) {
  const std::vector<double> curvature = {1, 1, 1, 1}, gradient = {2, 2}, l1 = {1, 1}, l2 = {0, 0};
  SupportFactor kept;
  std::vector<double> b = {0.0, 0.0};
  EXPECT_LE(minimise({curvature, gradient, l1, l2}, 1e-14, b, kept), 1e-14);
  EXPECT_NEAR(b[0], 1.0, test::rounding(1.0, 4));
  EXPECT_EQ(b[1], 0.0);
}

// Ill-conditioned (condition number about 1e6) and more columns than rank: where coordinate descent alone crawls.
TEST(Quadratic, IllConditionedAndSingularProblemsReachTheTolerance) {
  for (const Index rank : {Index{8}, Index{40}}) {
    RandomStream draw(RandomKey(3).child(rank));
    const Index order = 25;
    std::vector<double> z(at(rank * order)), curvature(at(order * order), 0.0), gradient;
    for (Index column = 0; column < order; ++column) {
      for (Index row = 0; row < rank; ++row) {
        const double noise = 1e-3 * draw.normal();
        z[at(column * rank + row)] =
            column % 5 == 0 ? draw.normal() : z[at((column - 1) * rank + row)] + noise;
      }
    }
    for (Index i = 0; i < order; ++i) {
      for (Index j = 0; j < order; ++j) {
        for (Index row = 0; row < rank; ++row) {
          curvature[at(i * order + j)] += z[at(i * rank + row)] * z[at(j * rank + row)];
        }
      }
    }
    std::vector<double> truth(at(order));
    for (double& value : truth) {
      value = draw.normal();
    }
    for (Index i = 0; i < order; ++i) {
      double sum = 0.0;
      for (Index j = 0; j < order; ++j) {
        sum += curvature[at(i * order + j)] * truth[at(j)];
      }
      gradient.push_back(sum);
    }
    const std::vector<double> l1(at(order), 0.01), l2(at(order), 0.0);
    SupportFactor kept;
    std::vector<double> b(at(order), 0.0);
    EXPECT_LE(minimise({curvature, gradient, l1, l2}, 1e-10, b, kept), 1e-10) << "rank " << rank;
  }
}

} // namespace
} // namespace vigil::penalized
