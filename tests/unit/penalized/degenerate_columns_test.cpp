// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/penalized/fit_paths.hpp"

#include <gtest/gtest.h>

#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace vigil::penalized {
namespace {

PathFit path_of(test::SurvivalCase made,
                const PenaltyOptions& penalty = {},
                const LambdaGrid& grid = {.points = 20},
                const CaseWeights* weighting = nullptr,
                const PreparationOptions& preparation = {}) {
  const TrainingData data = made.data();
  Scheduler scheduler(1);
  FitContext context{scheduler};
  const CaseWeights weights = weighting == nullptr ? CaseWeights::ones(made.subjects) : *weighting;
  const auto preparations = fit_preparations(data, {&weights, 1}, preparation, scheduler);
  const FitItem item{weights, preparations[0], RandomKey(1)};
  return fit_paths({data, {&item, 1}}, penalty, grid, context)[0];
}

void expect_solved(const PathFit& path) {
  ASSERT_GE(path.points(), 1);
  EXPECT_LT(*std::max_element(path.kkt_violation.begin(), path.kkt_violation.end()), 1e-7);
  for (const double value : path.coefficients.value) {
    EXPECT_TRUE(std::isfinite(value));
  }
}

float* marker(test::SurvivalCase& made, Index number) {
  return made.marker_values.data() + number * made.subjects;
}

// Copies, negatives and sums of the columns with the signal, down to a small lambda: no column is found to be new by
// rounding alone, and the objective is that of the columns without them where those are copies.
TEST(DegenerateColumns, ManyDependentColumnsDownToASmallLambda) {
  for (const double l1_ratio : {1.0, 0.5}) {
    const test::SurvivalCase plain(RandomKey(71), 80, 20, 0);
    test::SurvivalCase made(RandomKey(71), 80, 80, 0);
    std::copy(plain.marker_values.begin(), plain.marker_values.end(), made.marker_values.begin());
    made.survival = plain.survival;
    for (Index number = 20; number < 80; ++number) {
      for (Index i = 0; i < 80; ++i) {
        const float first = marker(made, number % 20)[i], next = marker(made, (number + 1) % 20)[i];
        marker(made, number)[i] = number < 40 ? first : number < 60 ? -first : first + next;
      }
    }
    const PathFit path =
        path_of(std::move(made), {.l1_ratio = l1_ratio}, {.points = 40, .smallest_fraction = 1e-4});
    expect_solved(path);
  }
  test::SurvivalCase copies(RandomKey(71), 80, 20, 0);
  const PathFit once = path_of(copies, {}, {.points = 40, .smallest_fraction = 1e-4});
  copies.markers = 60;
  for (int copy = 0; copy < 2; ++copy) {
    const std::vector<float> first(copies.marker_values.begin(),
                                   copies.marker_values.begin() + 20 * 80);
    copies.marker_values.insert(copies.marker_values.end(), first.begin(), first.end());
  }
  const PathFit thrice = path_of(copies, {}, {.points = 40, .smallest_fraction = 1e-4});
  ASSERT_EQ(once.points(), thrice.points());
  for (Index point = 0; point < once.points(); ++point) {
    EXPECT_NEAR(once.objective[at(point)], thrice.objective[at(point)], 1e-11);
  }
}

// One unit per column: equal coefficients on the prepared scale, and per raw unit the unit's inverse. The offset costs
// digits of the float: its steps are 0.06 at 1e6, so that the stored columns are the same only if they are whole.
TEST(DegenerateColumns, UnitsAndOffsetsChangeNothing) {
  test::SurvivalCase made(RandomKey(72), 60, 120, 0);
  for (float& value : made.marker_values) {
    value = std::round(8.0F * value); // whole numbers
  }
  const auto unit = [](Index number) {
    return number % 4 == 0 ? 0x1p20 : number % 4 == 1 ? 0x1p-20 : 1.0; // about 1e6 and 1e-6
  };
  test::SurvivalCase other = made;
  for (Index number = 0; number < 120; ++number) {
    for (Index i = 0; i < 60; ++i) {
      float& value = marker(other, number)[i];
      value = number % 4 == 2 ? value + 1e6F : value * static_cast<float>(unit(number));
    }
  }
  const LambdaGrid grid{.points = 20, .smallest_fraction = 0.05};
  const PathFit left = path_of(made, {}, grid), right = path_of(other, {}, grid);
  expect_solved(left);
  expect_solved(right);
  ASSERT_EQ(left.coefficients.feature, right.coefficients.feature);
  for (std::size_t k = 0; k < left.coefficients.value.size(); ++k) {
    EXPECT_NEAR(left.coefficients.value[k],
                right.coefficients.value[k] * unit(left.coefficients.feature[k]),
                1e-8);
  }
  // without standardization a unit is part of the problem, and it is still solved
  expect_solved(path_of(other, {}, grid, nullptr, {.standardize = false}));
}

TEST(DegenerateColumns, MissingValuesWithoutImputationNameTheStep) {
  test::SurvivalCase made(RandomKey(73), 30, 5, 0);
  marker(made, 2)[7] = std::nanf("");
  try {
    static_cast<void>(path_of(made, {}, {}, nullptr, {.impute = "none"}));
    FAIL() << "no error";
  } catch (const InputError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("m2"), std::string::npos) << text;
    EXPECT_NE(text.find("impute"), std::string::npos) << text;
  }
  expect_solved(path_of(made)); // the median by default
}

