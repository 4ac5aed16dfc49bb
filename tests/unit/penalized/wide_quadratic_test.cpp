// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/penalized/quadratic.hpp"
#include "vigil/penalized/wide_quadratic.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <algorithm>
#include <cmath>
#include <vector>

namespace vigil::penalized {
namespace {

constexpr double scale = 0.1;

// Random P and N with N'N well below P'P, as of a likelihood: N is a part of P.
struct Problem {
  GrowingMatrix positive, negative;
  std::vector<double> gradient, factor, l1, l2, lower, upper;

  Problem(Index columns, Index rows, Index less, Index unpenalized, std::uint64_t seed)
      : positive(rows), negative(less), factor(at(columns), 1.0) {
    RandomStream draw{RandomKey(seed)};
    positive.resize(rows, columns);
    negative.resize(less, columns);
    for (Index column = 0; column < columns; ++column) {
      for (Index row = 0; row < rows; ++row) {
        positive(row, column) = draw.normal();
      }
      for (Index row = 0; row < less; ++row) {
        negative(row, column) = 0.6 * positive(row, column);
      }
      gradient.push_back(2.0 * draw.normal());
      factor[at(column)] = column < unpenalized ? 0.0 : 0.5 + draw.uniform();
    }
  }
  void set_penalty(double lambda, double l1_ratio) {
    l1.clear();
    l2.clear();
    for (const double each : factor) {
      l1.push_back(lambda * l1_ratio * each);
      l2.push_back(lambda * (1.0 - l1_ratio) * each);
    }
    ridge = lambda * (1.0 - l1_ratio);
  }
  void limit(double below, double above) {
    lower.assign(factor.size(), below);
    upper.assign(factor.size(), above);
  }
  [[nodiscard]] QuadraticPenalty penalty() const {
    return {.l1 = l1, .l2 = l2, .lower = lower, .upper = upper};
  }
  [[nodiscard]] WideQuadratic wide() const {
    return {.positive = view(positive),
            .negative = view(negative),
            .scale = scale,
            .gradient = gradient,
            .ridge = ridge,
            .factor = factor,
            .penalty = penalty()};
  }
  [[nodiscard]] GrowingMatrix curvature() const {
    GrowingMatrix result(size_of(factor));
    result.resize(size_of(factor), size_of(factor));
    cross_multiply(view(positive), scale, 0.0, result);
    if (negative.rows() > 0) {
      cross_multiply(view(negative), -scale, 1.0, result);
    }
    return result;
  }
  double ridge = 0.0;
};

// The other solver, by the matrix, is checked by hand-worked cases (quadratic_test).
void expect_the_minimum(const Problem& problem, std::span<const double> found) {
  std::vector<double> expected(found.size(), 0.0);
  const GrowingMatrix curvature = problem.curvature();
  QuadraticSolver solver;
  const double violation =
      solver.minimise({curvature, problem.gradient, problem.penalty()}, 1e-12, expected);
  ASSERT_LE(violation, 1e-11);
  for (std::size_t place = 0; place < found.size(); ++place) {
    // both are within 1e-11 of stationarity, and the smallest curvature is the ridge part, 0.02 or more
    EXPECT_NEAR(found[place], expected[place], 1e-8) << place;
  }
}

std::vector<double> shifted(std::vector<double> start, const Problem& problem, Problem& anchored) {
  // gradient at b = start of the same smooth part: g - H start
  const GrowingMatrix curvature = problem.curvature();
  std::vector<double> product(start.size());
  multiply_symmetric(view(curvature), start, product);
  anchored = problem;
  for (std::size_t place = 0; place < start.size(); ++place) {
    anchored.gradient[place] -= product[place];
  }
  return start;
}

TEST(WideQuadratic, FindsTheMinimumOfTheMatrixForm) {
  Problem problem(60, 12, 0, 0, 1);
  problem.set_penalty(0.4, 0.3);
  std::vector<double> b(60, 0.0);
  WideSolver solver;
  EXPECT_LE(solver.minimise(problem.wide(), 1e-12, b), 1e-12);
  EXPECT_GT(std::count_if(b.begin(), b.end(), [](double value) { return value != 0.0; }), 24);
  EXPECT_GT(std::count(b.begin(), b.end(), 0.0), 0);
  expect_the_minimum(problem, b);
}

TEST(WideQuadratic, TakesAwayTheNegativePart) {
  Problem problem(60, 12, 5, 0, 2);
  problem.set_penalty(0.4, 0.3);
  std::vector<double> b(60, 0.0);
  WideSolver solver;
  EXPECT_LE(solver.minimise(problem.wide(), 1e-12, b), 1e-12);
  expect_the_minimum(problem, b);
}

TEST(WideQuadratic, ColumnsWithoutPenaltyTakePart) {
  Problem problem(50, 12, 4, 3, 3);
  problem.set_penalty(0.3, 0.5);
  std::vector<double> b(50, 0.0);
  WideSolver solver;
  EXPECT_LE(solver.minimise(problem.wide(), 1e-12, b), 1e-12);
  EXPECT_NE(b[0], 0.0);
  expect_the_minimum(problem, b);
}

TEST(WideQuadratic, OneOfTwoEqualColumnsWithoutPenaltyStaysAtZero) {
  Problem problem(50, 12, 0, 2, 4);
  problem.gradient[1] = problem.gradient[0];
  for (Index row = 0; row < 12; ++row) {
    problem.positive(row, 1) = problem.positive(row, 0);
  }
  problem.set_penalty(0.3, 0.5);
  std::vector<double> b(50, 0.0);
  WideSolver solver;
  EXPECT_LE(solver.minimise(problem.wide(), 1e-12, b), 1e-12);
  EXPECT_NE(b[0], 0.0);
  EXPECT_EQ(b[1], 0.0);
  expect_the_minimum(problem, b);
}

TEST(WideQuadratic, LimitsHold) {
  Problem problem(60, 12, 4, 2, 5);
  problem.set_penalty(0.3, 0.2);
  problem.limit(-0.2, 0.35);
  std::vector<double> b(60, 0.0);
  WideSolver solver;
  EXPECT_LE(solver.minimise(problem.wide(), 1e-12, b), 1e-12);
  EXPECT_EQ(*std::max_element(b.begin(), b.end()), 0.35);
  EXPECT_EQ(*std::min_element(b.begin(), b.end()), -0.2);
  expect_the_minimum(problem, b);
}

// From one lambda to the next the sums are kept, and from both sides the minimum is the same.
TEST(WideQuadratic, KeepsItsSumsAlongALambdaPath) {
  Problem problem(80, 15, 6, 1, 6);
  std::vector<double> b(80, 0.0);
  WideSolver solver;
  for (const double lambda : {2.0, 1.0, 0.5, 0.2, 0.6, 1.5}) {
    problem.set_penalty(lambda, 0.4);
    Problem anchored = problem;
    b = shifted(b, problem, anchored);
    EXPECT_LE(solver.minimise(anchored.wide(), 1e-12, b), 1e-12) << lambda;
    expect_the_minimum(problem, b);
  }
}

TEST(WideQuadratic, ColumnsMayLeaveAndJoin) {
  Problem problem(70, 12, 3, 0, 7);
  problem.set_penalty(0.4, 0.3);
  std::vector<double> b(70, 0.0);
  WideSolver solver;
  EXPECT_LE(solver.minimise(problem.wide(), 1e-12, b), 1e-12);
  std::vector<Index> kept;
  for (Index place = 0; place < 70; ++place) {
    if (place % 7 != 3 && (b[at(place)] != 0.0 || place % 2 == 0)) {
      kept.push_back(place);
    }
  }
  problem.positive.keep_columns(kept);
  problem.negative.keep_columns(kept);
  for (Index to = 0; to < size_of(kept); ++to) {
    problem.gradient[at(to)] = problem.gradient[at(kept[at(to)])];
    problem.factor[at(to)] = problem.factor[at(kept[at(to)])];
  }
  problem.gradient.resize(kept.size());
  problem.factor.resize(kept.size());
  problem.set_penalty(0.4, 0.3);
  solver.renumber(kept);
  b.assign(kept.size(), 0.0);
  EXPECT_LE(solver.minimise(problem.wide(), 1e-12, b), 1e-12);
  expect_the_minimum(problem, b);
}

TEST(WideQuadratic, PureRidgeIsOneSolution) {
  Problem problem(40, 6, 0, 0, 8);
  problem.set_penalty(0.5, 0.0);
  std::vector<double> b(40, 0.0);
  WideSolver solver;
  EXPECT_LE(solver.minimise(problem.wide(), 1e-12, b), 1e-12);
  expect_the_minimum(problem, b);
}

} // namespace
} // namespace vigil::penalized
