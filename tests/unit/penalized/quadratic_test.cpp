// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/penalized/quadratic.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <algorithm>
#include <cmath>
#include <string>
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
  result.violation =
      solver.minimise({.curvature = matrix,
                       .gradient = gradient,
                       .penalty = {.l1 = l1, .l2 = l2, .lower = lower, .upper = upper}},
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
  const double violation =
      solver.minimise({.curvature = matrix,
                       .gradient = at_b,
                       .penalty = {.l1 = l1, .l2 = l2, .lower = {}, .upper = {}}},
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

// A drawn problem: positive definite curvature of condition number about 50.
struct Drawn {
  GrowingMatrix curvature;
  std::vector<double> gradient, l1, l2, lower = {}, upper = {};

  Drawn(const RandomKey& key, Index order, bool limits) : curvature(order) {
    RandomStream draw(key);
    GrowingMatrix values(2 * order);
    values.resize(2 * order, order);
    curvature.resize(order, order);
    for (Index column = 0; column < order; ++column) {
      for (double& value : values.column(column)) {
        value = draw.normal();
      }
    }
    cross_multiply(view(values), 1.0 / static_cast<double>(order), 0.0, curvature);
    for (Index column = 0; column < order; ++column) {
      gradient.push_back(2.0 * draw.normal());
      l1.push_back(draw.uniform() < 0.2 ? 0.0 : draw.uniform());
      l2.push_back(draw.uniform() < 0.5 ? 0.0 : 0.1 * draw.uniform());
      if (limits) {
        lower.push_back(draw.uniform() < 0.3 ? 0.0 : draw.uniform() < 0.5 ? -0.1 : -HUGE_VAL);
        upper.push_back(draw.uniform() < 0.2 ? 0.0 : draw.uniform() < 0.5 ? 0.2 : HUGE_VAL);
      }
    }
  }
  [[nodiscard]] Index order() const { return size_of(gradient); }
  [[nodiscard]] Quadratic quadratic() const { return quadratic(gradient); }
  [[nodiscard]] Quadratic quadratic(std::span<const double> at_start) const {
    return {.curvature = curvature,
            .gradient = at_start,
            .penalty = {.l1 = l1, .l2 = l2, .lower = lower, .upper = upper}};
  }
  // Gradient of the smooth part at b, so that a start at b is the same problem.
  [[nodiscard]] std::vector<double> gradient_at(const std::vector<double>& b) const {
    std::vector<double> result = gradient;
    for (Index i = 0; i < order(); ++i) {
      for (Index j = 0; j < order(); ++j) {
        result[at(i)] -= curvature(i, j) * b[at(j)];
      }
    }
    return result;
  }
};

// Cyclic coordinate descent in long double until nothing changes by more than 1e-17.
std::vector<double> by_coordinate_descent(const Drawn& problem) {
  const Index order = problem.order();
  std::vector<long double> b(at(order), 0.0L);
  long double change = 1.0L;
  for (int pass = 0; pass < 200000 && change > 1e-17L; ++pass) {
    change = 0.0L;
    for (Index i = 0; i < order; ++i) {
      auto pull = static_cast<long double>(problem.gradient[at(i)]);
      for (Index j = 0; j < order; ++j) {
        pull -= j == i ? 0.0L : static_cast<long double>(problem.curvature(i, j)) * b[at(j)];
      }
      const long double bend = static_cast<long double>(problem.curvature(i, i)) +
                               static_cast<long double>(problem.l2[at(i)]);
      const auto l1 = static_cast<long double>(problem.l1[at(i)]);
      long double to = pull > l1 ? (pull - l1) / bend : pull < -l1 ? (pull + l1) / bend : 0.0L;
      if (!problem.lower.empty()) {
        to = std::clamp(to,
                        static_cast<long double>(problem.lower[at(i)]),
                        static_cast<long double>(problem.upper[at(i)]));
      }
      change = std::max(change, std::fabs(to - b[at(i)]));
      b[at(i)] = to;
    }
  }
  return {b.begin(), b.end()};
}

// The minimum is unique; a violation of 1e-12 over the smallest curvature (about 0.1) is 1e-11.
constexpr double same_minimum = 1e-10;

void expect_equal(const std::vector<double>& found, const std::vector<double>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_NEAR(found[i], expected[i], same_minimum) << "coefficient " << i;
    EXPECT_EQ(found[i] == 0.0, expected[i] == 0.0) << "coefficient " << i;
  }
}

TEST(QuadraticAtRandom, AgreesWithCoordinateDescentInLongDouble) {
  for (const bool limits : {false, true}) {
    for (const Index order : {Index{1}, Index{2}, Index{5}, Index{20}, Index{60}}) {
      for (Index number = 0; number < (order > 20 ? 4 : 15); ++number) {
        SCOPED_TRACE(std::to_string(order) + " columns, problem " + std::to_string(number) +
                     (limits ? " with limits" : ""));
        const Drawn problem(RandomKey(51).child(order).child(number), order, limits);
        std::vector<double> b(at(order), 0.0);
        QuadraticSolver solver;
        EXPECT_LE(solver.minimise(problem.quadratic(), 1e-12, b), 1e-12);
        expect_equal(b, by_coordinate_descent(problem));
      }
    }
  }
}

// From anywhere within the limits, right signs or wrong ones, the same minimum is reached.
TEST(QuadraticAtRandom, TheStartDoesNotMatter) {
  for (const bool limits : {false, true}) {
    for (Index number = 0; number < 20; ++number) {
      const Drawn problem(RandomKey(52).child(number), 25, limits);
      const auto expected = by_coordinate_descent(problem);
      RandomStream draw(RandomKey(53).child(number));
      std::vector<double> start(25);
      for (Index i = 0; i < 25; ++i) {
        start[at(i)] = draw.uniform() < 0.3 ? 0.0 : draw.normal();
        if (limits) {
          start[at(i)] = std::clamp(start[at(i)], problem.lower[at(i)], problem.upper[at(i)]);
        }
      }
      const auto at_start = problem.gradient_at(start);
      QuadraticSolver solver;
      EXPECT_LE(solver.minimise(problem.quadratic(at_start), 1e-12, start), 1e-12);
      expect_equal(start, expected);
      // and a start at the minimum stays there
      auto again = start;
      const auto at_minimum = problem.gradient_at(start);
      EXPECT_LE(solver.minimise(problem.quadratic(at_minimum), 1e-12, again), 1e-12);
      expect_equal(again, start);
    }
  }
}

// One solver goes down a path, its factor kept; columns join at the end and others leave on the way.
TEST(QuadraticAtRandom, OneSolverForAPathIsASolverForEachPoint) {
  for (const bool limits : {false, true}) {
    const Drawn whole(RandomKey(54), 40, limits);
    Drawn problem = whole;
    const auto take = [&](const std::vector<Index>& columns) {
      const Index order = size_of(columns);
      problem.curvature = GrowingMatrix(order);
      problem.curvature.resize(order, order);
      const auto listed_of = [&](const std::vector<double>& all) {
        std::vector<double> result;
        for (std::size_t to = 0; !all.empty() && to < columns.size(); ++to) {
          result.push_back(all[at(columns[to])]);
        }
        return result;
      };
      for (Index i = 0; i < order; ++i) {
        for (Index j = 0; j < order; ++j) {
          problem.curvature(i, j) = whole.curvature(columns[at(i)], columns[at(j)]);
        }
      }
      problem.gradient = listed_of(whole.gradient);
      problem.l1 = listed_of(whole.l1);
      problem.l2 = listed_of(whole.l2);
      problem.lower = listed_of(whole.lower);
      problem.upper = listed_of(whole.upper);
    };
    std::vector<Index> listed;
    std::vector<double> b;
    QuadraticSolver solver;
    RandomStream draw(RandomKey(55));
    for (int point = 0; point < 20; ++point) {
      if (point % 3 == 2) { // columns at zero leave, as those of a working set do
        std::vector<Index> kept, still_listed;
        std::vector<double> still;
        for (Index place = 0; place < size_of(listed); ++place) {
          if (b[at(place)] != 0.0 || draw.uniform() < 0.5) {
            kept.push_back(place);
            still_listed.push_back(listed[at(place)]);
            still.push_back(b[at(place)]);
          }
        }
        solver.renumber(kept);
        listed = still_listed;
        b = still;
      }
      for (int joining = 0; joining < 4; ++joining) {
        const Index column = draw.index_below(40);
        if (std::find(listed.begin(), listed.end(), column) == listed.end()) {
          listed.push_back(column);
          b.push_back(0.0);
        }
      }
      take(listed);
      for (double& value : problem.l1) {
        value *= std::pow(0.8, point);
      }
      const auto gradient = problem.gradient_at(b);
      EXPECT_LE(solver.minimise(problem.quadratic(gradient), 1e-12, b), 1e-12);
      expect_equal(b, by_coordinate_descent(problem));
    }
  }
}

TEST(QuadraticAtRandom, AfterForgetAnotherCurvatureIsSolved) {
  QuadraticSolver solver;
  for (Index number = 0; number < 5; ++number) {
    const Drawn problem(RandomKey(56).child(number), 15, false);
    std::vector<double> b(15, 0.0);
    solver.forget();
    EXPECT_LE(solver.minimise(problem.quadratic(), 1e-12, b), 1e-12);
    expect_equal(b, by_coordinate_descent(problem));
  }
}

// Every third column is a copy, the negative or a sum of others: the coefficients are not unique, the objective is.
// The columns with an l1 part of their own decide: the cheaper of two copies takes all.
TEST(QuadraticAtRandom, DependentColumnsReachTheMinimum) {
  for (Index number = 0; number < 25; ++number) {
    RandomStream draw(RandomKey(57).child(number));
    const Index order = 24, rank = 16;
    Drawn problem(RandomKey(58).child(number), order, false);
    GrowingMatrix values(60);
    values.resize(60, order);
    std::vector<double> outcome(60);
    for (Index column = 0; column < order; ++column) {
      for (Index row = 0; row < 60; ++row) {
        values(row, column) = column < rank     ? draw.normal()
                              : column % 3 == 0 ? values(row, column - rank)
                              : column % 3 == 1 ? -values(row, column - rank)
                                                : values(row, 1) + values(row, column - rank);
      }
    }
    for (double& value : outcome) {
      value = draw.normal();
    }
    cross_multiply(view(values), 1.0 / 60.0, 0.0, problem.curvature);
    multiply_transposed(view(values), outcome, problem.gradient);
    for (Index column = 0; column < order; ++column) {
      problem.gradient[at(column)] /= 10.0;
      problem.l1[at(column)] = 0.02 + 0.01 * draw.uniform();
      problem.l2[at(column)] = 0.0;
    }
    std::vector<double> b(at(order), 0.0);
    QuadraticSolver solver;
    EXPECT_LE(solver.minimise(problem.quadratic(), 1e-11, b), 1e-11);
    const auto objective = [&](const std::vector<double>& at_b) {
      double result = 0.0;
      for (Index i = 0; i < order; ++i) {
        double product = 0.0;
        for (Index j = 0; j < order; ++j) {
          product += problem.curvature(i, j) * at_b[at(j)];
        }
        result += at_b[at(i)] * (0.5 * product - problem.gradient[at(i)]) +
                  problem.l1[at(i)] * std::fabs(at_b[at(i)]);
      }
      return result;
    };
    const double expected = objective(by_coordinate_descent(problem));
    EXPECT_NEAR(objective(b), expected, 1e-10 * (1.0 + std::fabs(expected))) << number;
    for (Index column = rank; column < order; ++column) {
      if (column % 3 != 2) {
        EXPECT_TRUE(b[at(column)] == 0.0 || b[at(column - rank)] == 0.0)
            << "both copies of " << column;
      }
    }
  }
}

} // namespace
} // namespace vigil::penalized
