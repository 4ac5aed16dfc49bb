// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/any_learner.hpp"
#include "vigil/learn/preparation.hpp"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace vigil::test {

/// One column times a coefficient, with exponential risk; undefined without events in training.
class ToyModel {
public:
  ToyModel(std::string name, Index column, double coefficient, double rate, Preparation rule)
      : name_(std::move(name)), column_(column), coefficient_(coefficient), rate_(rate),
        rule_(std::move(rule)) {}

  [[nodiscard]] Prediction predict(const Covariates& covariates,
                                   const PredictionRequest& request,
                                   FitContext& context) const {
    const std::vector<std::string> names{name_};
    Prediction result;
    result.score =
        prepared_columns(covariates, find_columns(covariates, names), rule_, context.scheduler);
    for (double& score : result.score) {
      score *= coefficient_;
    }
    result.risk = undefined_risk(covariates.subjects(), request.horizons);
    for (Index h = 0; h < size_of(request.horizons); ++h) {
      const auto risk = result.risk.at_horizon(h);
      for (Index i = 0; i < covariates.subjects(); ++i) {
        risk[at(i)] =
            1.0 - std::exp(-rate_ * request.horizons[at(h)] * std::exp(result.score[at(i)]));
      }
    }
    return result;
  }
  [[nodiscard]] FitStatus status() const {
    return rate_ > 0.0 ? FitStatus::converged : FitStatus::undefined;
  }
  [[nodiscard]] std::vector<SelectedFeature> selected() const {
    return {{.feature = column_, .coefficient = coefficient_}};
  }
  [[nodiscard]] Record record() const {
    Record record("toy");
    record.set("feature", name_);
    record.set("coefficient", coefficient_);
    record.set("rate", rate_);
    record.set("preparation", rule_.record());
    return record;
  }

private:
  std::string name_;
  Index column_;
  double coefficient_, rate_;
  Preparation rule_;
};

/// Picks the column that goes best with events per time in the training weights: a learner that selects, uses
/// its preparation and its key, and sees nothing of weight zero. `only` >= 0: that column, without selection.
struct ToyLearner {
  using Model = ToyModel;
  Index only = no_index;

  [[nodiscard]] std::vector<ToyModel> fit_all(const FitBatch& batch, FitContext& context) const {
    std::vector<ToyModel> models;
    for (const FitItem& item : batch.items) {
      models.push_back(fit_one(batch.data, item, context));
    }
    return models;
  }

private:
  [[nodiscard]] ToyModel
  fit_one(const TrainingData& data, const FitItem& item, FitContext& context) const {
    const auto& outcome = std::get<SurvivalOutcome>(data.outcome);
    double events = 0.0, time = 0.0;
    for (const Index i : item.weights.support()) {
      events += item.weights[i] * outcome.event[at(i)];
      time += item.weights[i] * outcome.time[at(i)];
    }
    const double rate = events / time;
    Index best = no_index;
    double slope = 0.0;
    for (Index column = 0; column < data.columns(); ++column) {
      if ((only != no_index && column != only) || !item.preparation.keeps(column)) {
        continue;
      }
      const double found = slope_of(data, item, column, rate, context);
      if (best == no_index || std::fabs(found) > std::fabs(slope)) {
        best = column;
        slope = found;
      }
    }
    RandomStream noise(item.key);
    const Index chosen = best == no_index ? 0 : best;
    return {data.covariates().info(chosen).name,
            chosen,
            slope + 1e-3 * noise.normal(),
            rate,
            item.preparation.select(std::vector<Index>{chosen})};
  }
  [[nodiscard]] static double slope_of(const TrainingData& data,
                                       const FitItem& item,
                                       Index column,
                                       double rate,
                                       FitContext& context) {
    const auto& outcome = std::get<SurvivalOutcome>(data.outcome);
    const std::vector<Index> listed{column};
    const auto x = prepared_columns(
        data.covariates(), listed, item.preparation.select(listed), context.scheduler);
    double score = 0.0, information = 0.0;
    for (const Index i : item.weights.support()) {
      const double residual = outcome.event[at(i)] - rate * outcome.time[at(i)];
      score += item.weights[i] * x[at(i)] * residual;
      information += item.weights[i] * x[at(i)] * x[at(i)] * rate * outcome.time[at(i)];
    }
    return information > 0.0 ? score / information : 0.0;
  }
};

} // namespace vigil::test
