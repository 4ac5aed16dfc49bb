// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/penalized/group_quadratic.hpp"
#include "vigil/penalized/quadratic.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace vigil::penalized {
namespace {

// H = X'X / rows of drawn columns that share a part within a group; groups of `size`, in turn; the first columns are
// unpenalized.
struct Problem {
  GrowingMatrix values, curvature;
  std::vector<double> gradient, factor;
  PenaltyOptions options;
  Strength strength;

  Problem(Index columns, Index rows, Index groups, Index unpenalized, std::uint64_t seed)
      : values(rows) {
    RandomStream draw{RandomKey(seed)};
    values.resize(rows, columns);
    std::vector<double> common(at(groups * rows));
    for (double& value : common) {
      value = draw.normal();
    }
    for (Index column = 0; column < columns; ++column) {
      for (Index row = 0; row < rows; ++row) {
        values(row, column) = draw.normal() + common[at(column % groups * rows + row)];
      }
      gradient.push_back(draw.normal());
      factor.push_back(column < unpenalized ? 0.0 : 0.5 + draw.uniform());
      options.group.push_back(column < unpenalized ? no_index : column % groups);
    }
    // g has to be in the range of H where there is no penalty: g = X'y / rows
    std::vector<double> y(at(rows));
    for (double& value : y) {
      value = draw.normal();
    }
    multiply_transposed(view(values), y, gradient);
    for (double& value : gradient) {
      value *= 2.0 / static_cast<double>(rows);
    }
    refresh();
  }
  void refresh() {
    curvature.resize(values.columns(), values.columns());
    cross_multiply(view(values), 1.0 / static_cast<double>(values.rows()), 0.0, curvature);
  }
  [[nodiscard]] Index columns() const { return size_of(factor); }
  double solve(std::vector<double>& b) const {
    const GroupMap groups(options, factor);
    return minimise({.curvature = curvature,
                     .gradient = gradient,
                     .groups = groups,
                     .factor = factor,
                     .strength = strength},
                    1e-10,
                    b);
  }

  // The objective from a = 0, by its definition.
  [[nodiscard]] double objective(const std::vector<double>& b) const {
    const double t = strength.lambda * strength.l1_ratio, m = options.within_group_share;
    double sum = 0.0;
    std::vector<double> squares(b.size(), 0.0), weights(b.size(), 0.0);
    for (Index j = 0; j < columns(); ++j) {
      double product = 0.0;
      for (Index k = 0; k < columns(); ++k) {
        product += curvature(j, k) * b[at(k)];
      }
      const double v = factor[at(j)], x = b[at(j)];
      sum += x * (product / 2.0 - gradient[at(j)]);
      sum +=
          t * m * v * std::fabs(x) + strength.lambda * (1.0 - strength.l1_ratio) * v * x * x / 2.0;
      if (options.group[at(j)] != no_index) {
        squares[at(options.group[at(j)])] += x * x;
        weights[at(options.group[at(j)])] += v * v;
      }
    }
    for (std::size_t group = 0; group < squares.size(); ++group) {
      sum += t * (1.0 - m) * std::sqrt(weights[group] * squares[group]);
    }
    return sum;
  }

