// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/model_inputs.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/numeric/quantile.hpp"

#include <limits>
#include <utility>
#include <variant>

namespace vigil::penalized {

ModelInputs::ModelInputs(const Covariates& covariates,
                         std::vector<Index> columns,
                         const Preparation& preparation)
    : columns_(std::move(columns)), preparation_(preparation.select(columns_)),
      lower_(columns_.size(), std::numeric_limits<double>::quiet_NaN()), upper_(lower_) {
  for (const Index column : columns_) {
    names_.push_back(covariates.info(column).name);
  }
}

std::vector<double> ModelInputs::read(const Covariates& covariates, Scheduler& scheduler) const {
  return prepared_columns(covariates, find_columns(covariates, names_), preparation_, scheduler);
}

void ModelInputs::set_range(std::span<const double> raw, const CaseWeights& weights) {
  preparation_.fill_from(raw, weights);
  lower_.clear();
  upper_.clear();
  for (Index column = 0; column < size(); ++column) {
    const auto values = raw.subspan(at(column * weights.subjects()), at(weights.subjects()));
    lower_.push_back(weighted_quantile(values, weights.values(), 0.005));
    upper_.push_back(weighted_quantile(values, weights.values(), 0.995));
  }
}

void ModelInputs::write(Record& record) const {
  record.set("features", names_);
  record.set("columns", columns_);
  record.set("training_lower", lower_);
  record.set("training_upper", upper_);
  record.set("preparation", preparation_.record());
}

ModelInputs ModelInputs::from_record(const Record& record) {
  ModelInputs inputs;
  inputs.names_ = record.texts("features");
  inputs.columns_ = record.counts("columns");
  inputs.lower_ = record.numbers("training_lower");
  inputs.upper_ = record.numbers("training_upper");
  inputs.preparation_ = Preparation::from_record(record.record("preparation"));
  if (size_of(inputs.columns_) != inputs.size() || inputs.preparation_.columns() != inputs.size() ||
      size_of(inputs.lower_) != inputs.size() || size_of(inputs.upper_) != inputs.size()) {
    throw InputError({.where = "record " + quoted(record.kind()) + ", entry 'features'",
                      .found = number_text(inputs.size()) + " names beside lists of other lengths",
                      .expected = "lists of one length",
                      .remedy = "the model file is damaged: fit it again",
                      .problem = "cannot read the stored model"});
  }
  return inputs;
}

void expect_kind(const Record& record, std::string_view kind) {
  if (record.kind() != kind) {
    throw InputError({.where = "record " + quoted(record.kind()),
                      .found = "a result of kind " + quoted(record.kind()),
                      .expected = "a model of kind " + quoted(kind),
                      .remedy = "name the file of that model",
                      .problem = "cannot read the stored model"});
  }
}

FitStatus status_from(const Record& record) {
  for (const FitStatus status : {FitStatus::converged,
                                 FitStatus::iteration_limit,
                                 FitStatus::saturated,
                                 FitStatus::undefined}) {
    if (record.text("status") == name_of(status)) {
      return status;
    }
  }
  throw InputError({.where = "record " + quoted(record.kind()) + ", entry 'status'",
                    .found = quoted(record.text("status")),
                    .expected = "converged, iteration_limit, saturated or undefined",
                    .remedy = "the model file is damaged or newer than this program",
                    .problem = "cannot read the stored model"});
}

const SurvivalOutcome& survival_outcome(const Outcome& outcome, std::string_view learner) {
  const auto* survival = std::get_if<SurvivalOutcome>(&outcome);
  if (survival == nullptr) {
    throw ConfigError({.where = "learner " + quoted(learner),
                       .found = "an outcome that is not the time to one event",
                       .expected = "time and event (0 / 1)",
                       .remedy = "name the outcome with --time and --event",
                       .problem = "the learner cannot use this outcome"});
  }
  return *survival;
}

Prediction undefined_prediction(Index subjects, const PredictionRequest& request) {
  Prediction prediction;
  prediction.score.assign(at(subjects), std::numeric_limits<double>::quiet_NaN());
  prediction.risk = undefined_risk(subjects, request.horizons);
  prediction.lower = prediction.risk;
  prediction.upper = prediction.risk;
  if (request.curves) {
    prediction.curves = undefined_risk(subjects, {});
  }
  return prediction;
}

} // namespace vigil::penalized
