// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/global_test.hpp"
#include "vigil/select/prevalidation.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include "tests/support/screen_design.hpp"
#include <string>

namespace vigil::select {
namespace {

struct Claim {
  const char* name;
  test::ScreenDesignOptions design;
  bool permutation_holds;
};

/// 200 markers in blocks beside a clinical column that acts.
test::ScreenDesignOptions design_of(double effect, double confounding, bool dependent) {
  return {.subjects = 100,
          .block = 20,
          .blocks = 10,
          .true_markers = 20,
          .effect = effect,
          .confounding = confounding,
          .dependent = dependent};
}

/// Rejections at 0.1 in 200 replicates: of an exact test within 3 standard errors of the level or below.
struct GlobalTestErrors : testing::TestWithParam<Claim> {};

TEST_P(GlobalTestErrors, StayAtTheirLevel) {
  constexpr double level = 0.1, replicates = 200.0;
  const Claim& claim = GetParam();
  Scheduler scheduler(1);
  FitContext context{scheduler};
  double permutation = 0.0, multipliers = 0.0;
  for (Index replicate = 0; replicate < 200; ++replicate) {
    const RandomKey key = RandomKey(2027).child(claim.name).child(replicate);
    const test::ScreenDesign design(claim.design, key.child("design"));
    const TrainingData data = design.data();
    const auto within = CaseWeights::ones(claim.design.subjects);
    const auto null = fit_null_model(data, within, {}, scheduler);
    const TestedFeatures features(null, data, within, "median", scheduler);
    const auto tests = global_tests(features, 199, key, context);
    permutation += tests.permutation.p <= level ? 1.0 / replicates : 0.0;
    multipliers += tests.multipliers.p <= level ? 1.0 / replicates : 0.0;
  }
  RecordProperty("permutation", std::to_string(permutation));
  RecordProperty("multipliers", std::to_string(multipliers));
  const double error = test::monte_carlo(std::sqrt(level * (1.0 - level) / replicates));
  if (claim.design.effect > 0.0) {
    EXPECT_GT(permutation, 0.5);
    EXPECT_GT(multipliers, 0.5);
    return;
  }
  EXPECT_LE(multipliers, level + error);
  if (claim.permutation_holds) {
    EXPECT_LE(permutation, level + error);
    EXPECT_GE(permutation, level - error); // it is exact
  }
}

INSTANTIATE_TEST_SUITE_P(
    Designs,
    GlobalTestErrors,
    testing::Values(Claim{"null", design_of(0.0, 0.0, false), true},
                    Claim{"confounded_null", design_of(0.0, 0.6, true), false},
                    Claim{"signal", design_of(0.25, 0.0, false), true},
                    Claim{"confounded_signal", design_of(0.25, 0.6, true), false}),
    [](const auto& claim) { return std::string(claim.param.name); });

/// The same of the pre-validated score; of its z by the normal distribution it is said that this does not hold.
TEST(PrevalidationErrors, StayAtTheirLevel) {
  constexpr double level = 0.1;
  constexpr Index replicates = 100;
  Scheduler scheduler(1);
  FitContext context{scheduler};
  double rejected = 0.0;
  for (Index replicate = 0; replicate < replicates; ++replicate) {
    const RandomKey key = RandomKey(2028).child(replicate);
    const test::ScreenDesignOptions options{
        .subjects = 60, .block = 5, .blocks = 4, .effect = 0.0, .censoring = 0.5};
    const test::ScreenDesign design(options, key.child("design"));
    const TrainingData data = design.data();
    const auto within = CaseWeights::ones(options.subjects);
    const auto null = fit_null_model(data, within, {}, scheduler);
    const auto found =
        prevalidation(null, data, within, {.folds = 3, .inner_folds = 3, .draws = 9}, key, context);
    rejected += found.p <= level ? 1.0 / static_cast<double>(replicates) : 0.0;
  }
  RecordProperty("rejected", std::to_string(rejected));
  EXPECT_LE(rejected, level + test::monte_carlo(std::sqrt(level * (1.0 - level) / replicates)));
}

} // namespace
} // namespace vigil::select
