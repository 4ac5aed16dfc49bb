// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/penalized_learner.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/penalized/baseline_record.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace vigil::penalized {

namespace {

// Raw values of the listed columns, read once for all models of a batch.
struct RawColumns {
  std::vector<Index> listed;
  std::vector<double> values;

  RawColumns(const Covariates& covariates, std::vector<Index> columns, Scheduler& scheduler)
      : listed(std::move(columns)) {
    std::sort(listed.begin(), listed.end());
    listed.erase(std::unique(listed.begin(), listed.end()), listed.end());
    values = raw_columns(covariates, listed, scheduler);
  }
  [[nodiscard]] std::vector<double> select(std::span<const Index> columns, Index subjects) const {
    std::vector<double> result;
    for (const Index column : columns) {
      const Index place = std::lower_bound(listed.begin(), listed.end(), column) - listed.begin();
      const auto from = values.begin() + place * subjects;
      result.insert(result.end(), from, from + subjects);
    }
    return result;
  }
};

// The l1_ratio of the smallest loss: place among the results of one item.
Index best_of(std::span<const CrossValidation> results) {
  Index best = no_index;
  for (Index place = 0; place < size_of(results); ++place) {
    const CrossValidation& result = results[at(place)];
    if (!result.undefined() &&
        (best == no_index ||
         result.loss[at(result.minimum)] < results[at(best)].loss[at(results[at(best)].minimum)])) {
      best = place;
    }
  }
  return best;
}

std::vector<survival::CoxRisk::Stratum> strata_of(survival::CoxBaseline baseline) {
  std::vector<survival::CoxRisk::Stratum> strata;
  for (Index number = 0; number < size_of(baseline.level); ++number) {
    auto& hazard = baseline.cumulative_hazard[at(number)];
    strata.push_back({.level = baseline.level[at(number)],
                      .time = std::move(hazard.time),
                      .cumulative_hazard = std::move(hazard.value),
                      .variance = {},
                      .mean = {}});
  }
  return strata;
}

} // namespace

std::vector<PenalizedModel> PenalizedLearner::fit_all(const FitBatch& batch,
                                                      FitContext& context) const {
  static_cast<void>(survival_outcome(batch.data.outcome, "cox-net")); // refuses others by name
  if (options_.l1_ratio.empty()) {
    throw ConfigError({.where = "learner 'cox-net', l1_ratio",
                       .found = "an empty list",
                       .expected = "at least one number from 0 to 1",
                       .remedy = "set l1_ratio = 1 for the lasso"});
  }
  const Index ratios = size_of(options_.l1_ratio);
  std::vector<PenaltyOptions> penalties;
  for (const double ratio : options_.l1_ratio) {
    penalties.push_back({.l1_ratio = ratio, .factor = options_.factor, .ties = options_.ties});
  }
  std::vector<FitItem> items;
  std::vector<PathRequest> requests;
  for (const FitItem& item : batch.items) {
    for (const PenaltyOptions& penalty : penalties) {
      items.push_back(item);
      requests.push_back({penalty, options_.grid});
    }
  }
  const auto results =
      cross_validate({batch.data, items, batch.columns}, requests, options_.inner, context);
  std::vector<PenalizedModel> models(batch.items.size());
  std::vector<CrossValidation> chosen(batch.items.size());
  for (Index number = 0; number < size_of(batch.items); ++number) {
    const auto own = std::span(results).subspan(at(number * ratios), at(ratios));
    const Index best = best_of(own);
    chosen[at(number)] = own[at(best == no_index ? 0 : best)];
    models[at(number)].l1_ratio_ = options_.l1_ratio[at(best == no_index ? 0 : best)];
  }
  choose(batch, chosen, models, context);
  if (options_.interval_resamples > 0) {
    add_replicates(batch, chosen, models, context);
  }
  return models;
}

