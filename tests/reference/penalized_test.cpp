// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/cross_validate.hpp"

#include <gtest/gtest.h>

#include "tests/support/dataset.hpp"
#include "tests/support/near.hpp"
#include <string>
#include <vector>

namespace vigil::penalized {
namespace {

const std::string folder = VIGIL_REFERENCE;

// Columns and outcome of penalized_data.csv, written by make_penalized.R.
struct Glmnet {
  test::Dataset table{folder + "/penalized_data.csv"};
  test::Dataset expected{folder + "/penalized_path.csv"};
  Outcome outcome;
  ClinicalBlock clinical{40};
  FeatureMatrix features{40};

  Glmnet() {
    SurvivalOutcome survival{.entry = {}, .time = table.numbers("time"), .event = {}};
    for (const double event : table.numbers("event")) {
      survival.event.push_back(event == 1.0 ? 1 : 0);
    }
    outcome = survival;
    for (int j = 1; j <= 12; ++j) {
      const std::string name = "X" + std::to_string(j);
      clinical.add({.name = name, .penalized = true}, table.numbers(name));
    }
  }
};

struct Solve {
  const char* name;
  double l1_ratio;
  bool weighted, factors;
};

class AgainstGlmnet : public testing::TestWithParam<Solve> {};

TEST_P(AgainstGlmnet, CoefficientsLambdasAndDeviance) {
  const Glmnet glmnet;
  const TrainingData data{
      .features = glmnet.features, .clinical = glmnet.clinical, .outcome = glmnet.outcome};
  CaseWeights weights = CaseWeights::ones(40);
  PenaltyOptions penalty{.l1_ratio = GetParam().l1_ratio};
  if (GetParam().weighted) {
    weights = weights.with_sampling(glmnet.table.numbers("weight"));
  }
  if (GetParam().factors) {
    penalty.factor.assign(12, 1.0);
    penalty.factor[0] = 0.0;
    penalty.factor[1] = 2.0;
  }
  Scheduler scheduler(1);
  FitContext context{scheduler};
  const auto preparations = fit_preparations(data, {&weights, 1}, {}, scheduler);
  const FitItem item{weights, preparations[0], RandomKey(1)};
  const PathFit path =
      fit_paths({data, {&item, 1}}, penalty, {.points = 20, .smallest_fraction = 0.05}, context)[0];
  const auto cases = glmnet.expected.text("case");
  const auto point = glmnet.expected.numbers("point"), lambda = glmnet.expected.numbers("lambda"),
             explained = glmnet.expected.numbers("deviance_explained"),
             feature = glmnet.expected.numbers("feature"),
             coefficient = glmnet.expected.numbers("coefficient");
  Index compared = 0;
  for (std::size_t row = 0; row < cases.size(); ++row) {
    if (cases[row] != GetParam().name) {
      continue;
    }
    ++compared;
    const auto number = static_cast<Index>(point[row]) - 1;
    ASSERT_LT(number, path.points());
    // glmnet's grid drifts: its last lambda is 0.05 (1 - 2.2e-8) times its first.
    EXPECT_NEAR(path.lambda[at(number)], lambda[row], 3e-8 * lambda[row]);
    EXPECT_NEAR(path.deviance_explained[at(number)], explained[row], 1e-7);
    double ours = 0.0;
    const auto features = path.coefficients.features_at(number);
    for (std::size_t k = 0; k < features.size(); ++k) {
      ours += features[k] == static_cast<Index>(feature[row]) - 1
                  ? path.coefficients.values_at(number)[k]
                  : 0.0;
    }
    // glmnet stops on the change of coefficients, here at 1e-14 of the null deviance.
    EXPECT_NEAR(ours, coefficient[row], 1e-6) << "point " << number << " feature " << feature[row];
  }
  EXPECT_GE(compared, 36);
}

INSTANTIATE_TEST_SUITE_P(Cases,
                         AgainstGlmnet,
                         testing::Values(Solve{"lasso", 1.0, false, false},
                                         Solve{"elastic_net", 0.5, false, false},
                                         Solve{"weights", 1.0, true, false},
                                         Solve{"factors", 0.8, true, true}),
                         [](const testing::TestParamInfo<Solve>& solve) {
                           return std::string(solve.param.name);
                         });

TEST(AgainstGlmnetCv, LossesMinimumAndOneSe) {
  const Glmnet glmnet;
  const TrainingData data{
      .features = glmnet.features, .clinical = glmnet.clinical, .outcome = glmnet.outcome};
  const CaseWeights weights = CaseWeights::ones(40);
  Scheduler scheduler(2);
  FitContext context{scheduler};
  const auto preparations = fit_preparations(data, {&weights, 1}, {}, scheduler);
  const FitItem item{weights, preparations[0], RandomKey(1)};
  const PenaltyOptions penalty;
  const PathRequest request{penalty, {.points = 20, .smallest_fraction = 0.05}};
  std::vector<Index> fold_of;
  for (Index i = 0; i < 40; ++i) {
    fold_of.push_back(1 + i % 5);
  }
  const CrossValidation result =
      cross_validate({data, {&item, 1}},
                     {&request, 1},
                     {.folds = 5, .full_grid = true, .fold_of = {fold_of}},
                     context)[0];
  const test::Dataset expected(folder + "/penalized_cv.csv");
  const auto loss = expected.numbers("loss"), se = expected.numbers("loss_se"),
             minimum = expected.numbers("minimum"), one_se = expected.numbers("one_se");
  ASSERT_GE(size_of(result.loss), 15);
  for (Index point = 0; point < size_of(result.loss); ++point) {
    // The grids differ by 2e-8 (see above); losses of order 10.
    EXPECT_NEAR(result.loss[at(point)], loss[at(point)], 1e-5) << point;
    EXPECT_NEAR(result.loss_se[at(point)], se[at(point)], 1e-5) << point;
  }
  EXPECT_EQ(minimum[at(result.minimum)], 1.0);
  EXPECT_EQ(one_se[at(result.one_se)], 1.0);
  EXPECT_EQ(result.stopped_at, no_index);
}

} // namespace
} // namespace vigil::penalized
