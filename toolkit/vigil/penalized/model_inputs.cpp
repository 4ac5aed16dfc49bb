// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/model_inputs.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/numeric/quantile.hpp"

#include <array>
#include <limits>
#include <utility>

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

void ModelInputs::take_training(std::span<double> values, const CaseWeights& weights) {
  set_range(values, weights);
  for (Index column = 0; column < size(); ++column) {
    for (Index subject = 0; subject < weights.subjects(); ++subject) {
      double& value = values[at(column * weights.subjects() + subject)];
      value = preparation().apply(column, value);
    }
  }
}

void ModelInputs::set_range(std::span<const double> raw, const CaseWeights& weights) {
  preparation_.fill_from(raw, weights);
  lower_.clear();
  upper_.clear();
  for (Index column = 0; column < size(); ++column) {
    const auto values = raw.subspan(at(column * weights.subjects()), at(weights.subjects()));
    const auto range = weighted_quantiles(values, weights.values(), std::array{0.005, 0.995});
    lower_.push_back(range.front());
    upper_.push_back(range.back());
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
