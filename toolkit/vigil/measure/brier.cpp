// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/measure/brier.hpp"

#include "vigil/measure/evaluation_rows.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::measure {

namespace {

/// What a loss at a horizon needs, or the reason why it cannot be had.
struct HorizonData {
  EvaluationRows rows;
  std::vector<double> censoring_weight, happened;
  std::string problem = {};
};

HorizonData horizon_data(const Evaluation& evaluation) {
  HorizonData data{.rows = evaluation_rows(evaluation), .censoring_weight = {}, .happened = {}};
  data.problem = data.rows.problem;
  if (!data.problem.empty()) {
    return data;
  }
  Column weight = censoring_weight_column(evaluation, data.rows);
  data.problem = weight.problem;
  data.censoring_weight = std::move(weight.value);
  for (Index row = 0; row < data.rows.rows(); ++row) {
    data.happened.push_back(event_by(data.rows, row, evaluation.horizon) ? 1.0 : 0.0);
  }
  return data;
}

WeightedMean
squared_error(const Evaluation& evaluation, const HorizonData& data, std::span<const double> risk) {
  std::vector<double> loss;
  for (std::size_t row = 0; row < risk.size(); ++row) {
    const double gap = data.happened[row] - risk[row];
    loss.push_back(gap * gap);
  }
  return censoring_weighted_mean(evaluation, data.rows, data.censoring_weight, loss);
}

Estimate
estimate_of(const Evaluation& evaluation, const EvaluationRows& rows, const WeightedMean& mean) {
  return {.value = mean.value, .influence = influence_from(evaluation, rows, mean.gradient)};
}

/// Under a model of censoring mean W_i is not 1, and d BS / d risk = -2 risk (1 - mean W_i).
Estimate null_estimate_of_a_model(const Evaluation& evaluation,
                                  const HorizonData& data,
                                  const WeightedMean& observed) {
  const std::vector<double> same(data.happened.size(), observed.value);
  WeightedMean error = squared_error(evaluation, data, same);
  const double slope =
      -2.0 * observed.value * (1.0 - evaluation.censoring.mean_weight(evaluation.horizon));
  for (std::size_t row = 0; row < same.size(); ++row) {
    error.gradient[row] += slope * observed.gradient[row];
  }
  return estimate_of(evaluation, data.rows, error);
}

} // namespace

Estimate brier(const Evaluation& evaluation) {
  const HorizonData data = horizon_data(evaluation);
  if (!data.problem.empty()) {
    return undefined(data.problem);
  }
  const Column risk = risk_column(evaluation, data.rows);
  if (!risk.problem.empty()) {
    return undefined(risk.problem);
  }
  return estimate_of(evaluation, data.rows, squared_error(evaluation, data, risk.value));
}

NullBrier null_brier(const Evaluation& evaluation) {
  NullBrier null;
  const HorizonData data = horizon_data(evaluation);
  if (!data.problem.empty()) {
    null.estimate = undefined(data.problem);
    return null;
  }
  if (evaluation.null != nullptr) {
    null.risk = evaluation.null->risk;
    null.source = NullSource::training_set;
  } else {
    // The mean of W_i y_i is the Kaplan-Meier (Aalen-Johansen) risk. Its own variation does not enter the
    // influence function: d BS / d risk = -2 (mean W_i y_i - risk mean W_i) is zero there.
    const WeightedMean observed =
        censoring_weighted_mean(evaluation, data.rows, data.censoring_weight, data.happened);
    null.risk = observed.value;
    if (evaluation.censoring.depends_on_covariates()) {
      null.estimate = null_estimate_of_a_model(evaluation, data, observed);
      return null;
    }
  }
  const std::vector<double> same(data.happened.size(), null.risk);
  null.estimate = estimate_of(evaluation, data.rows, squared_error(evaluation, data, same));
  return null;
}

Estimate ipa(const Evaluation& evaluation) {
  Estimate model = brier(evaluation);
  if (!model.undefined_because.empty()) {
    return model;
  }
  const Estimate reference = null_brier(evaluation).estimate;
  if (!(reference.value > 0.0)) {
    return undefined("the reference without covariates makes no error: one class at the horizon");
  }
  Estimate result{.value = 1.0 - model.value / reference.value};
  for (std::size_t i = 0; i < model.influence.size(); ++i) {
    result.influence.push_back(
        (model.value * reference.influence[i] / reference.value - model.influence[i]) /
        reference.value);
  }
  return result;
}

LogScore log_score_with_clipping(const Evaluation& evaluation) {
  LogScore score;
  const HorizonData data = horizon_data(evaluation);
  const Column risk =
      data.problem.empty() ? risk_column(evaluation, data.rows) : Column{.problem = data.problem};
  if (!risk.problem.empty()) {
    score.estimate = undefined(risk.problem);
    return score;
  }
  const double edge = 0.5 / times_drawn(evaluation, data.rows);
  std::vector<double> loss;
  for (std::size_t row = 0; row < risk.value.size(); ++row) {
    const double p = std::clamp(risk.value[row], edge, 1.0 - edge);
    score.clipped += p != risk.value[row] ? 1 : 0;
    loss.push_back(data.happened[row] > 0.0 ? -std::log(p) : -std::log1p(-p));
  }
  score.estimate =
      estimate_of(evaluation,
                  data.rows,
                  censoring_weighted_mean(evaluation, data.rows, data.censoring_weight, loss));
  return score;
}

Estimate log_score(const Evaluation& evaluation) {
  return log_score_with_clipping(evaluation).estimate;
}

} // namespace vigil::measure
