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

GrowingMatrix square(const std::vector<double>& values) {
  const auto order = static_cast<Index>(std::lround(std::sqrt(static_cast<double>(values.size()))));
  GrowingMatrix matrix(order);
  matrix.resize(order, order);
  for (Index i = 0; i < order; ++i) {
    for (Index j = 0; j < order; ++j) {
      matrix(i, j) = values[at(j * order + i)];
    }
  }
  return matrix;
}

// Minimum from zero, and the violation that the solver reports.
struct Minimum {
  std::vector<double> b;
  double violation = 0.0;
};
Minimum minimum(const std::vector<double>& curvature,
                const std::vector<double>& gradient,
                const std::vector<double>& l1,
                const std::vector<double>& l2,
                double tolerance = 1e-14,
                const std::vector<double>& lower = {},
                const std::vector<double>& upper = {}) {
  const GrowingMatrix matrix = square(curvature);
  Minimum result{.b = std::vector<double>(gradient.size(), 0.0)};
  QuadraticSolver solver;
  result.violation = solver.minimise({.curvature = matrix,
                                      .gradient = gradient,
                                      .l1 = l1,
                                      .l2 = l2,
                                      .lower = lower,
                                      .upper = upper},
                                     tolerance,
                                     result.b);
  return result;
}

TEST(Quadratic, OneCoordinateIsSoftThresholding) {
  // b = (3 - 1) / (2 + 0.5)
  const Minimum found = minimum({2.0}, {3.0}, {1.0}, {0.5});
  EXPECT_LE(found.violation, 1e-14);
  EXPECT_NEAR(found.b[0], 0.8, test::rounding(0.8, 4));
}

TEST(Quadratic, SmallGradientLeavesZero) {
  const Minimum found = minimum({1, 0.5, 0.5, 1}, {0.9, -0.9}, {1, 1}, {0, 0});
  EXPECT_EQ(found.violation, 0.0);
  EXPECT_EQ(found.b, (std::vector<double>{0.0, 0.0}));
}

TEST(Quadratic, OfTwoEqualColumnsTheFirstEnters) {
  const Minimum found = minimum({1, 1, 1, 1}, {2, 2}, {1, 1}, {0, 0});
  EXPECT_LE(found.violation, 1e-14);
  EXPECT_NEAR(found.b[0], 1.0, test::rounding(1.0, 4));
  EXPECT_EQ(found.b[1], 0.0);
}

// Separable: min -g b + b^2 / 2 + l1 |b| within the limits is the soft threshold, clipped.
TEST(Quadratic, LimitsClipTheMinimum) {
  const Minimum found = minimum({1, 0, 0, 0, 1, 0, 0, 0, 1},
                                {3, -3, -3},
                                {1, 1, 0},
                                {0, 0, 0},
                                1e-14,
                                {-9, -0.5, 0},
                                {0.25, 9, 9});
  EXPECT_LE(found.violation, 1e-14);
  EXPECT_EQ(found.b, (std::vector<double>{0.25, -0.5, 0.0}));
}

// With b_1 held at its limit 0.25 the other solves b_2 = g_2 - 0.5 * 0.25 - l1 = 0.375.
TEST(Quadratic, AColumnAtItsLimitActsOnTheOthers) {
  const Minimum found =
      minimum({1, 0.5, 0.5, 1}, {3, 1}, {0.5, 0.5}, {0, 0}, 1e-14, {-9, -9}, {0.25, 9});
  EXPECT_LE(found.violation, 1e-14);
  EXPECT_EQ(found.b[0], 0.25);
  EXPECT_NEAR(found.b[1], 0.375, test::rounding(0.375, 4));
}

// x3 = x1 + x2 exactly, and x3 alone explains all: it must take over from the two by exchange.
TEST(Quadratic, ADependentColumnTakesOver) {
  const std::vector<double> curvature = {1, 0, 1, 0, 1, 1, 1, 1, 2};
  const std::vector<double> l1 = {0.1, 0.1, 0.1}, l2 = {0, 0, 0};
  const std::vector<double> gradient = {1, 1, 2};
  const GrowingMatrix matrix = square(curvature);
  std::vector<double> b = {0.9, 0.9, 0.0}; // the minimum without x3
  // gradient of the smooth part there, as the quadratic is anchored at b
  const std::vector<double> at_b = {1 - 0.9, 1 - 0.9, 2 - 1.8};
  QuadraticSolver solver;
  const double violation = solver.minimise(
      {.curvature = matrix, .gradient = at_b, .l1 = l1, .l2 = l2, .lower = {}, .upper = {}},
      1e-13,
      b);
  EXPECT_LE(violation, 1e-13);
  // on x3 alone: 2 b = 2 - 0.1; the objective is then smaller than with the two
  EXPECT_NEAR(b[2], 0.95, test::rounding(0.95, 16));
  EXPECT_NEAR(b[0], 0.0, 1e-14);
  EXPECT_NEAR(b[1], 0.0, 1e-14);
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
    EXPECT_LE(minimum(curvature, gradient, l1, l2, 1e-10).violation, 1e-10) << "rank " << rank;
  }
}

} // namespace
} // namespace vigil::penalized
