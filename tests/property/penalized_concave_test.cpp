// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/fit_paths.hpp"

#include <gtest/gtest.h>

#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>
#include <vector>

namespace vigil::penalized {
namespace {

enum class Family { cox, gaussian, binomial };

// Markers and clinical columns of a drawn cohort, with the outcome of a family.
struct Problem {
  test::SurvivalCase made;
  Outcome outcome;

  Problem(const RandomKey& key, Family family, Index subjects, Index markers, Index clinical)
      : made(key.child("cohort"), subjects, markers, clinical), outcome(made.survival) {
    RandomStream draw(key.child("outcome"));
    std::vector<double> value;
    std::vector<std::uint8_t> label;
    for (Index i = 0; i < subjects; ++i) {
      const double eta = 1.5 * raw(0, i) - raw(1, i) + 0.5 * raw(2, i);
      value.push_back(3.0 + eta + draw.normal());
      label.push_back(draw.uniform() < 1.0 / (1.0 + std::exp(-eta)) ? 1 : 0);
    }
    if (family == Family::gaussian) {
      outcome = ContinuousOutcome{.value = value, .unit = ""};
    } else if (family == Family::binomial) {
      outcome = BinaryOutcome{.label = label};
    }
  }

  [[nodiscard]] Index columns() const { return made.markers + made.clinical_columns; }
  [[nodiscard]] TrainingData data() {
    const TrainingData survival = made.data();
    return {.features = survival.features, .clinical = survival.clinical, .outcome = outcome};
  }
  [[nodiscard]] double raw(Index column, Index subject) const {
    return column < made.markers
               ? static_cast<double>(made.marker_values[at(column * made.subjects + subject)])
               : made.clinical[at(column - made.markers)][at(subject)];
  }
  // Standardised by the SD with divisor n.
  [[nodiscard]] std::vector<double> standardised(Index column, double& sd) const {
    const auto n = static_cast<double>(made.subjects);
    double mean = 0.0, variance = 0.0;
    std::vector<double> values;
    for (Index i = 0; i < made.subjects; ++i) {
      values.push_back(raw(column, i));
      mean += values.back() / n;
    }
    for (double& value : values) {
      value -= mean;
      variance += value * value / n;
    }
    sd = std::sqrt(variance);
    for (double& value : values) {
      value /= sd;
    }
    return values;
  }
  // Derivative of log L by each linear predictor, by the definition; no two times are equal.
  [[nodiscard]] std::vector<double> residual(const std::vector<double>& eta) const {
    std::vector<double> result(eta.size(), 0.0);
    for (std::size_t i = 0; i < eta.size(); ++i) {
      if (const auto* continuous = std::get_if<ContinuousOutcome>(&outcome)) {
        result[i] = continuous->value[i] - eta[i];
      } else if (const auto* binary = std::get_if<BinaryOutcome>(&outcome)) {
        result[i] = binary->label[i] - 1.0 / (1.0 + std::exp(-eta[i]));
      } else if (made.survival.event[i] == 1) {
        double sum = 0.0;
        for (std::size_t j = 0; j < eta.size(); ++j) {
          sum += made.survival.time[j] >= made.survival.time[i] ? std::exp(eta[j]) : 0.0;
        }
        result[i] += 1.0;
        for (std::size_t j = 0; j < eta.size(); ++j) {
          result[j] -=
              made.survival.time[j] >= made.survival.time[i] ? std::exp(eta[j]) / sum : 0.0;
        }
      }
    }
    return result;
  }
};

PathFit fit(Problem& problem, const PenaltyOptions& penalty, const LambdaGrid& grid) {
  const TrainingData data = problem.data();
  Scheduler scheduler(1);
  FitContext context{scheduler};
  const CaseWeights weights = CaseWeights::ones(problem.made.subjects);
  const auto preparations = fit_preparations(data, {&weights, 1}, {}, scheduler);
  const FitItem item{weights, preparations[0], RandomKey(1)};
  return fit_paths({data, {&item, 1}}, penalty, grid, context)[0];
}

std::vector<double> coefficients_at(const PathFit& path, Index point, Index columns) {
  std::vector<double> b(at(columns), 0.0);
  const auto features = path.coefficients.features_at(point);
  for (std::size_t k = 0; k < features.size(); ++k) {
    b[at(features[k])] = path.coefficients.values_at(point)[k];
  }
  return b;
}

// P' by the definitions of Zhang 2010 and Fan, Li 2001.
double slope_of(PenaltyKind kind, double gamma, double t, double size) {
  if (kind == PenaltyKind::elastic_net) {
    return t;
  }
  if (kind == PenaltyKind::mcp) {
    return std::max(0.0, t - size / gamma);
  }
  return size <= t ? t : std::max(0.0, (gamma * t - size) / (gamma - 1.0));
}

double soft(double value, double threshold) {
  return std::copysign(std::max(0.0, std::fabs(value) - threshold), value);
}

// Least of (b - z)^2 / 2 + P(|b|) + l2 / 2 b^2.
double univariate(PenaltyKind kind, double gamma, double z, double t, double l2) {
  const double size = std::fabs(z);
  if (kind == PenaltyKind::mcp) {
    return size <= gamma * t * (1.0 + l2) ? soft(z, t) / (1.0 + l2 - 1.0 / gamma) : z / (1.0 + l2);
  }
  return size <= t * (2.0 + l2) ? soft(z, t) / (1.0 + l2)
         : size <= gamma * t * (1.0 + l2)
             ? soft(z, gamma * t / (gamma - 1.0)) / (1.0 + l2 - 1.0 / (gamma - 1.0))
             : z / (1.0 + l2);
}

// The elastic net too, for the limits: mixed steps must not leave them.
class Kkt : public testing::TestWithParam<std::tuple<Family, PenaltyKind, double, bool>> {};

TEST_P(Kkt, RecomputedPlainlyOverAllColumns) {
  const auto [family, kind, l1_ratio, limits] = GetParam();
  Index unshrunken = 0, bent = 0, points = 0;
  for (std::uint64_t draw = 0; draw < 4; ++draw) {
    Problem problem(RandomKey(90 + draw), family, 80, draw % 2 == 0 ? 20 : 120, 1);
    // with the default a coefficient of a binomial model is not shrunken or zero: its curvature is at most 1/4
    const bool concave = kind != PenaltyKind::elastic_net;
    const double gamma = draw < 2 || !concave ? default_gamma(kind) : 12.0;
    PenaltyOptions penalty{.l1_ratio = l1_ratio, .kind = kind, .gamma = gamma};
    for (Index column = 0; column < problem.columns(); ++column) {
      penalty.factor.push_back(column >= problem.made.markers ? 0.0 : column % 2 == 0 ? 1.0 : 1.5);
      if (limits) {
        penalty.lower.push_back(column % 4 == 0 ? 0.0 : -HUGE_VAL);
        penalty.upper.push_back(column % 3 == 0 ? 0.3 : HUGE_VAL);
      }
    }
    const PathFit path = fit(problem, penalty, {.points = 30, .smallest_fraction = 0.1});
    ASSERT_GT(path.points(), 5);
    for (Index point = 0; point < path.points(); ++point) {
      const auto b = coefficients_at(path, point, problem.columns());
      std::vector<double> eta(at(problem.made.subjects),
                              path.intercept.empty() ? 0.0 : path.intercept[at(point)]);
      for (Index column = 0; column < problem.columns(); ++column) {
        for (Index i = 0; i < problem.made.subjects; ++i) {
          eta[at(i)] += b[at(column)] * problem.raw(column, i);
        }
      }
      const auto residual = problem.residual(eta);
      double worst = 0.0;
      for (Index column = 0; column < problem.columns(); ++column) {
        double sd = 0.0, gradient = 0.0;
        const auto x = problem.standardised(column, sd);
        for (Index i = 0; i < problem.made.subjects; ++i) {
          gradient += x[at(i)] * residual[at(i)] / static_cast<double>(problem.made.subjects);
        }
        const double factor = penalty.factor[at(column)], lambda = path.lambda[at(point)];
        const double t = lambda * l1_ratio * factor, value = b[at(column)] * sd;
        const double force = gradient - lambda * (1.0 - l1_ratio) * factor * value;
        const double slope = factor > 0.0 ? slope_of(kind, gamma, t, std::fabs(value)) : 0.0;
        double up = force - (value >= 0.0 ? slope : -slope);
        double down = -force - (value <= 0.0 ? slope : -slope);
        if (limits) { // limits that are met are met exactly but for the division by the SD
          up = b[at(column)] >= penalty.upper[at(column)] - 1e-15 ? 0.0 : up;
          down = b[at(column)] <= penalty.lower[at(column)] + 1e-15 ? 0.0 : down;
          EXPECT_LE(b[at(column)], penalty.upper[at(column)] + 1e-15);
          EXPECT_GE(b[at(column)], penalty.lower[at(column)] - 1e-15);
        }
        worst = std::max({worst,
                          up / (t > 0.0 ? t : path.largest_lambda),
                          down / (t > 0.0 ? t : path.largest_lambda)});
        unshrunken += factor > 0.0 && value != 0.0 && slope == 0.0 ? 1 : 0;
        bent += factor > 0.0 && value != 0.0 && slope > 0.0 && slope < t ? 1 : 0;
      }
      ++points;
      EXPECT_NE(path.status[at(point)], FitStatus::iteration_limit)
          << "draw " << draw << ", point " << point << " of " << path.points();
      // sums of 80 terms of the size of the outcome, against thresholds of a tenth of it
      EXPECT_LT(worst, path.kkt_violation[at(point)] + 1e-9) << "draw " << draw << ", " << point;
      if (path.status[at(point)] == FitStatus::converged) {
        EXPECT_LT(worst, 1e-7) << "draw " << draw << ", " << point;
      }
    }
  }
  EXPECT_EQ(unshrunken > 0, kind != PenaltyKind::elastic_net);
  EXPECT_EQ(bent > 0, kind != PenaltyKind::elastic_net);
  EXPECT_GT(points, 40);
}

INSTANTIATE_TEST_SUITE_P(
    Families,
    Kkt,
    testing::Combine(testing::Values(Family::cox, Family::gaussian, Family::binomial),
                     testing::Values(PenaltyKind::elastic_net, PenaltyKind::mcp, PenaltyKind::scad),
                     testing::Values(1.0, 0.6),
                     testing::Bool()));

class Shapes : public testing::TestWithParam<std::tuple<PenaltyKind, double>> {};

// Columns of a Hadamard matrix: x'x / n = 1, all others 0, so that every coefficient is a rule of x'y / n alone.
TEST_P(Shapes, OrthogonalColumnsFollowTheRuleOfOneColumn) {
  const auto [kind, l1_ratio] = GetParam();
  constexpr Index n = 16, markers = n - 1;
  Problem problem(RandomKey(70), Family::gaussian, n, markers, 0);
  for (Index column = 0; column < markers; ++column) {
    for (Index i = 0; i < n; ++i) {
      Index common = (column + 1) & i, ones = 0;
      for (; common != 0; common &= common - 1) {
        ++ones;
      }
      problem.made.marker_values[at(column * n + i)] = ones % 2 == 0 ? 1.0F : -1.0F;
    }
  }
  RandomStream draw(RandomKey(71));
  auto& value = std::get<ContinuousOutcome>(problem.outcome).value;
  std::vector<double> z(at(markers), 0.0);
  for (Index i = 0; i < n; ++i) {
    value[at(i)] = 5.0 * draw.normal();
    for (Index column = 0; column < markers; ++column) {
      z[at(column)] += problem.raw(column, i) * value[at(i)] / static_cast<double>(n);
    }
  }
  const double gamma = default_gamma(kind);
  const PathFit path =
      fit(problem, {.l1_ratio = l1_ratio, .kind = kind}, {.points = 40, .smallest_fraction = 0.05});
  for (Index point = 0; point < path.points(); ++point) {
    const auto b = coefficients_at(path, point, markers);
    const double lambda = path.lambda[at(point)];
    for (Index column = 0; column < markers; ++column) {
      const double expected =
          univariate(kind, gamma, z[at(column)], lambda * l1_ratio, lambda * (1.0 - l1_ratio));
      // 1e-8 of the threshold, over a curvature of at least 1 - 1 / (gamma - 1)
      EXPECT_NEAR(b[at(column)], expected, 2e-8 * path.largest_lambda) << point << ", " << column;
    }
  }
  EXPECT_GT(path.points(), 20);
}

// Coordinate descent by the rule of one column, where n exceeds the columns so much that the problem is convex
// (smallest eigenvalue of X'X / n above 1 / (gamma - 1)): the minimum is the only one.
TEST_P(Shapes, PlainCoordinateDescentFindsTheSameMinimum) {
  const auto [kind, l1_ratio] = GetParam();
  constexpr Index n = 400, markers = 8;
  constexpr double gamma = 6.0;
  Problem problem(RandomKey(72), Family::gaussian, n, markers, 0);
  const PathFit path = fit(problem,
                           {.l1_ratio = l1_ratio, .kind = kind, .gamma = gamma},
                           {.points = 20, .smallest_fraction = 0.01});
  const auto& value = std::get<ContinuousOutcome>(problem.outcome).value;
  std::vector<std::vector<double>> x;
  std::vector<double> sd(at(markers)), b(at(markers), 0.0), rest(value);
  double mean = 0.0;
  for (Index column = 0; column < markers; ++column) {
    x.push_back(problem.standardised(column, sd[at(column)]));
  }
  for (const double y : value) {
    mean += y / static_cast<double>(n);
  }
  for (double& y : rest) {
    y -= mean;
  }
  ASSERT_EQ(path.points(), 20);
  for (Index point = 0; point < path.points(); ++point) {
    const double t = path.lambda[at(point)] * l1_ratio;
    const double l2 = path.lambda[at(point)] * (1.0 - l1_ratio);
    for (int sweep = 0; sweep < 500; ++sweep) {
      for (Index column = 0; column < markers; ++column) {
        double z = b[at(column)];
        for (Index i = 0; i < n; ++i) {
          z += x[at(column)][at(i)] * rest[at(i)] / static_cast<double>(n);
        }
        const double next = univariate(kind, gamma, z, t, l2);
        for (Index i = 0; i < n; ++i) {
          rest[at(i)] -= (next - b[at(column)]) * x[at(column)][at(i)];
        }
        b[at(column)] = next;
      }
    }
    const auto found = coefficients_at(path, point, markers);
    double objective = 0.0;
    for (const double y : rest) {
      objective += y * y / (2.0 * static_cast<double>(n));
    }
    for (Index column = 0; column < markers; ++column) {
      // P as the integral of P' over four segments, on each of which P' is linear: trapezia
      const double size = std::fabs(b[at(column)]);
      double from = 0.0;
      for (const double knot : {t, gamma * t, size}) {
        const double to = std::min(knot, size);
        if (to > from) {
          objective +=
              (to - from) * (slope_of(kind, gamma, t, from) + slope_of(kind, gamma, t, to)) / 2.0;
          from = to;
        }
      }
      objective += l2 * size * size / 2.0;
      // 1e-8 of the threshold over a curvature of about 0.5
      EXPECT_NEAR(found[at(column)] * sd[at(column)], b[at(column)], 1e-7 * path.largest_lambda);
    }
    EXPECT_NEAR(path.objective[at(point)], objective, 1e-12 * (1.0 + objective));
  }
}

// P differs from t |b| by b^2 / (2 gamma), coefficients hence by b / gamma over the curvature, about 0.1 and more.
TEST_P(Shapes, LargeGammaIsTheElasticNet) {
  const auto [kind, l1_ratio] = GetParam();
  for (const Family family : {Family::cox, Family::binomial}) {
    Problem problem(RandomKey(73), family, 100, 15, 1);
    const LambdaGrid grid{.points = 20, .smallest_fraction = 0.02};
    const PathFit net = fit(problem, {.l1_ratio = l1_ratio}, grid);
    const PathFit path = fit(problem, {.l1_ratio = l1_ratio, .kind = kind, .gamma = 1e6}, grid);
    ASSERT_EQ(net.points(), path.points());
    for (Index point = 0; point < net.points(); ++point) {
      const auto left = coefficients_at(net, point, problem.columns());
      const auto right = coefficients_at(path, point, problem.columns());
      for (Index column = 0; column < problem.columns(); ++column) {
        EXPECT_NEAR(left[at(column)], right[at(column)], 1e-4);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds,
                         Shapes,
                         testing::Combine(testing::Values(PenaltyKind::mcp, PenaltyKind::scad),
                                          testing::Values(1.0, 0.6)));

class Separation : public testing::TestWithParam<std::tuple<PenaltyKind, bool>> {};

// One column says who has the event, or who alone can have none: once it is not penalized, the likelihood rises for
// ever. The path ends there, with numbers.
TEST_P(Separation, EndsThePathAsSaturated) {
  const auto [kind, one_sided] = GetParam();
  for (const Family family : {Family::binomial, Family::cox}) {
    Problem problem(RandomKey(74), family, 60, 10, 0);
    for (Index i = 0; i < 60; ++i) {
      const bool high = i % 2 == 0;
      const bool event = high && (!one_sided || i % 4 == 0);
      problem.made.marker_values[at(i)] = high ? 1.0F : 0.0F;
      problem.made.survival.event[at(i)] = event ? 1 : 0;
      problem.made.survival.time[at(i)] = event ? 1.0 + 0.01 * static_cast<double>(i) : 2.0;
      if (auto* binary = std::get_if<BinaryOutcome>(&problem.outcome)) {
        binary->label[at(i)] = event ? 1 : 0;
      }
    }
    if (family == Family::cox) {
      problem.outcome = problem.made.survival;
    }
    const PathFit path = fit(problem, {.kind = kind}, {.points = 60, .smallest_fraction = 1e-3});
    ASSERT_GT(path.points(), 1);
    EXPECT_LT(path.points(), 60);
    for (Index point = 0; point < path.points(); ++point) {
      EXPECT_EQ(path.status[at(point)] == FitStatus::saturated, point + 1 == path.points());
      EXPECT_TRUE(std::isfinite(path.objective[at(point)]));
      for (const double b : coefficients_at(path, point, 10)) {
        EXPECT_LT(std::fabs(b), 1e3);
      }
    }
    const PathFit single = fit(problem, {.kind = kind}, {.values = {1e-3 * path.largest_lambda}});
    ASSERT_EQ(single.points(), 1);
    EXPECT_EQ(single.status[0], FitStatus::saturated);
    EXPECT_TRUE(std::isfinite(single.objective[0]));
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds,
                         Separation,
                         testing::Combine(testing::Values(PenaltyKind::mcp, PenaltyKind::scad),
                                          testing::Bool()));

} // namespace
} // namespace vigil::penalized
