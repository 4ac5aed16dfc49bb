// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/deviance.hpp"
#include "vigil/penalized/gaussian_loss.hpp"
#include "vigil/penalized/logistic_loss.hpp"
#include "vigil/penalized/poisson_loss.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <cmath>
#include <limits>
#include <memory>
#include <vector>

namespace vigil::penalized {
namespace {

using test::rounding;

const std::vector<double> eta{0.3, -1.2, 0.0, 2.0, -0.4};
const std::vector<double> weight{1.0, 0.5, 2.0, 0.0, 1.5};

CaseWeights weights() {
  return CaseWeights::ones(5).with_sampling(weight);
}

/// The linear predictor of a loss's own point, by subject; the fourth has no weight and a value that must not be read.
std::vector<double> linear_of(double intercept) {
  std::vector<double> linear;
  for (const double value : eta) {
    linear.push_back(value + intercept);
  }
  linear[3] = std::nan("");
  return linear;
}

std::vector<double> rows_of(const Loss& loss) {
  std::vector<double> rows;
  for (const Index subject : loss.subjects()) {
    rows.push_back(eta[at(subject)]);
  }
  return rows;
}

/// At its own intercept a loss's distance from the saturated value is half the deviance.
void expect_agreement(const Loss& loss, const Outcome& outcome) {
  const LossPoint point = loss.evaluate(rows_of(loss));
  const double expected = 2.0 * (loss.saturated_value() - point.value);
  EXPECT_NEAR(
      deviance(outcome, weights(), linear_of(point.intercept)), expected, rounding(expected, 64.0));
}

TEST(Deviance, IsTwiceTheDistanceFromTheSaturatedValue) {
  const ContinuousOutcome continuous{{1.0, 2.5, -1.0, 9.0, 0.5}, "1"};
  expect_agreement(*make_gaussian_loss(continuous, weights(), {}), continuous);
  const BinaryOutcome binary{{1, 0, 0, 1, 1}};
  expect_agreement(*make_logistic_loss(binary, weights(), {}), binary);
  const CountOutcome counts{{0.0, 3.0, 1.0, 7.0, 2.0}};
  expect_agreement(*make_poisson_loss(counts, weights(), {}), counts);
}

TEST(Deviance, ByHand) {
  const auto one = CaseWeights::ones(1);
  EXPECT_EQ(deviance(ContinuousOutcome{{3.0}, "1"}, one, std::vector<double>{1.0}), 4.0);
  EXPECT_DOUBLE_EQ(deviance(BinaryOutcome{{1}}, one, std::vector<double>{0.0}),
                   2.0 * std::log(2.0));
  EXPECT_EQ(deviance(CountOutcome{{0.0}}, one, std::vector<double>{0.0}), 2.0);
  EXPECT_EQ(deviance(CountOutcome{{1.0}}, one, std::vector<double>{0.0}), 0.0);
}

TEST(Deviance, IsLinearFarOnTheWrongSideAndNeverNaN) {
  const auto one = CaseWeights::ones(1);
  EXPECT_EQ(deviance(BinaryOutcome{{0}}, one, std::vector<double>{1e3}), 2e3);
  EXPECT_EQ(deviance(BinaryOutcome{{1}}, one, std::vector<double>{1e3}), 0.0);
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(deviance(CountOutcome{{2.0}}, one, std::vector<double>{1e3}), infinity);
  EXPECT_EQ(deviance(ContinuousOutcome{{2.0}, "1"}, one, std::vector<double>{std::nan("")}),
            infinity);
  EXPECT_EQ(deviance(BinaryOutcome{{1}}, one.with_times({0}), std::vector<double>{1.0}), 0.0);
}

} // namespace
} // namespace vigil::penalized
