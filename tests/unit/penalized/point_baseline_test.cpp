// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/point_baseline.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <cmath>

namespace {

using namespace vigil; // NOLINT(google-build-using-namespace): a test file

// Three subjects, one column, all events, no ties: with b per raw unit the definition is
// H(t_k) = sum over l <= k of 1 / sum_{j >= l} exp(b x_j), whatever the preparation.
TEST(PointBaseline, IsThatOfRawZeroWhateverThePreparation) {
  Scheduler scheduler(1);
  ClinicalBlock clinical(3);
  clinical.add({.name = "x"}, {11.0, 12.0, 10.0});
  const FeatureMatrix features(3);
  const Outcome outcome = SurvivalOutcome{{}, {1, 2, 3}, {1, 1, 1}};
  const TrainingData data{.features = features, .clinical = clinical, .outcome = outcome};
  const auto weights = CaseWeights::ones(3);
  const double b = 0.3;
  penalized::PathFit path;
  path.lambda = {0.1};
  path.coefficients.point_start = {0, 1};
  path.coefficients.feature = {0};
  path.coefficients.value = {b};
  const double first = 1.0 / (std::exp(11 * b) + std::exp(12 * b) + std::exp(10 * b));
  const double second = first + 1.0 / (std::exp(12 * b) + std::exp(10 * b));
  for (const Preparation& preparation : {Preparation({{.shift = 0.0, .scale = 1.0}}),
                                         Preparation({{.shift = 11.0, .scale = 2.5}})}) {
    const FitItem item{weights, preparation, RandomKey(1)};
    const auto baseline =
        penalized::point_baseline(data, item, path, 0, survival::Ties::breslow, scheduler);
    ASSERT_EQ(baseline.cumulative_hazard.size(), 1U);
    const auto& hazard = baseline.cumulative_hazard.front();
    EXPECT_NEAR(hazard(1.0), first, test::rounding(first, 32));
    EXPECT_NEAR(hazard(2.5), second, test::rounding(second, 32));
  }
}

} // namespace
