// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/penalized/fit_paths.hpp"

#include <gtest/gtest.h>

#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>
#include <vector>

namespace vigil::penalized {
namespace {

PathFit path_of(test::SurvivalCase made,
                const PenaltyOptions& penalty = {},
                const LambdaGrid& grid = {.points = 20}) {
  const TrainingData data = made.data();
  Scheduler scheduler(1);
  FitContext context{scheduler};
  const CaseWeights weights = CaseWeights::ones(made.subjects);
  const auto preparations = fit_preparations(data, {&weights, 1}, {}, scheduler);
  const FitItem item{weights, preparations[0], RandomKey(1)};
  return fit_paths({data, {&item, 1}}, penalty, grid, context)[0];
}

double worst_violation(const PathFit& path) {
  return *std::max_element(path.kkt_violation.begin(), path.kkt_violation.end());
}

TEST(Degenerate, ConstantColumnsAreNeverSelected) {
  test::SurvivalCase made(RandomKey(1), 50, 30, 0);
  std::fill_n(made.marker_values.begin() + 4 * 50, 50, 7.0F);
  std::fill_n(made.marker_values.begin() + 5 * 50, 50, std::nanf(""));
  const PathFit path = path_of(std::move(made));
  EXPECT_LT(worst_violation(path), 1e-7);
  for (const Index feature : path.coefficients.feature) {
    EXPECT_NE(feature, 4);
    EXPECT_NE(feature, 5);
  }
}

TEST(Degenerate, EqualColumnsShareWhatOneOfThemWouldHave) {
  const test::SurvivalCase single(RandomKey(2), 50, 30, 0);
  test::SurvivalCase twice = single;
  std::copy_n(single.marker_values.begin(), 50, twice.marker_values.begin() + 29 * 50);
  test::SurvivalCase without = single;
  std::fill_n(without.marker_values.begin() + 29 * 50, 50, 1.0F); // constant: not kept
  const PathFit left = path_of(std::move(twice)), right = path_of(std::move(without));
  EXPECT_LT(worst_violation(left), 1e-7);
  const auto sum_of_twins = [](const PathFit& path, Index point) {
    double sum = 0.0;
    const auto features = path.coefficients.features_at(point);
    for (std::size_t k = 0; k < features.size(); ++k) {
      const bool twin = features[k] == 0 || features[k] == 29;
      sum += twin ? path.coefficients.values_at(point)[k] : 0.0;
    }
    return sum;
  };
  for (Index point = 0; point < std::min(left.points(), right.points()); ++point) {
    EXPECT_NEAR(left.objective[at(point)], right.objective[at(point)], 1e-12);
    EXPECT_NEAR(sum_of_twins(left, point), sum_of_twins(right, point), 1e-7);
  }
}

TEST(Degenerate, NoEventsIsUndefined) {
  test::SurvivalCase made(RandomKey(3), 30, 5, 0);
  std::fill(made.survival.event.begin(), made.survival.event.end(), std::uint8_t{0});
  const PathFit path = path_of(std::move(made));
  EXPECT_TRUE(path.undefined);
  EXPECT_EQ(path.points(), 0);
}

TEST(Degenerate, OneEventIsSolvedToTheEndOfTheGrid) {
  test::SurvivalCase made(RandomKey(4), 30, 5, 0);
  std::fill(made.survival.event.begin(), made.survival.event.end(), std::uint8_t{0});
  made.survival.event[11] = 1;
  made.survival.time[11] =
      0.5 * *std::min_element(made.survival.time.begin(), made.survival.time.end());
  const PathFit path = path_of(std::move(made));
  ASSERT_GE(path.points(), 2);
  EXPECT_LT(worst_violation(path), 1e-7);
  EXPECT_TRUE(std::is_sorted(path.deviance_explained.begin(), path.deviance_explained.end()));
}

// More columns than subjects: the support grows past the number of events, and every point is still an optimum.
TEST(Degenerate, TheSupportMayExceedTheNumberOfEvents) {
  test::SurvivalCase made(RandomKey(14), 60, 400, 0);
  for (Index i = 0; i < 60; ++i) {
    made.survival.event[at(i)] = i % 3 == 0 ? 1 : 0;
  }
  const PathFit path = path_of(std::move(made), {}, {.points = 40});
  EXPECT_EQ(path.events, 20);
  EXPECT_GT(*std::max_element(path.nonzero.begin(), path.nonzero.end()), 20);
  EXPECT_LT(worst_violation(path), 1e-7);
}

TEST(Degenerate, NothingPenalizedIsOnePoint) {
  const PathFit path = path_of(test::SurvivalCase(RandomKey(5), 60, 0, 2));
  ASSERT_EQ(path.points(), 1);
  EXPECT_EQ(path.coefficients.features_at(0).size(), 2U);
  EXPECT_LT(path.kkt_violation[0], 1e-9);
}

TEST(Degenerate, FirstPointOfAPathIsTheNullModel) {
  const PathFit path = path_of(test::SurvivalCase(RandomKey(6), 60, 40, 1));
  EXPECT_EQ(path.lambda[0], path.largest_lambda);
  EXPECT_EQ(path.nonzero[0], 1); // the unpenalized clinical column
}

TEST(Degenerate, ASingleSmallLambdaEqualsTheEndOfAPath) {
  const test::SurvivalCase made(RandomKey(7), 60, 300, 0);
  const PathFit whole = path_of(made, {}, {.points = 15, .smallest_fraction = 0.3});
  const PathFit one = path_of(made, {}, {.values = {whole.lambda.back()}});
  const auto left = whole.coefficients.features_at(14), right = one.coefficients.features_at(0);
  ASSERT_TRUE(std::equal(left.begin(), left.end(), right.begin(), right.end()));
  for (std::size_t k = 0; k < left.size(); ++k) {
    EXPECT_NEAR(whole.coefficients.values_at(14)[k], one.coefficients.values_at(0)[k], 1e-8);
  }
}

// The unpenalized column orders the events perfectly: its coefficient has no finite optimum.
TEST(Degenerate, SeparationByAnUnpenalizedColumnIsReportedAndStaysFinite) {
  test::SurvivalCase made(RandomKey(10), 40, 10, 1);
  for (Index i = 0; i < 40; ++i) {
    made.clinical[0][at(i)] = -made.survival.time[at(i)];
    made.survival.event[at(i)] = 1;
  }
  const PathFit path = path_of(std::move(made), {}, {.points = 5});
  ASSERT_GE(path.points(), 1);
  EXPECT_TRUE(std::isfinite(path.largest_lambda));
  EXPECT_TRUE(std::isfinite(path.objective[0]));
  EXPECT_NE(path.status[0], FitStatus::converged);
  for (const double value : path.coefficients.value) {
    EXPECT_TRUE(std::isfinite(value));
  }
}

// Columns that are pulled below zero must not join: they would fill the working set.
TEST(Degenerate, LimitsAtZeroHoldManyColumns) {
  constexpr Index markers = 14001;
  const test::SurvivalCase made(RandomKey(13), 40, markers, 0);
  const PenaltyOptions above{.lower = std::vector<double>(at(markers), 0.0)};
  const PenaltyOptions at_zero{.lower = std::vector<double>(at(markers), 0.0),
                               .upper = std::vector<double>(at(markers), 0.0)};
  const PathFit path = path_of(made, above);
  EXPECT_LT(worst_violation(path), 1e-7);
  ASSERT_GT(path.nonzero.back(), 5);
  EXPECT_TRUE(std::all_of(path.coefficients.value.begin(),
                          path.coefficients.value.end(),
                          [](double value) { return value > 0.0; }));
  const PathFit none = path_of(made, at_zero);
  EXPECT_EQ(none.points(), 20);
  EXPECT_EQ(none.nonzero.back(), 0);
  EXPECT_LT(worst_violation(none), 1e-7);
}

TEST(Degenerate, RequestsThatCannotBeMetAreConfigErrors) {
  const test::SurvivalCase made(RandomKey(8), 30, 3, 0);
  EXPECT_THROW(static_cast<void>(path_of(made, {.l1_ratio = 1.5})), ConfigError);
  EXPECT_THROW(static_cast<void>(path_of(made, {.l1_ratio = 1.0, .factor = {1.0}})), ConfigError);
  EXPECT_THROW(static_cast<void>(path_of(made, {.l1_ratio = 1.0, .factor = {1.0, -1.0, 1.0}})),
               ConfigError);
  EXPECT_THROW(static_cast<void>(path_of(made, {}, {.points = 0})), ConfigError);
  EXPECT_THROW(static_cast<void>(path_of(made, {}, {.smallest_fraction = 1.0})), ConfigError);
  EXPECT_THROW(static_cast<void>(path_of(made, {}, {.values = {0.1, -0.1}})), ConfigError);
}

TEST(Degenerate, ARidgeOverManyMoreColumnsThanSubjectsIsSolved) {
  const PathFit path = path_of(test::SurvivalCase(RandomKey(9), 10, 6001, 0), {.l1_ratio = 0.0});
  ASSERT_GT(path.points(), 5);
  EXPECT_EQ(path.nonzero.back(), 6001);
  EXPECT_LT(*std::max_element(path.kkt_violation.begin(), path.kkt_violation.end()), 1e-7);
}

} // namespace
} // namespace vigil::penalized
