// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/learn/any_learner.hpp"

#include <gtest/gtest.h>

namespace {

using namespace vigil; // NOLINT(google-build-using-namespace): a test file

struct ConstantModel {
  double score;
  [[nodiscard]] Prediction
  predict(const Covariates& covariates, const PredictionRequest& request, FitContext&) const {
    Prediction prediction;
    prediction.score.assign(at(covariates.subjects()), score);
    prediction.risk = undefined_risk(covariates.subjects(), request.horizons);
    return prediction;
  }
  [[nodiscard]] FitStatus status() const { return FitStatus::converged; }
  [[nodiscard]] std::vector<SelectedFeature> selected() const { return {{3, score}}; }
  [[nodiscard]] Record record() const { return Record("constant"); }
};

struct TotalWeight {
  using Model = ConstantModel;
  [[nodiscard]] std::vector<ConstantModel> fit_all(const FitBatch& batch, FitContext&) const {
    std::vector<ConstantModel> models;
    for (const auto& item : batch.items) {
      models.push_back({item.weights.total()});
    }
    return models;
  }
};

struct TellingModel : ConstantModel {
  [[nodiscard]] FitDiagnostics diagnostics() const { return {.importance_on = "nothing"}; }
};

TEST(AnyModel, HasTheDiagnosticsOfModelsThatHaveSome) {
  EXPECT_FALSE(AnyModel(ConstantModel{1.0}).diagnostics());
  const auto told = AnyModel(TellingModel{{1.0}}).diagnostics();
  ASSERT_TRUE(told);
  EXPECT_EQ(told->importance_on, "nothing");
}

TEST(AnyLearner, PassesTheBatchThrough) {
  Scheduler scheduler(1);
  FitContext context{scheduler};
  const FeatureMatrix features(2);
  const ClinicalBlock clinical(2);
  const Outcome outcome = SurvivalOutcome{{}, {1, 2}, {1, 1}};
  const TrainingData data{.features = features, .clinical = clinical, .outcome = outcome};
  const auto ones = CaseWeights::ones(2);
  const auto twice = ones.with_times({2, 2});
  const Preparation none({});
  const std::vector<FitItem> items{{ones, none, RandomKey(1)}, {twice, none, RandomKey(2)}};
  const AnyLearner learner(TotalWeight{});
  const auto models = learner.fit_all({data, items}, context);
  ASSERT_EQ(models.size(), 2U);
  EXPECT_EQ(models[1].selected().front().coefficient, 4.0);
  const std::vector<double> horizons{1.0};
  EXPECT_EQ(models[0].predict(data.covariates(), {horizons}, context).score,
            (std::vector<double>{2, 2}));
  EXPECT_EQ(fit(learner, data, items[1], context).record().kind(), "constant");
}

} // namespace
