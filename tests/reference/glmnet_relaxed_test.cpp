// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/cross_validate.hpp"
#include "vigil/penalized/relaxed.hpp"

#include <gtest/gtest.h>

#include "tests/reference/glmnet_families.hpp"
#include "tests/support/near.hpp"
#include <algorithm>
#include <string>
#include <vector>

namespace vigil::test {
namespace {

class GlmnetRelaxed : public testing::TestWithParam<const char*> {
protected:
  GlmnetData all;
  Outcome outcome = all.outcome(GetParam(), false);
  TrainingData data{.features = all.features(), .clinical = all.clinical(), .outcome = outcome};
  CaseWeights weights = CaseWeights::ones(GlmnetData::subjects);
  Scheduler scheduler{1};
  FitContext context{scheduler};
  std::vector<Preparation> preparations = fit_preparations(data, {&weights, 1}, {}, scheduler);
  FitItem item{weights, preparations[0], RandomKey(1)};
  penalized::PenaltyOptions penalty;
};

TEST_P(GlmnetRelaxed, CoefficientsAndIntercept) {
  const auto cases = glmnet_cases(GetParam(), true);
  ASSERT_EQ(cases.size(), 1U);
  penalized::LambdaGrid grid;
  for (const GlmnetPoint& point : cases[0].points) {
    grid.values.push_back(point.lambda);
  }
  const penalized::PathRequest request{penalty, grid};
  penalized::PathBatch fits({data, {&item, 1}}, {&request, 1}, context);
  const Index points = size_of(grid.values);
  ASSERT_GE(points, 4);
  fits.run(std::vector<Index>{points});
  const auto relaxed = penalized::relaxed_path(data, fits.fitter(0), fits.columns(), points);
  ASSERT_EQ(relaxed.fitted(), points) << relaxed.ended_because;
  for (Index point = 0; point < points; ++point) {
    const GlmnetPoint& theirs = cases[0].points[at(point)];
    std::vector<double> ours(at(GlmnetData::columns), 0.0);
    const auto features = relaxed.coefficients.features_at(point);
    for (std::size_t place = 0; place < features.size(); ++place) {
      ours[at(features[place])] = relaxed.coefficients.values_at(point)[place];
    }
    for (std::size_t column = 0; column < ours.size(); ++column) {
      EXPECT_NEAR(ours[column], theirs.coefficient[column], 1e-6)
          << "glmnet's gradient is below 1e-8 of lambda, the curvature above 1e-3; point " << point
          << ", column " << column;
    }
    if (!relaxed.intercept.empty()) {
      EXPECT_NEAR(relaxed.intercept[at(point)], theirs.intercept, 1e-5)
          << "columns up to 40 away from zero; point " << point;
    }
  }
}

// Fits of glmnet in each fold, make_relaxed.R.
TEST_P(GlmnetRelaxed, CrossValidatedMixtures) {
  const Dataset table(std::string(VIGIL_REFERENCE) + "/glmnet_relaxed_cv.csv");
  const auto& family = table.text("family");
  const auto gamma = table.numbers("gamma"), lambda = table.numbers("lambda"),
             loss = table.numbers("loss"), loss_se = table.numbers("loss_se"),
             best = table.numbers("best");
  penalized::LambdaGrid grid;
  for (std::size_t row = 0; row < family.size(); ++row) {
    if (family[row] == GetParam() && gamma[row] == 1.0) {
      grid.values.push_back(lambda[row]);
    }
  }
  penalized::CvOptions options{.folds = 5, .full_grid = true, .relax = true};
  options.loss = std::string(GetParam()) == "cox" ? penalized::CvLoss::partial_likelihood
                                                  : penalized::CvLoss::deviance;
  options.fold_of.emplace_back();
  for (Index subject = 0; subject < GlmnetData::subjects; ++subject) {
    options.fold_of[0].push_back(1 + subject % 5);
  }
  const penalized::PathRequest request{penalty, grid};
  const auto cv =
      penalized::cross_validate({data, {&item, 1}}, {&request, 1}, options, context).front();
  ASSERT_TRUE(cv.relaxed.has_value());
  Index compared = 0;
  for (std::size_t row = 0; row < family.size(); ++row) {
    if (family[row] != GetParam()) {
      continue;
    }
    const auto curve = std::find_if(cv.relaxed->curves.begin(),
                                    cv.relaxed->curves.end(),
                                    [&](const auto& each) { return each.gamma == gamma[row]; });
    ASSERT_NE(curve, cv.relaxed->curves.end());
    const Index point = std::find(cv.path.lambda.begin(), cv.path.lambda.end(), lambda[row]) -
                        cv.path.lambda.begin();
    ASSERT_LT(point, size_of(curve->loss)) << "gamma " << gamma[row];
    EXPECT_NEAR(curve->loss[at(point)],
                loss[row],
                relative(loss[row], 1e-6, "two solutions near one optimum"))
        << "gamma " << gamma[row] << ", point " << point;
    EXPECT_NEAR(curve->loss_se[at(point)],
                loss_se[row],
                relative(loss_se[row], 1e-5, "two solutions near one optimum"));
    if (best[row] == 1.0) {
      EXPECT_EQ(cv.relaxed->curves[at(cv.relaxed->best)].gamma, gamma[row]);
      EXPECT_EQ(cv.relaxed->minimum, point);
    }
    ++compared;
  }
  EXPECT_EQ(compared, 60);
}

INSTANTIATE_TEST_SUITE_P(Families,
                         GlmnetRelaxed,
                         testing::Values("gaussian", "binomial", "poisson", "cox"),
                         [](const auto& one) { return std::string(one.param); });

} // namespace
} // namespace vigil::test