void PenalizedLearner::choose(const FitBatch& batch,
                              std::span<const CrossValidation> results,
                              std::vector<PenalizedModel>& models,
                              FitContext& context) const {
  const Covariates covariates = batch.data.covariates();
  std::vector<Index> columns;
  for (Index number = 0; number < size_of(models); ++number) {
    const CrossValidation& result = results[at(number)];
    PenalizedModel& model = models[at(number)];
    model.ties_ = options_.ties;
    model.level_ = options_.level;
    model.reason_ = result.undefined_because;
    if (result.undefined()) {
      continue;
    }
    const Index point = options_.choice == LambdaChoice::minimum ? result.minimum : result.one_se;
    const auto features = result.path.coefficients.features_at(point);
    const auto values = result.path.coefficients.values_at(point);
    model.inputs_ = ModelInputs(
        covariates, {features.begin(), features.end()}, batch.items[at(number)].preparation);
    for (Index place = 0; place < size_of(values); ++place) {
      model.coefficient_.push_back(values[at(place)] *
                                   model.inputs_.preparation().column(place).scale);
    }
    columns.insert(columns.end(), features.begin(), features.end());
    model.status_ = result.path.status[at(point)];
    model.lambda_ = result.path.lambda[at(point)];
    model.lambda_index_ = point;
    model.kkt_violation_ = result.path.kkt_violation[at(point)];
    model.cv_loss_ = result.loss[at(point)];
    model.cv_loss_se_ = result.loss_se[at(point)];
    model.stopped_at_ = result.stopped_at;
    model.events_ = result.path.events;
  }
  const RawColumns raw(covariates, std::move(columns), context.scheduler);
  context.scheduler.for_each(size_of(models), [&](Index number, Index) {
    if (!results[at(number)].undefined()) {
      add_baseline(batch.data,
                   batch.items[at(number)].weights,
                   raw.select(models[at(number)].inputs_.columns(), batch.data.subjects()),
                   models[at(number)]);
    }
  });
}

void PenalizedLearner::add_baseline(const TrainingData& data,
                                    const CaseWeights& weights,
                                    std::span<const double> raw,
                                    PenalizedModel& model) const {
  const survival::CoxLikelihood likelihood(
      survival_outcome(data.outcome, "cox-net"), weights, data.stratum, data.offset, options_.ties);
  model.inputs_.set_range(raw, weights);
  std::vector<double> eta(at(likelihood.rows()), 0.0);
  for (Index column = 0; column < model.inputs_.size(); ++column) {
    for (Index row = 0; row < likelihood.rows(); ++row) {
      const Index subject = likelihood.subjects()[at(row)];
      eta[at(row)] +=
          model.coefficient_[at(column)] *
          model.inputs_.preparation().apply(column, raw[at(column * data.subjects() + subject)]);
    }
  }
  model.baseline_ = strata_of(likelihood.baseline(likelihood.evaluate(eta)));
  TrainingRisk risk = training_risk_95(eta, likelihood.weight(), model.baseline_);
  model.risk_time_ = std::move(risk.time);
  model.training_risk_95_ = std::move(risk.risk);
}

void PenalizedLearner::add_replicates(const FitBatch& batch,
                                      std::span<const CrossValidation> results,
                                      std::vector<PenalizedModel>& models,
                                      FitContext& context) const {
  std::vector<ReplicateRequest> requests;
  for (Index number = 0; number < size_of(models); ++number) {
    const PenalizedModel& model = models[at(number)];
    if (model.status_ != FitStatus::undefined) {
      requests.push_back({.item = number,
                          .penalty = {.l1_ratio = model.l1_ratio_,
                                      .factor = options_.factor,
                                      .ties = options_.ties},
                          .lambda = model.lambda_,
                          .largest_lambda = results[at(number)].path.largest_lambda,
                          .baseline = model.baseline_});
    }
  }
  std::vector<Replicates> replicates =
      fit_replicates(batch, requests, options_.interval_resamples, context);
  for (std::size_t number = 0; number < requests.size(); ++number) {
    models[at(requests[number].item)].replicates_ = std::move(replicates[number]);
  }
}

std::vector<SelectedFeature> PenalizedModel::selected() const {
  std::vector<SelectedFeature> result;
  for (Index place = 0; place < inputs_.size(); ++place) {
    result.push_back(
        {.feature = inputs_.columns()[at(place)],
         .coefficient = coefficient_[at(place)] / inputs_.preparation().column(place).scale});
  }
  return result;
}

} // namespace vigil::penalized
