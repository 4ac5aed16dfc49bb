// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/penalized/concave_penalty.hpp"
#include "vigil/penalized/fit_paths.hpp"

#include <gtest/gtest.h>

#include "tests/support/fault_of.hpp"
#include "tests/support/near.hpp"
#include "tests/support/survival_case.hpp"
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace vigil::penalized {
namespace {

constexpr PenaltyShape mcp{.kind = PenaltyKind::mcp, .gamma = 3.0};
constexpr PenaltyShape scad{.kind = PenaltyKind::scad, .gamma = 3.7};

// By hand. MCP, t = 2, gamma = 3: 2 * 3 - 9 / 6 = 4.5; beyond 6: 3 * 4 / 2 = 6.
// SCAD, t = 2, gamma = 4: at 5: (2 * 4 * 2 * 5 - 25 - 4) / 6 = 51 / 6; beyond 8: 4 * 5 / 2 = 10.
TEST(ConcavePenalty, ValuesWorkedByHand) {
  constexpr PenaltyShape four{.kind = PenaltyKind::scad, .gamma = 4.0};
  EXPECT_EQ(mcp.value(2.0, 0.0), 0.0);
  EXPECT_EQ(mcp.value(2.0, 3.0), 4.5);
  EXPECT_EQ(mcp.value(2.0, 7.0), 6.0);
  EXPECT_EQ(mcp.slope(2.0, 3.0), 1.0);
  EXPECT_EQ(mcp.slope(2.0, 6.5), 0.0);
  EXPECT_EQ(four.value(2.0, 1.5), 3.0);
  EXPECT_NEAR(four.value(2.0, 5.0), 8.5, test::rounding(8.5, 4));
  EXPECT_EQ(four.value(2.0, 9.0), 10.0);
  EXPECT_EQ(four.slope(2.0, 1.5), 2.0);
  EXPECT_EQ(four.slope(2.0, 5.0), 1.0);
  EXPECT_EQ(four.slope(2.0, 8.5), 0.0);
  const PenaltyShape net{};
  EXPECT_EQ(net.value(2.0, 7.0), 14.0);
  EXPECT_EQ(net.slope(2.0, 7.0), 2.0);
  EXPECT_EQ(net.bend(2.0, 7.0), 0.0);
}

// P is quadratic within a segment: central differences are exact but for rounding, 1e-16 over the step.
TEST(ConcavePenalty, DerivativesAreThoseOfTheValue) {
  constexpr double step = 1e-4, t = 0.7;
  for (const PenaltyShape& shape : {mcp, scad}) {
    for (double x = 0.05; x < 4.0; x += 0.1) {
      const double slope = (shape.value(t, x + step) - shape.value(t, x - step)) / (2.0 * step);
      const double bend = (shape.slope(t, x + step) - shape.slope(t, x - step)) / (2.0 * step);
      EXPECT_NEAR(shape.slope(t, x), slope, 1e-11) << name_of(shape.kind) << " at " << x;
      EXPECT_NEAR(shape.bend(t, x), bend, 1e-11) << name_of(shape.kind) << " at " << x;
    }
  }
}

TEST(ConcavePenalty, ValueAndSlopeAreContinuousAtTheKnots) {
  constexpr double t = 0.3;
  for (const PenaltyShape& shape : {mcp, scad}) {
    EXPECT_EQ(shape.slope(t, 0.0), t);
    for (const double knot : {t, shape.gamma * t}) {
      const double below = std::nextafter(knot, 0.0), above = std::nextafter(knot, 9.0);
      EXPECT_NEAR(shape.value(t, below), shape.value(t, above), 1e-15);
      EXPECT_NEAR(shape.slope(t, below), shape.slope(t, above), 1e-15);
    }
  }
}

TEST(ConcavePenalty, NamesAndDefaults) {
  for (const PenaltyKind kind : {PenaltyKind::elastic_net, PenaltyKind::mcp, PenaltyKind::scad}) {
    EXPECT_EQ(parse_penalty_kind(name_of(kind)), kind);
  }
  EXPECT_FALSE(parse_penalty_kind("lasso").has_value());
  EXPECT_EQ(PenaltyOptions{.kind = PenaltyKind::mcp}.shape().gamma, 3.0);
  EXPECT_EQ(PenaltyOptions{.kind = PenaltyKind::scad}.shape().gamma, 3.7);
  EXPECT_EQ((PenaltyOptions{.kind = PenaltyKind::scad, .gamma = 2.5}.shape().gamma), 2.5);
}

TEST(ConcavePenalty, RequestsThatCannotBeUsedAreRefused) {
  test::SurvivalCase made(RandomKey(81), 20, 3, 1);
  const TrainingData data = made.data();
  const auto refused = [&](const PenaltyOptions& options) {
    return test::fault_of<ConfigError>([&] { check_penalty(options, data); });
  };
  EXPECT_EQ(refused({.kind = PenaltyKind::mcp, .gamma = 1.0}).where, "penalty, gamma");
  EXPECT_EQ(refused({.kind = PenaltyKind::scad, .gamma = 2.0}).where, "penalty, gamma");
  EXPECT_EQ(refused({.kind = PenaltyKind::scad, .gamma = HUGE_VAL}).where, "penalty, gamma");
  EXPECT_EQ(refused({.gamma = 3.0}).where, "penalty, gamma");
  EXPECT_EQ(refused({.l1_ratio = 0.0, .kind = PenaltyKind::mcp}).where, "penalty, l1_ratio");
  EXPECT_EQ(refused({.factor = {1.0, -1.0, 1.0, 0.0}}).where, "penalty factor of m1");
  EXPECT_EQ(refused({.factor = {1.0, std::nan(""), 1.0, 0.0}}).where, "penalty factor of m1");
  EXPECT_NO_THROW(check_penalty({.kind = PenaltyKind::mcp, .gamma = 1.5}, data));
}

PathFit path_of(test::SurvivalCase made, const PenaltyOptions& penalty, const LambdaGrid& grid) {
  const TrainingData data = made.data();
  Scheduler scheduler(1);
  FitContext context{scheduler};
  const CaseWeights weights = CaseWeights::ones(made.subjects);
  const auto preparations = fit_preparations(data, {&weights, 1}, {}, scheduler);
  const FitItem item{weights, preparations[0], RandomKey(1)};
  return fit_paths({data, {&item, 1}}, penalty, grid, context)[0];
}

// As if the column were constant; bytes, as nothing of it may be read.
TEST(PenaltyFactor, InfinityLeavesAFeatureOut) {
  const test::SurvivalCase made(RandomKey(82), 60, 30, 2);
  test::SurvivalCase without = made;
  std::fill_n(without.marker_values.begin() + 60, 60, 1.0F);
  std::fill(without.clinical[0].begin(), without.clinical[0].end(), 1.0);
  std::vector<double> factor(32, 1.0);
  const PathFit constant = path_of(without, {.factor = factor}, {.points = 20});
  factor[1] = factor[30] = HUGE_VAL;
  const PathFit left_out = path_of(made, {.factor = factor}, {.points = 20});
  EXPECT_GT(left_out.nonzero.back(), 5);
  EXPECT_EQ(left_out.lambda, constant.lambda);
  EXPECT_EQ(left_out.coefficients.feature, constant.coefficients.feature);
  EXPECT_EQ(left_out.coefficients.value, constant.coefficients.value);
}

} // namespace
} // namespace vigil::penalized
