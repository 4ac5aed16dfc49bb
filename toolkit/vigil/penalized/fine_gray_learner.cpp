// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/fine_gray_learner.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/penalized/baseline_record.hpp"
#include "vigil/penalized/unpenalized_fits.hpp"
#include "vigil/survival/fine_gray.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace vigil::penalized {

namespace {

[[noreturn]] void refuse(std::string found, std::string expected, std::string remedy) {
  throw ConfigError({.where = "learner 'fine-gray'",
                     .found = std::move(found),
                     .expected = std::move(expected),
                     .remedy = std::move(remedy),
                     .problem = "the learner cannot use these data"});
}

Index cause_number(const TrainingData& data, const std::string& named) {
  const auto* outcome = std::get_if<CompetingRisksOutcome>(&data.outcome);
  if (outcome == nullptr) {
    refuse("an outcome without competing causes",
           "time and cause (0 censored, 1.. causes)",
           "name the outcome with --time and --cause, or take the learner 'cox'");
  }
  if (!data.stratum.empty()) {
    refuse("strata", "none", "leave --strata out, or enter the column with --clinical");
  }
  if (!data.offset.empty()) {
    refuse("an offset", "none", "leave --offset out");
  }
  const auto& names = outcome->cause_names;
  if (named.empty()) {
    return 1;
  }
  const auto found = std::find(names.begin(), names.end(), named);
  if (found != names.end()) {
    return found - names.begin() + 1;
  }
  const auto number = parse_index(named);
  if (!number || *number < 1 || *number > size_of(names)) {
    refuse("cause of interest " + quoted(named),
           "a cause of the outcome: " + join(names, ", "),
           suggestion(named, names));
  }
  return *number;
}

Index events_of(const TrainingData& data, const CaseWeights& weights, Index cause) {
  const auto& causes = std::get<CompetingRisksOutcome>(data.outcome).cause;
  const auto support = weights.support();
  return std::count_if(support.begin(), support.end(), [&](Index subject) {
    return static_cast<Index>(causes[at(subject)]) == cause;
  });
}

} // namespace

void FineGrayLearner::fit_one(const TrainingData& data,
                              const CaseWeights& weights,
                              Index cause,
                              std::vector<double> values,
                              FineGrayModel& model) const {
  model.inputs_.take_training(values, weights);
  const Index subjects = weights.subjects();
  const auto fit = survival::fit_fine_gray(data.outcome, weights, cause, values, data.group);
  model.status_ = status_of(fit.status);
  model.reason_ = fit.reason;
  if (model.status_ == FitStatus::undefined) {
    return;
  }
  model.dropped_ = fit.dropped;
  model.coefficient_ = fit.coefficient;
  model.covariance_ = fit.covariance;
  model.log_likelihood_ = fit.log_likelihood;
  model.null_log_likelihood_ = fit.null_log_likelihood;
  model.baseline_ = {{.level = 0,
                      .time = fit.baseline.time,
                      .cumulative_hazard = fit.baseline.value,
                      .variance = {},
                      .mean = {}}};
  std::vector<double> eta, case_weight;
  for (const Index subject : weights.support()) {
    double value = 0.0;
    for (Index column = 0; column < model.inputs_.size(); ++column) {
      value += fit.coefficient[at(column)] * values[at(column * subjects + subject)];
    }
    eta.push_back(value);
    case_weight.push_back(weights[subject]);
  }
  TrainingRisk risk = training_risk_95(eta, case_weight, model.baseline_);
  model.risk_time_ = std::move(risk.time);
  model.training_risk_95_ = std::move(risk.risk);
}

std::vector<FineGrayModel> FineGrayLearner::fit_all(const FitBatch& batch,
                                                    FitContext& context) const {
  const Index cause = cause_number(batch.data, options_.cause_of_interest);
  const auto& names = std::get<CompetingRisksOutcome>(batch.data.outcome).cause_names;
  std::vector<Index> events;
  for (const FitItem& item : batch.items) {
    events.push_back(events_of(batch.data, item.weights, cause));
  }
  UnpenalizedFits fits(batch, events, " of the cause");
  std::vector<FineGrayModel> models(batch.items.size());
  for (Index number = 0; number < size_of(models); ++number) {
    FineGrayModel& model = models[at(number)];
    model.cause_ = names[at(cause - 1)];
    model.events_ = events[at(number)];
    model.reason_ = fits.reason(number);
  }
  fits.for_each(context, [&](Index number, ModelInputs inputs, std::vector<double> values) {
    FineGrayModel& model = models[at(number)];
    model.inputs_ = std::move(inputs);
    fit_one(batch.data, batch.items[at(number)].weights, cause, std::move(values), model);
  });
  return models;
}

