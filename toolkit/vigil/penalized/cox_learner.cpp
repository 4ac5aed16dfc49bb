// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/cox_learner.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/penalized/baseline_record.hpp"
#include "vigil/penalized/unpenalized_fits.hpp"
#include "vigil/survival/cox_diagnostics.hpp"
#include "vigil/survival/kaplan_meier.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace vigil::penalized {

namespace {

bool has_sampling_weights(const CaseWeights& weights) {
  const auto support = weights.support();
  return std::any_of(support.begin(), support.end(), [&weights](Index subject) {
    return weights.sampling(subject) != 1.0;
  });
}

/// Per raw unit; empty where rows have neither groups nor sampling weights.
std::vector<double> robust_errors(const TrainingData& data,
                                  const CaseWeights& weights,
                                  const survival::CoxLikelihood& likelihood,
                                  const survival::CoxFit& fit,
                                  std::span<const double> values) {
  if (data.group.empty() && !has_sampling_weights(weights)) {
    return {};
  }
  const auto covariance =
      survival::sandwich_covariance(likelihood, fit, values, weights, data.group);
  std::vector<double> errors;
  for (Index column = 0; column < size_of(fit.coefficient); ++column) {
    errors.push_back(std::sqrt(covariance[at(column * (size_of(fit.coefficient) + 1))]));
  }
  return errors;
}

FitDiagnostics hazard_tests(std::span<const std::string> names,
                            const survival::ProportionalHazards& tested) {
  FitDiagnostics told;
  for (std::size_t column = 0; column < names.size(); ++column) {
    told.proportional_hazards.push_back(
        {.feature = names[column],
         .chi_square = tested.chi_square[column],
         .degrees_of_freedom = std::isnan(tested.chi_square[column]) ? 0 : 1,
         .p = tested.p[column]});
  }
  told.proportional_hazards.push_back({.feature = "(global)",
                                       .chi_square = tested.global_chi_square,
                                       .degrees_of_freedom = tested.degrees_of_freedom,
                                       .p = tested.global_p,
                                       .undefined_because = tested.undefined_because});
  return told;
}

} // namespace

void CoxLearner::fit_one(const TrainingData& data,
                         const FitItem& item,
                         const survival::CoxLikelihood& likelihood,
                         std::vector<double> values,
                         CoxModel& model) const {
  const CaseWeights& weights = item.weights;
  model.inputs_.take_training(values, weights);
  const survival::CoxFit fit = survival::fit_cox(likelihood, values);
  model.status_ = status_of(fit.status);
  model.reason_ = fit.reason;
  model.dropped_ = fit.dropped;
  model.log_likelihood_ = fit.log_likelihood;
  model.null_log_likelihood_ = fit.null_log_likelihood;
  model.score_test_ = fit.score_test;
  model.risk_.emplace(likelihood, fit, values);
  model.robust_se_ = robust_errors(data, weights, likelihood, fit, values);
  for (Index column = 0; column < size_of(model.robust_se_); ++column) {
    model.robust_se_[at(column)] /= model.inputs_.preparation().column(column).scale;
  }
  if (item.with_diagnostics) {
    const auto curve = survival::kaplan_meier(data.outcome, weights);
    model.diagnostics_ =
        hazard_tests(model.inputs_.names(),
                     survival::proportional_hazards(likelihood, fit, values, curve.survival));
  }
  const std::vector<double> rows = survival::gather_rows(likelihood, values, model.inputs_.size());
  std::vector<double> eta(at(likelihood.rows()), 0.0);
  for (Index column = 0; column < model.inputs_.size(); ++column) {
    for (Index row = 0; row < likelihood.rows(); ++row) {
      eta[at(row)] += fit.coefficient[at(column)] * rows[at(column * likelihood.rows() + row)];
    }
  }
  TrainingRisk risk = training_risk_95(eta, likelihood.weight(), model.risk_->strata());
  model.risk_time_ = std::move(risk.time);
  model.training_risk_95_ = std::move(risk.risk);
}

std::vector<CoxModel> CoxLearner::fit_all(const FitBatch& batch, FitContext& context) const {
  const SurvivalOutcome& outcome = survival_outcome(batch.data.outcome, "cox");
  std::vector<survival::CoxLikelihood> likelihoods;
  std::vector<Index> events;
  for (const FitItem& item : batch.items) {
    likelihoods.emplace_back(
        outcome, item.weights, batch.data.stratum, batch.data.offset, options_.ties);
    events.push_back(likelihoods.back().events());
  }
  UnpenalizedFits fits(batch, events);
  std::vector<CoxModel> models(batch.items.size());
  for (Index number = 0; number < size_of(models); ++number) {
    CoxModel& model = models[at(number)];
    model.ties_ = options_.ties;
    model.level_ = options_.level;
    model.events_ = events[at(number)];
    model.reason_ = fits.reason(number);
    if (!model.reason_.empty()) {
      model.diagnostics_.proportional_hazards.push_back(
          {.feature = "(global)", .undefined_because = model.reason_});
    }
  }
  fits.for_each(context, [&](Index number, ModelInputs inputs, std::vector<double> values) {
    CoxModel& model = models[at(number)];
    model.inputs_ = std::move(inputs);
    fit_one(batch.data, batch.items[at(number)], likelihoods[at(number)], std::move(values), model);
  });
  return models;
}

