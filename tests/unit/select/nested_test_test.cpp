// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/nested_test.hpp"
#include "vigil/survival/cox_fit.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>

namespace vigil::select {
namespace {

using test::SurvivalCase;

NestedTests tests_of(SurvivalCase& made) {
  Scheduler scheduler(1);
  const TrainingData data = made.data();
  const auto within = CaseWeights::ones(made.subjects);
  const auto null = fit_null_model(data, within, {}, scheduler);
  return nested_tests({null, data, within, "median", scheduler});
}

// A copy of a feature, and one of a clinical column, add nothing: no degree of freedom, and the same chi-square.
TEST(NestedTests, CountTheRank) {
  SurvivalCase made(RandomKey(31), 150, 2, 2), more = made;
  more.markers = 4;
  more.marker_values.insert(
      more.marker_values.end(), made.marker_values.begin(), made.marker_values.begin() + 150);
  for (double& value : more.clinical[1]) {
    value = static_cast<double>(static_cast<float>(value));
    more.marker_values.push_back(static_cast<float>(value));
  }
  made.clinical[1] = more.clinical[1];
  const auto few = tests_of(made), many = tests_of(more);
  EXPECT_EQ(few.score.degrees_of_freedom, 2);
  for (const auto& [one, other] :
       {std::pair{few.score, many.score}, std::pair{few.likelihood_ratio, many.likelihood_ratio}}) {
    EXPECT_EQ(one.degrees_of_freedom, other.degrees_of_freedom);
    EXPECT_NEAR(one.chi_square,
                other.chi_square,
                test::relative(one.chi_square, 1e-8, "columns that are collinear to rounding"));
    EXPECT_LT(one.p, 1e-6); // the first two markers act
  }
}

// Without clinical columns the score test is the one of the Cox fit at 0.
TEST(NestedTests, ScoreTestIsThatOfTheFitWithoutClinicalColumns) {
  SurvivalCase made(RandomKey(32), 120, 3, 0);
  Scheduler scheduler(1);
  const TrainingData data = made.data();
  const survival::CoxLikelihood likelihood(
      made.survival, CaseWeights::ones(120), {}, {}, survival::Ties::breslow);
  const std::vector<Index> listed{0, 1, 2};
  const auto fit = survival::fit_cox(likelihood, raw_columns(data.covariates(), listed, scheduler));
  const auto tests = tests_of(made);
  EXPECT_NEAR(tests.score.chi_square,
              fit.score_test,
              test::relative(fit.score_test, 1e-9, "columns on another scale"));
  EXPECT_NEAR(tests.likelihood_ratio.chi_square,
              2.0 * (fit.log_likelihood - fit.null_log_likelihood),
              test::relative(1000.0, 1e-11, "difference of two log likelihoods"));
}

TEST(NestedTests, AreForFewFeatures) {
  SurvivalCase made(RandomKey(33), 100, 20, 1);
  const auto tests = tests_of(made);
  EXPECT_NE(tests.score.undefined_because.find("20 features for"), std::string::npos);
  EXPECT_TRUE(std::isnan(tests.likelihood_ratio.p));
  SurvivalCase equal(RandomKey(34), 100, 1, 1);
  for (Index i = 0; i < 100; ++i) {
    equal.marker_values[at(i)] = static_cast<float>(i % 7);
    equal.clinical[0][at(i)] = static_cast<double>(i % 7);
  }
  EXPECT_EQ(tests_of(equal).score.undefined_because,
            "the features are collinear with the clinical columns");
  EXPECT_EQ(tests_of(equal).likelihood_ratio.undefined_because,
            "the features are collinear with the clinical columns");
}

} // namespace
} // namespace vigil::select