Prediction FineGrayModel::predict(const Covariates& covariates,
                                  const PredictionRequest& request,
                                  FitContext& context) const {
  const Index subjects = covariates.subjects();
  Prediction prediction = undefined_prediction(subjects, request);
  prediction.lower.reset();
  prediction.upper.reset();
  if (status_ == FitStatus::undefined) {
    return prediction;
  }
  const std::vector<double> x = inputs_.read(covariates, context.scheduler);
  const auto& stratum = baseline_.front();
  const survival::StepFunction hazard{
      .before = 0.0, .time = stratum.time, .value = stratum.cumulative_hazard};
  if (request.curves) {
    prediction.curves = undefined_risk(subjects, stratum.time);
  }
  for (Index subject = 0; subject < subjects; ++subject) {
    double eta = 0.0;
    for (Index column = 0; column < inputs_.size(); ++column) {
      eta += coefficient_[at(column)] * x[at(column * subjects + subject)];
    }
    prediction.score[at(subject)] = eta;
    const auto risk = [&](double t) { return -std::expm1(-hazard(t) * std::exp(eta)); };
    for (Index number = 0; number < size_of(request.horizons); ++number) {
      prediction.risk.at_horizon(number)[at(subject)] = risk(request.horizons[at(number)]);
    }
    for (Index time = 0; request.curves && time < size_of(stratum.time); ++time) {
      prediction.curves->at_horizon(time)[at(subject)] = risk(stratum.time[at(time)]);
    }
  }
  return prediction;
}

std::vector<SelectedFeature> FineGrayModel::selected() const {
  std::vector<SelectedFeature> result;
  for (Index place = 0; status_ != FitStatus::undefined && place < inputs_.size(); ++place) {
    result.push_back(
        {.feature = inputs_.columns()[at(place)],
         .coefficient = coefficient_[at(place)] / inputs_.preparation().column(place).scale});
  }
  return result;
}

Record FineGrayModel::record() const {
  Record record("fine-gray");
  record.set("status", std::string(name_of(status_)));
  record.set("reason", reason_);
  record.set("cause", cause_);
  record.set("events", events_);
  if (status_ == FitStatus::undefined) {
    return record;
  }
  inputs_.write(record);
  Record::Numbers raw, se;
  for (Index place = 0; place < inputs_.size(); ++place) {
    const double scale = inputs_.preparation().column(place).scale;
    raw.push_back(coefficient_[at(place)] / scale);
    se.push_back(std::sqrt(covariance_[at(place * (inputs_.size() + 1))]) / scale);
  }
  Record::Texts dropped;
  for (const Index place : dropped_) {
    dropped.push_back(inputs_.names()[at(place)]);
  }
  record.set("coefficient", std::move(raw));
  record.set("se", std::move(se));
  record.set("dropped", std::move(dropped));
  record.set("dropped_places", dropped_);
  record.set("prepared_coefficient", coefficient_);
  record.set("covariance", covariance_);
  record.set("log_likelihood", log_likelihood_);
  record.set("null_log_likelihood", null_log_likelihood_);
  record.set("risk_time", risk_time_);
  record.set("training_risk_95", training_risk_95_);
  write_baseline(record, baseline_);
  return record;
}

FineGrayModel FineGrayModel::from_record(const Record& record) {
  expect_kind(record, "fine-gray");
  FineGrayModel model;
  model.status_ = status_from(record);
  model.reason_ = record.text("reason");
  model.cause_ = record.text("cause");
  model.events_ = record.count("events");
  if (model.status_ == FitStatus::undefined) {
    return model;
  }
  model.inputs_ = ModelInputs::from_record(record);
  model.dropped_ = record.counts("dropped_places");
  model.coefficient_ = record.numbers("prepared_coefficient");
  model.covariance_ = record.numbers("covariance");
  model.log_likelihood_ = record.number("log_likelihood");
  model.null_log_likelihood_ = record.number("null_log_likelihood");
  model.risk_time_ = record.numbers("risk_time");
  model.training_risk_95_ = record.numbers("training_risk_95");
  model.baseline_ = read_baseline(record);
  const Index size = model.inputs_.size();
  if (size_of(model.coefficient_) != size || size_of(model.covariance_) != size * size ||
      model.baseline_.size() != 1) {
    throw InputError({.where = "record 'fine-gray', entry 'covariance'",
                      .found = number_text(size_of(model.covariance_)) + " values",
                      .expected = "a square of the number of features, and one baseline",
                      .remedy = "the model file is damaged: fit it again",
                      .problem = "cannot read the stored model"});
  }
  return model;
}

} // namespace vigil::penalized
