// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/loss.hpp"
#include "vigil/penalized/working_set.hpp"

#include <gtest/gtest.h>

#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>
#include <vector>

namespace vigil::penalized {
namespace {

constexpr Index subjects = 60, markers = 400;

// l1_ratio, factors of the columns differ
class WideSets : public testing::TestWithParam<std::tuple<double, bool>> {};

// With a ridge part, more columns than rows and neither limits nor ties: a point settles by the rows alone, so that its
// linear predictor comes from sums over the columns that joined, left and changed all the way down the path.
TEST_P(WideSets, KeepTheLinearPredictorOfTheirCoefficients) {
  const auto [l1_ratio, differ] = GetParam();
  test::SurvivalCase drawn(RandomKey(31), subjects, markers, 0);
  const TrainingData data = drawn.data();
  const auto loss = make_loss(data, CaseWeights::ones(subjects), survival::Ties::breslow);
  std::vector<double> x;
  std::vector<WorkingSet::Joining> joining;
  for (Index column = 0; column < markers; ++column) {
    const auto raw = std::span(drawn.marker_values).subspan(at(column * subjects), at(subjects));
    double mean = 0.0;
    for (const float value : raw) {
      mean += static_cast<double>(value) / static_cast<double>(subjects);
    }
    for (const Index subject : loss->subjects()) {
      x.push_back(static_cast<double>(raw[at(subject)]) - mean);
    }
    joining.push_back(
        {column, {.factor = differ ? 0.5 + 0.01 * static_cast<double>(column % 100) : 1.0}});
  }
  WorkingSet working(*loss);
  working.add(joining, x);
  double largest = 0.0; // lambda at which the first column joins
  const auto gradient_at = [&](Index column, const LossPoint& point) {
    long double sum = 0.0L;
    for (Index row = 0; row < loss->rows(); ++row) {
      sum += static_cast<long double>(point.residual[at(row)]) *
             static_cast<long double>(x[at(column * loss->rows() + row)]);
    }
    return static_cast<double>(sum) / loss->total_weight();
  };
  for (Index column = 0; column < markers; ++column) {
    largest = std::max(largest,
                       std::fabs(gradient_at(column, working.point())) /
                           joining[at(column)].penalty.factor / l1_ratio);
  }
  constexpr double goal = 1e-9;
  for (int point = 1; point <= 40; ++point) {
    const Strength strength{.lambda = largest * std::pow(0.05, point / 40.0),
                            .l1_ratio = l1_ratio,
                            .largest_lambda = largest};
    const auto solved = working.solve(strength, goal, 200);
    EXPECT_LE(solved.violation, goal) << point;
    std::vector<double> eta(at(loss->rows()), 0.0);
    for (Index row = 0; row < loss->rows(); ++row) {
      long double sum = 0.0L;
      for (Index column = 0; column < markers; ++column) {
        sum += static_cast<long double>(working.coefficients()[at(column)]) *
               static_cast<long double>(x[at(column * loss->rows() + row)]);
      }
      eta[at(row)] = static_cast<double>(sum);
    }
    double largest_eta = 1.0;
    for (const double value : eta) {
      largest_eta = std::max(largest_eta, std::fabs(value));
    }
    for (std::size_t row = 0; row < eta.size(); ++row) {
      // a settled point may have 1e-11; Newton steps add rounding of their own
      EXPECT_NEAR(working.eta()[row], eta[row], 2e-11 * largest_eta) << point;
    }
    const LossPoint there = loss->evaluate(eta);
    double worst = 0.0;
    for (Index column = 0; column < markers; ++column) {
      worst = std::max(worst,
                       kkt_violation(gradient_at(column, there),
                                     working.coefficients()[at(column)],
                                     joining[at(column)].penalty,
                                     strength));
    }
    // 2e-11 of the linear predictor is at most that share of a column's length against thresholds of 0.01 and more
    EXPECT_LE(worst, solved.violation + 2e-9) << point;
  }
  EXPECT_GT(std::ranges::count_if(working.coefficients(), [](double b) { return b != 0.0; }), 20);
}

INSTANTIATE_TEST_SUITE_P(
    Ratios,
    WideSets,
    testing::Combine(testing::Values(0.05, 0.5, 0.9, 0.99, 0.9999), testing::Bool()),
    [](const auto& setting) {
      return "Ratio" + std::to_string(static_cast<int>(1e4 * std::get<0>(setting.param))) +
             (std::get<1>(setting.param) ? "Factors" : "");
    });

} // namespace
} // namespace vigil::penalized