// All columns together order the events perfectly: there is no finite optimum without a penalty, the path ends where
// the deviance is explained.
TEST(DegenerateColumns, SeparationEndsAsSaturated) {
  test::SurvivalCase made(RandomKey(74), 30, 200, 0);
  for (Index i = 0; i < 30; ++i) {
    made.survival.event[at(i)] = 1;
    marker(made, 0)[i] = static_cast<float>(-made.survival.time[at(i)]);
  }
  const PathFit path = path_of(std::move(made), {}, {.points = 60, .smallest_fraction = 1e-6});
  expect_solved(path);
  EXPECT_EQ(path.status.back(), FitStatus::saturated);
  EXPECT_GT(path.deviance_explained.back(), 0.99);
  EXPECT_LT(path.points(), 60);
}

TEST(DegenerateColumns, HeavyTiesUnderBothRules) {
  for (const survival::Ties ties : {survival::Ties::breslow, survival::Ties::efron}) {
    test::SurvivalCase made(RandomKey(75), 90, 100, 1);
    for (Index i = 0; i < 90; ++i) { // three times, one of them without an event
      made.survival.time[at(i)] = 1.0 + static_cast<double>(i % 3);
      made.survival.event[at(i)] = i % 3 == 1 ? 0 : 1;
    }
    expect_solved(path_of(made, {.ties = ties}));
    std::fill(made.survival.time.begin(), made.survival.time.end(), 2.0); // one time for all
    expect_solved(path_of(std::move(made), {.ties = ties}));
  }
}

TEST(DegenerateColumns, FewAndManySubjects) {
  test::SurvivalCase three(RandomKey(76), 3, 40, 0);
  std::fill(three.survival.event.begin(), three.survival.event.end(), std::uint8_t{1});
  expect_solved(path_of(std::move(three)));
  test::SurvivalCase two(RandomKey(77), 2, 3, 0);
  std::fill(two.survival.event.begin(), two.survival.event.end(), std::uint8_t{1});
  expect_solved(path_of(std::move(two)));
  expect_solved(path_of(test::SurvivalCase(RandomKey(78), 3000, 4, 1)));
  expect_solved(path_of(test::SurvivalCase(RandomKey(79), 50, 1, 0)));
  expect_solved(path_of(test::SurvivalCase(RandomKey(80), 50, 1, 0), {.l1_ratio = 0.0}));
}

// Subjects of weight 0 are absent: the same path as without them.
TEST(DegenerateColumns, WeightsOfZeroAreAbsentSubjects) {
  test::SurvivalCase all(RandomKey(81), 80, 60, 1);
  test::SurvivalCase few = all;
  few.subjects = 50;
  few.marker_values.clear();
  for (Index number = 0; number < 60; ++number) {
    few.marker_values.insert(
        few.marker_values.end(), marker(all, number), marker(all, number) + 50);
  }
  few.clinical[0].resize(50);
  few.survival.time.resize(50);
  few.survival.event.resize(50);
  std::vector<double> sampling(80, 0.0);
  std::fill_n(sampling.begin(), 50, 1.0);
  const CaseWeights weights = CaseWeights::ones(80).with_sampling(sampling);
  const PathFit left = path_of(all, {}, {.points = 20, .smallest_fraction = 0.05}, &weights);
  const PathFit right = path_of(few, {}, {.points = 20, .smallest_fraction = 0.05});
  ASSERT_EQ(left.coefficients.feature, right.coefficients.feature);
  for (std::size_t k = 0; k < left.coefficients.value.size(); ++k) {
    EXPECT_NEAR(left.coefficients.value[k], right.coefficients.value[k], 1e-8);
  }
}

TEST(DegenerateColumns, AlmostRidge) {
  const PathFit path = path_of(test::SurvivalCase(RandomKey(82), 40, 300, 1),
                               {.l1_ratio = 0.01},
                               {.points = 15, .smallest_fraction = 0.01});
  expect_solved(path);
  EXPECT_GT(path.nonzero.back(), 100);
}

} // namespace
} // namespace vigil::penalized
