// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/cross_validate.hpp"
#include "vigil/penalized/fit_paths.hpp"

#include <gtest/gtest.h>

#include "tests/support/group_problem.hpp"
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <vector>

namespace vigil::penalized {
namespace {

using Problem = test::GroupProblem;
using Plain = test::PlainGroups;
constexpr Index subjects = Problem::subjects;

PathFit fit(Problem& problem, const LambdaGrid& grid, int threads = 1) {
  const TrainingData data = problem.data();
  Scheduler scheduler(threads);
  FitContext context{scheduler};
  const CaseWeights weights = CaseWeights::ones(subjects);
  const auto preparations = fit_preparations(
      data, {&weights, 1}, {.impute = "median", .standardize = problem.standardize}, scheduler);
  const FitItem item{weights, preparations[0], RandomKey(1)};
  return fit_paths({data, {&item, 1}}, problem.penalty, grid, context)[0];
}

std::vector<double> coefficients_at(const Problem& problem, const PathFit& path, Index point) {
  std::vector<double> b(at(problem.columns), 0.0);
  const auto features = path.coefficients.features_at(point);
  for (std::size_t k = 0; k < features.size(); ++k) {
    b[at(features[k])] = path.coefficients.values_at(point)[k];
  }
  return b;
}

struct Setting {
  bool gaussian;
  double share, l1_ratio;
  bool standardize;
};

class EverySetting : public testing::TestWithParam<Setting> {
protected:
  Problem problem{
      GetParam().gaussian, GetParam().share, GetParam().l1_ratio, GetParam().standardize};
};

TEST_P(EverySetting, EveryPointIsTheMinimumOfAPlainReference) {
  const PathFit path = fit(problem, {.points = 12, .smallest_fraction = 0.05});
  const Plain plain(problem);
  ASSERT_EQ(path.points(), 12);
  std::vector<double> reference(at(problem.columns), 0.0);
  Index partly = 0, whole = 0; // groups with some members at zero, and without
  for (Index point = 0; point < path.points(); ++point) {
    const double lambda = path.lambda[at(point)];
    std::vector<double> b = coefficients_at(problem, path, point), gradient;
    std::map<Index, std::pair<Index, Index>> counts;
    for (Index column = 0; column < problem.columns; ++column) {
      b[at(column)] *= plain.scale()[at(column)];
      if (plain.grouped(column)) {
        auto& [zero, nonzero] = counts[problem.penalty.group[at(column)]];
        ++(b[at(column)] == 0.0 ? zero : nonzero);
      }
    }
    for (const auto& [group, count] : counts) {
      partly += count.first > 0 && count.second > 0 ? 1 : 0;
      whole += count.first == 0 ? 1 : 0;
    }
    const double objective = plain.smooth(b, gradient) + plain.penalty(b, lambda);
    EXPECT_NEAR(path.objective[at(point)], objective, 1e-13 * std::fabs(objective));
    const double least = plain.minimise(lambda, reference);
    // the reference stops where steps are 1e-12 of the coefficients, the path at violations of 1e-8
    EXPECT_NEAR(objective, least, 1e-9 * std::fabs(least)) << "point " << point;
    EXPECT_LT(objective, least + 1e-13 * std::fabs(least)) << "point " << point;
    EXPECT_LT(path.kkt_violation[at(point)], 1e-7) << "point " << point;
    // sums of 60 terms of the size of the outcome against lambda
    EXPECT_LT(plain.violation(b, lambda, path.largest_lambda),
              path.kkt_violation[at(point)] + 1e-10)
        << "point " << point;
  }
  if (GetParam().share == 0.0) {
    EXPECT_GT(whole, 0);
    EXPECT_EQ(partly, 0);
  } else {
    EXPECT_GT(partly, 0);
  }
}

TEST_P(EverySetting, LargestLambdaIsWhereTheFirstGroupEnters) {
  const double largest = fit(problem, {.points = 1}).largest_lambda;
  const PathFit path = fit(problem, {.values = {1.00001 * largest, 0.9999 * largest}});
  const auto penalized = [&](Index point) {
    const auto b = coefficients_at(problem, path, point);
    return std::count_if(b.begin(), b.begin() + problem.markers, [](double x) { return x != 0.0; });
  };
  EXPECT_EQ(penalized(0), 0);
  EXPECT_GT(penalized(1), 0);
}

// Where most groups are left at zero by bounds of their members' gradients, and no reference is fast.
TEST(ManyColumns, MeetTheOptimalityConditionsOverAllGroups) {
  for (const double share : {0.0, 0.5}) {
    Problem problem(false, share, 0.9, true, 1500);
    const PathFit path = fit(problem, {.points = 20, .smallest_fraction = 0.2});
    const Plain plain(problem);
    ASSERT_EQ(path.points(), 20);
    EXPECT_GT(path.nonzero.back(), 20);
    for (Index point = 0; point < path.points(); ++point) {
      std::vector<double> b = coefficients_at(problem, path, point);
      for (Index column = 0; column < problem.columns; ++column) {
        b[at(column)] *= plain.scale()[at(column)];
      }
      EXPECT_LT(path.kkt_violation[at(point)], 1e-7) << "point " << point;
      EXPECT_LT(plain.violation(b, path.lambda[at(point)], path.largest_lambda),
                path.kkt_violation[at(point)] + 1e-10)
          << "point " << point;
    }
  }
}

// A penalized clinical column in a group of markers, and in none.
TEST(ClinicalColumns, ArePenalizedInGroupsAndAlone) {
  for (const Index group : {Index{3}, no_index}) {
    for (const double share : {0.0, 0.5}) {
      Problem problem(false, share, 1.0, true, 300);
      problem.penalty.factor.back() = 1.2;
      problem.penalty.group.back() = group;
      const PathFit path = fit(problem, {.points = 15, .smallest_fraction = 0.2});
      const Plain plain(problem);
      ASSERT_EQ(path.points(), 15);
      EXPECT_EQ(coefficients_at(problem, path, 0).back(), 0.0);
      EXPECT_NE(coefficients_at(problem, path, 14).back(), 0.0);
      for (Index point = 0; point < path.points(); ++point) {
        std::vector<double> b = coefficients_at(problem, path, point);
        for (Index column = 0; column < problem.columns; ++column) {
          b[at(column)] *= plain.scale()[at(column)];
        }
        EXPECT_LT(path.kkt_violation[at(point)], 1e-7) << "point " << point;
        EXPECT_LT(plain.violation(b, path.lambda[at(point)], path.largest_lambda),
                  path.kkt_violation[at(point)] + 1e-10)
            << "point " << point;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Settings,
                         EverySetting,
                         testing::Values(Setting{true, 0.0, 1.0, true},
                                         Setting{true, 0.5, 1.0, true},
                                         Setting{true, 0.0, 0.9, false},
                                         Setting{true, 0.95, 0.9, true},
                                         Setting{false, 0.0, 1.0, true},
                                         Setting{false, 0.3, 1.0, false},
                                         Setting{false, 0.0, 0.9, false},
                                         Setting{false, 0.5, 0.9, true}));

// Both paths are the same optimum: violations of 1e-8 of lambda over curvatures that are not small.
constexpr double same_optimum = 1e-7;

TEST(GroupsOfOne, AreTheLasso) {
  for (const bool gaussian : {true, false}) {
    for (const double l1_ratio : {1.0, 0.7}) {
      Problem lasso(gaussian, 0.0, l1_ratio, true), single(gaussian, 0.5, l1_ratio, true);
      lasso.penalty.group.clear();
      std::iota(single.penalty.group.begin(), single.penalty.group.end() - 1, Index{0});
      const LambdaGrid grid{.points = 15, .smallest_fraction = 0.05};
      const PathFit left = fit(lasso, grid), right = fit(single, grid);
      ASSERT_EQ(left.lambda, right.lambda);
      for (Index point = 0; point < left.points(); ++point) {
        const auto b = coefficients_at(lasso, left, point);
        const auto other = coefficients_at(single, right, point);
        for (Index column = 0; column < lasso.columns; ++column) {
          EXPECT_NEAR(b[at(column)], other[at(column)], same_optimum);
        }
      }
    }
  }
}

class EveryShare : public testing::TestWithParam<double> {};

TEST_P(EveryShare, OrderOfFeaturesDoesNotMatter) {
  Problem problem(false, GetParam(), 0.9, true), turned(false, GetParam(), 0.9, true);
  const auto feature = [](Index column) { return (column * 7 + 5) % 36; }; // 7, 36 coprime
  for (Index column = 0; column < problem.markers; ++column) {
    turned.penalty.group[at(column)] = problem.penalty.group[at(feature(column))];
    turned.penalty.factor[at(column)] = problem.penalty.factor[at(feature(column))];
    std::copy_n(problem.made.marker_values.begin() + feature(column) * subjects,
                subjects,
                turned.made.marker_values.begin() + column * subjects);
  }
  const LambdaGrid grid{.points = 15, .smallest_fraction = 0.05};
  const PathFit left = fit(problem, grid), right = fit(turned, grid);
  ASSERT_EQ(left.points(), right.points());
  for (Index point = 0; point < left.points(); ++point) {
    EXPECT_NEAR(left.lambda[at(point)], right.lambda[at(point)], 1e-12 * left.largest_lambda);
    const auto b = coefficients_at(problem, left, point);
    const auto other = coefficients_at(turned, right, point);
    for (Index column = 0; column < problem.markers; ++column) {
      EXPECT_NEAR(b[at(feature(column))], other[at(column)], same_optimum);
    }
  }
}

void expect_same_bytes(const PathFit& left, const PathFit& right) {
  EXPECT_EQ(left.lambda, right.lambda);
  EXPECT_EQ(left.coefficients.value, right.coefficients.value);
  EXPECT_EQ(left.coefficients.feature, right.coefficients.feature);
  EXPECT_EQ(left.kkt_violation, right.kkt_violation);
  EXPECT_EQ(left.objective, right.objective);
}

TEST_P(EveryShare, BlocksAndThreadsDoNotChangeABit) {
  Problem problem(false, GetParam(), 0.9, true);
  const LambdaGrid grid{.points = 15, .smallest_fraction = 0.05};
  const PathFit one = fit(problem, grid);
  for (const int threads : {2, 7}) {
    expect_same_bytes(one, fit(problem, grid, threads));
  }
  for (const Index block : {5, 16}) {
    problem.made.block_features = block;
    expect_same_bytes(one, fit(problem, grid, 2));
  }
}

TEST_P(EveryShare, CrossValidationSolvesItsFoldsWithTheSameGroups) {
  Problem problem(false, GetParam(), 1.0, true);
  const TrainingData data = problem.data();
  const CaseWeights weights = CaseWeights::ones(subjects);
  std::vector<CrossValidation> results;
  for (const int threads : {1, 7}) {
    Scheduler scheduler(threads);
    FitContext context{scheduler};
    const auto preparations = fit_preparations(data, {&weights, 1}, {}, scheduler);
    const FitItem item{weights, preparations[0], RandomKey(3)};
    const PathRequest request{problem.penalty, {.points = 10, .smallest_fraction = 0.1}};
    results.push_back(
        cross_validate({data, {&item, 1}}, {&request, 1}, {.folds = 4, .full_grid = true}, context)
            .front());
  }
  ASSERT_FALSE(results[0].undefined());
  EXPECT_EQ(results[0].loss, results[1].loss);
  expect_same_bytes(results[0].path, results[1].path);
  expect_same_bytes(results[0].path, fit(problem, {.points = 10, .smallest_fraction = 0.1}));
  EXPECT_LT(results[0].loss[at(results[0].minimum)], results[0].loss[0]);
}

INSTANTIATE_TEST_SUITE_P(Shares, EveryShare, testing::Values(0.0, 0.5));

// A group of which a resample keeps one column, and one whose columns it does not keep at all.
TEST(Groups, WeighTheColumnsThatAreKept) {
  Problem problem(true, 0.4, 1.0, true), lone(true, 0.4, 1.0, true);
  for (Index marker = 7; marker < 30; marker += 7) { // constant, but for the first of group 0
    std::fill_n(problem.made.marker_values.begin() + marker * subjects, subjects, 1.0F);
    lone.penalty.group[at(marker)] = no_index;
  }
  for (Index marker = 1; marker < 30; marker += 7) { // all of the second
    std::fill_n(problem.made.marker_values.begin() + marker * subjects, subjects, 1.0F);
  }
  lone.penalty.group[0] = no_index;
  lone.made.marker_values = problem.made.marker_values;
  const LambdaGrid grid{.points = 10, .smallest_fraction = 0.1};
  expect_same_bytes(fit(problem, grid), fit(lone, grid));
}

} // namespace
} // namespace vigil::penalized
