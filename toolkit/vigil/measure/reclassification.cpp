// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/measure/reclassification.hpp"

#include "vigil/measure/evaluation_rows.hpp"

namespace vigil::measure {

namespace {

/// Weighted mean of a column among the rows with (or without) the event.
Estimate mean_among(const Evaluation& evaluation,
                    const EvaluationRows& rows,
                    std::span<const double> weight,
                    std::span<const double> values,
                    bool with_event) {
  std::vector<double> part, among;
  for (Index row = 0; row < rows.rows(); ++row) {
    const bool counts = event_by(rows, row, evaluation.horizon) == with_event;
    part.push_back(counts ? values[at(row)] : 0.0);
    among.push_back(counts ? 1.0 : 0.0);
  }
  const WeightedMean top = censoring_weighted_mean(evaluation, rows, weight, part);
  const WeightedMean bottom = censoring_weighted_mean(evaluation, rows, weight, among);
  if (!(bottom.value > 0.0)) {
    return undefined(with_event ? "no events by the horizon"
                                : "no subjects without the event at the horizon");
  }
  const double value = top.value / bottom.value;
  std::vector<double> gradient;
  for (std::size_t row = 0; row < part.size(); ++row) {
    gradient.push_back((top.gradient[row] - value * bottom.gradient[row]) / bottom.value);
  }
  return {.value = value, .influence = influence_from(evaluation, rows, gradient)};
}

} // namespace

Reclassification reclassification(const Evaluation& risk, const Evaluation& other) {
  const EvaluationRows rows = evaluation_rows(risk);
  std::string problem = rows.problem;
  Column weight, first, second;
  if (problem.empty()) {
    weight = censoring_weight_column(risk, rows);
    first = risk_column(risk, rows);
    second = risk_column(other, rows);
    problem = !weight.problem.empty()  ? weight.problem
              : !first.problem.empty() ? first.problem
                                       : second.problem;
  }
  if (!problem.empty()) {
    return {.idi_events = undefined(problem),
            .idi_nonevents = undefined(problem),
            .nri_events = undefined(problem),
            .nri_nonevents = undefined(problem)};
  }
  std::vector<double> gain, loss, up, down;
  for (Index row = 0; row < rows.rows(); ++row) {
    gain.push_back(first.value[at(row)] - second.value[at(row)]);
    loss.push_back(-gain.back());
    up.push_back(gain.back() > 0.0 ? 1.0 : gain.back() < 0.0 ? -1.0 : 0.0);
    down.push_back(-up.back());
  }
  return {.idi_events = mean_among(risk, rows, weight.value, gain, true),
          .idi_nonevents = mean_among(risk, rows, weight.value, loss, false),
          .nri_events = mean_among(risk, rows, weight.value, up, true),
          .nri_nonevents = mean_among(risk, rows, weight.value, down, false)};
}

} // namespace vigil::measure