  // Plain proximal gradient from 0, for a long time; without a ridge part.
  [[nodiscard]] std::vector<double> reference(int iterations) const {
    double steep = 0.0; // trace: more than the largest eigenvalue
    for (Index j = 0; j < columns(); ++j) {
      steep += curvature(j, j);
    }
    const double t = strength.lambda * strength.l1_ratio / steep, m = options.within_group_share;
    std::vector<double> b(at(columns()), 0.0);
    for (int iteration = 0; iteration < iterations; ++iteration) {
      std::vector<double> product(b.size()), squares(b.size(), 0.0), weights(b.size(), 0.0);
      multiply_symmetric(view(curvature), b, product);
      for (Index j = 0; j < columns(); ++j) {
        const double v = factor[at(j)], l1 = t * m * v;
        const double z = b[at(j)] + (gradient[at(j)] - product[at(j)]) / steep;
        b[at(j)] = std::copysign(std::max(0.0, std::fabs(z) - l1), z);
        if (options.group[at(j)] != no_index) {
          squares[at(options.group[at(j)])] += b[at(j)] * b[at(j)];
          weights[at(options.group[at(j)])] += v * v;
        }
      }
      for (Index j = 0; j < columns(); ++j) {
        if (options.group[at(j)] != no_index) {
          const std::size_t group = at(options.group[at(j)]);
          const double cut = t * (1.0 - m) * std::sqrt(weights[group]);
          b[at(j)] *= squares[group] > cut * cut ? 1.0 - cut / std::sqrt(squares[group]) : 0.0;
        }
      }
    }
    return b;
  }
};

// Strong convexity is what makes the reference converge: more rows than columns.
TEST(GroupQuadratic, IsTheMinimumOfALongRunOfProximalGradient) {
  for (const double share : {0.0, 0.4, 0.9}) {
    for (const double lambda : {0.6, 0.2, 0.02}) {
      Problem problem(24, 60, 6, 2, 91);
      problem.options.within_group_share = share;
      problem.strength = {.lambda = lambda};
      std::vector<double> b(24, 0.0);
      EXPECT_LE(problem.solve(b), 1e-10);
      const auto reference = problem.reference(20000);
      for (std::size_t j = 0; j < b.size(); ++j) {
        EXPECT_NEAR(b[j], reference[j], 1e-9) << "share " << share << ", lambda " << lambda;
        EXPECT_EQ(b[j] == 0.0, reference[j] == 0.0);
      }
    }
  }
}

// The objective is strictly convex: every other point is higher.
TEST(GroupQuadratic, TakesARidgePart) {
  Problem problem(24, 60, 6, 0, 92);
  problem.options.within_group_share = 0.5;
  problem.strength = {.lambda = 0.3, .l1_ratio = 0.6};
  std::vector<double> b(24, 0.0);
  EXPECT_LE(problem.solve(b), 1e-10);
  RandomStream draw{RandomKey(93)};
  for (int other = 0; other < 300; ++other) {
    std::vector<double> x(b);
    for (double& value : x) {
      value += std::pow(10.0, -static_cast<double>(other % 6)) * draw.normal();
    }
    EXPECT_GT(problem.objective(x), problem.objective(b));
  }
}

// More columns than rows, where no curvature of its own makes a minimum unique.
TEST(GroupQuadratic, SolvesSingularCurvatures) {
  for (const double share : {0.0, 0.5}) {
    for (const double lambda : {0.5, 0.1, 0.01, 0.001}) {
      Problem problem(80, 25, 8, 1, 94);
      problem.options.within_group_share = share;
      problem.strength = {.lambda = lambda};
      for (Index row = 0; row < 25; ++row) { // equal columns, in one group and in two
        problem.values(row, 24) = problem.values(row, 16);
        problem.values(row, 33) = problem.values(row, 16);
      }
      problem.gradient[24] = problem.gradient[33] = problem.gradient[16];
      problem.refresh();
      std::vector<double> b(80, 0.0);
      EXPECT_LE(problem.solve(b), 1e-10) << "share " << share << ", lambda " << lambda;
      const auto reference = problem.reference(3000);
      EXPECT_LE(problem.objective(b), problem.objective(reference) + 1e-13);
    }
  }
}

TEST(GroupQuadratic, OfGroupsOfOneIsTheLasso) {
  Problem problem(30, 60, 30, 1, 95);
  problem.strength = {.lambda = 0.3, .l1_ratio = 0.8};
  std::vector<double> b(30, 0.0), lasso(30, 0.0), l1, l2;
  for (const double v : problem.factor) {
    l1.push_back(problem.strength.l1(v));
    l2.push_back(problem.strength.l2(v));
  }
  problem.solve(b);
  QuadraticSolver solver;
  solver.minimise({.curvature = problem.curvature,
                   .gradient = problem.gradient,
                   .penalty = {.l1 = l1, .l2 = l2, .lower = {}, .upper = {}}},
                  1e-12,
                  lasso);
  for (std::size_t j = 0; j < b.size(); ++j) {
    EXPECT_NEAR(b[j], lasso[j], 1e-9);
  }
}

// g is the gradient at a: the minimum does not depend on where it is looked for from.
TEST(GroupQuadratic, StartsAnywhere) {
  Problem problem(24, 60, 6, 2, 96);
  problem.options.within_group_share = 0.4;
  problem.strength = {.lambda = 0.1};
  std::vector<double> b(24, 0.0), moved(24, 0.0), product(24);
  problem.solve(b);
  RandomStream draw{RandomKey(97)};
  for (double& value : moved) {
    value = 0.3 * draw.normal();
  }
  multiply_symmetric(view(problem.curvature), moved, product);
  for (std::size_t j = 0; j < product.size(); ++j) {
    problem.gradient[j] -= product[j];
  }
  problem.solve(moved);
  for (std::size_t j = 0; j < b.size(); ++j) {
    EXPECT_NEAR(b[j], moved[j], 1e-9);
  }
}

} // namespace
} // namespace vigil::penalized