Prediction CoxModel::predict(const Covariates& covariates,
                             const PredictionRequest& request,
                             FitContext& context) const {
  const Index subjects = covariates.subjects();
  Prediction prediction = undefined_prediction(subjects, request);
  if (status_ == FitStatus::undefined) {
    return prediction;
  }
  const std::vector<double> x = inputs_.read(covariates, context.scheduler);
  if (request.curves) {
    prediction.curves = undefined_risk(subjects, event_times(risk_->strata()));
  }
  const bool limits = status_ != FitStatus::saturated;
  std::vector<double> row(at(inputs_.size()));
  for (Index subject = 0; subject < subjects; ++subject) {
    for (Index column = 0; column < inputs_.size(); ++column) {
      row[at(column)] = x[at(column * subjects + subject)];
    }
    const double offset = covariates.offset.empty() ? 0.0 : covariates.offset[at(subject)];
    prediction.score[at(subject)] = risk_->linear_predictor(row) + offset;
    const Index stratum = covariates.stratum.empty() ? 0 : covariates.stratum[at(subject)];
    const Index number = risk_->find_stratum(stratum);
    if (number == no_index) {
      continue;
    }
    for (Index horizon = 0; horizon < size_of(request.horizons); ++horizon) {
      const survival::RiskWithLimits risk =
          risk_->at_horizon(row, offset, number, request.horizons[at(horizon)], level_);
      prediction.risk.at_horizon(horizon)[at(subject)] = risk.risk;
      if (limits) {
        prediction.lower->at_horizon(horizon)[at(subject)] = risk.lower;
        prediction.upper->at_horizon(horizon)[at(subject)] = risk.upper;
      }
    }
    for (Index time = 0; request.curves && time < size_of(prediction.curves->horizon); ++time) {
      const double horizon = prediction.curves->horizon[at(time)];
      prediction.curves->at_horizon(time)[at(subject)] =
          risk_->at_horizon(row, offset, number, horizon, level_).risk;
    }
  }
  return prediction;
}

std::vector<SelectedFeature> CoxModel::selected() const {
  std::vector<SelectedFeature> result;
  for (Index place = 0; status_ != FitStatus::undefined && place < inputs_.size(); ++place) {
    result.push_back({.feature = inputs_.columns()[at(place)],
                      .coefficient = risk_->coefficient()[at(place)] /
                                     inputs_.preparation().column(place).scale});
  }
  return result;
}

Record CoxModel::record() const {
  Record record("cox");
  record.set("status", std::string(name_of(status_)));
  record.set("reason", reason_);
  record.set("ties", std::string(survival::name_of(ties_)));
  record.set("level", level_);
  record.set("events", events_);
  if (status_ == FitStatus::undefined) {
    return record;
  }
  inputs_.write(record);
  Record::Numbers raw, se;
  for (Index place = 0; place < inputs_.size(); ++place) {
    const double scale = inputs_.preparation().column(place).scale;
    raw.push_back(risk_->coefficient()[at(place)] / scale);
    se.push_back(std::sqrt(risk_->covariance()[at(place * (inputs_.size() + 1))]) / scale);
  }
  Record::Texts dropped;
  for (const Index place : dropped_) {
    dropped.push_back(inputs_.names()[at(place)]);
  }
  record.set("coefficient", std::move(raw));
  record.set("se", std::move(se));
  if (!robust_se_.empty()) {
    record.set("robust_se", robust_se_);
  }
  record.set("dropped", std::move(dropped));
  record.set("dropped_places", dropped_);
  record.set("prepared_coefficient",
             Record::Numbers(risk_->coefficient().begin(), risk_->coefficient().end()));
  record.set("covariance", Record::Numbers(risk_->covariance().begin(), risk_->covariance().end()));
  record.set("log_likelihood", log_likelihood_);
  record.set("null_log_likelihood", null_log_likelihood_);
  record.set("score_test", score_test_);
  record.set("risk_time", risk_time_);
  record.set("training_risk_95", training_risk_95_);
  write_baseline(record, risk_->strata());
  return record;
}

CoxModel CoxModel::from_record(const Record& record) {
  expect_kind(record, "cox");
  CoxModel model;
  model.status_ = status_from(record);
  model.reason_ = record.text("reason");
  model.ties_ = survival::parse_ties(record.text("ties")).value_or(survival::Ties::efron);
  model.level_ = record.number("level");
  model.events_ = record.count("events");
  if (model.status_ == FitStatus::undefined) {
    return model;
  }
  model.inputs_ = ModelInputs::from_record(record);
  model.dropped_ = record.counts("dropped_places");
  if (record.has("robust_se")) {
    model.robust_se_ = record.numbers("robust_se");
  }
  model.log_likelihood_ = record.number("log_likelihood");
  model.null_log_likelihood_ = record.number("null_log_likelihood");
  model.score_test_ = record.number("score_test");
  model.risk_time_ = record.numbers("risk_time");
  model.training_risk_95_ = record.numbers("training_risk_95");
  const auto& coefficient = record.numbers("prepared_coefficient");
  const auto& covariance = record.numbers("covariance");
  if (size_of(coefficient) != model.inputs_.size() ||
      size_of(covariance) != model.inputs_.size() * model.inputs_.size()) {
    throw InputError({.where = "record 'cox', entry 'covariance'",
                      .found = number_text(size_of(covariance)) + " values",
                      .expected = "a square of the number of features",
                      .remedy = "the model file is damaged: fit it again",
                      .problem = "cannot read the stored model"});
  }
  model.risk_.emplace(coefficient, covariance, read_baseline(record));
  return model;
}

} // namespace vigil::penalized
