// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/any_learner.hpp"

#include "tests/support/toy_learner.hpp"
#include <string>
#include <utility>
#include <vector>

namespace vigil::test {

/// Scores that were made before: one per subject of the cohort.
class StoredScores {
public:
  StoredScores(std::vector<double> score, std::vector<SelectedFeature> selected)
      : score_(std::move(score)), selected_(std::move(selected)) {}

  [[nodiscard]] Prediction
  predict(const Covariates& covariates, const PredictionRequest& request, FitContext&) const {
    Prediction result;
    result.score = score_;
    result.risk = undefined_risk(covariates.subjects(), request.horizons);
    return result;
  }
  [[nodiscard]] FitStatus status() const { return FitStatus::converged; }
  [[nodiscard]] std::vector<SelectedFeature> selected() const { return selected_; }
  [[nodiscard]] Record record() const { return Record("stored-scores"); }

private:
  std::vector<double> score_;
  std::vector<SelectedFeature> selected_;
};

/// The plainest leak: it keeps the outcome of everybody, whoever trains, and knows a share of it.
struct OutcomeReader {
  using Model = StoredScores;
  double share = 1.0; ///< of the score that is the outcome; the rest is noise

  [[nodiscard]] std::vector<StoredScores> fit_all(const FitBatch& batch, FitContext&) const {
    std::vector<StoredScores> models;
    for (const FitItem& item : batch.items) {
      RandomStream noise(item.key);
      std::vector<double> score;
      for (const double time : std::get<SurvivalOutcome>(batch.data.outcome).time) {
        score.push_back(-share * time + (1.0 - share) * noise.normal());
      }
      models.emplace_back(std::move(score), std::vector<SelectedFeature>{});
    }
    return models;
  }
};

/// A filter outside the folds: the column is chosen on all subjects, its coefficient on those that train.
struct FilterOnEverybody {
  using Model = ToyModel;

  [[nodiscard]] std::vector<ToyModel> fit_all(const FitBatch& batch, FitContext& context) const {
    const CaseWeights everybody = CaseWeights::ones(batch.data.subjects());
    std::vector<ToyModel> models;
    for (const FitItem& item : batch.items) {
      const auto chosen =
          fit(ToyLearner{},
              batch.data,
              {.weights = everybody, .preparation = item.preparation, .key = item.key},
              context)
              .selected()
              .front()
              .feature;
      models.push_back(fit(ToyLearner{.only = chosen}, batch.data, item, context));
    }
    return models;
  }
};

/// A list that was made before: it selects one column whatever the outcome says, and another at random.
struct FixedChoice {
  using Model = StoredScores;
  Index column = 0;

  [[nodiscard]] std::vector<StoredScores> fit_all(const FitBatch& batch, FitContext&) const {
    std::vector<StoredScores> models;
    for (const FitItem& item : batch.items) {
      RandomStream stream(item.key);
      const std::vector<SelectedFeature> selected{
          {.feature = column, .coefficient = 1.0},
          {.feature = stream.index_below(batch.data.columns()), .coefficient = 1.0}};
      models.emplace_back(std::vector<double>(at(batch.data.subjects()), 0.0), selected);
    }
    return models;
  }
};

} // namespace vigil::test
