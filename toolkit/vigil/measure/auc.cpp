// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/measure/auc.hpp"

#include "vigil/measure/evaluation_rows.hpp"
#include "vigil/numeric/order.hpp"

namespace vigil::measure {

namespace {

/// Case and control weight of every row, without its case weight; one of the two is zero.
struct Sides {
  std::vector<double> as_case, as_control;
  double cases = 0.0, controls = 0.0; ///< sums with case weights
};

Sides sides_of(const Evaluation& evaluation,
               const EvaluationRows& rows,
               std::span<const double> censoring_weight,
               const AucOptions& options) {
  Sides sides;
  for (Index row = 0; row < rows.rows(); ++row) {
    const bool left_out =
        !options.event_at_horizon_is_case && rows.time[at(row)] == evaluation.horizon;
    const bool competed =
        rows.ending[at(row)] == Ending::competing && rows.time[at(row)] <= evaluation.horizon;
    const bool event = event_by(rows, row, evaluation.horizon);
    const bool is_case = event && !left_out;
    const bool is_control =
        !event && !left_out && (!competed || options.controls == Controls::event_free_or_competing);
    sides.as_case.push_back(is_case ? censoring_weight[at(row)] : 0.0);
    sides.as_control.push_back(is_control ? censoring_weight[at(row)] : 0.0);
    sides.cases += rows.weight[at(row)] * sides.as_case.back();
    sides.controls += rows.weight[at(row)] * sides.as_control.back();
  }
  return sides;
}

/// Share of the other side that each row beats as a case, or is beaten by as a control.
std::vector<double>
placement(const EvaluationRows& rows, const Sides& sides, std::span<const double> marker) {
  const DenseRanks ranks = dense_ranks(marker);
  std::vector<double> cases(at(ranks.levels), 0.0), controls(at(ranks.levels), 0.0);
  for (Index row = 0; row < rows.rows(); ++row) {
    cases[at(ranks.rank[at(row)])] += rows.weight[at(row)] * sides.as_case[at(row)];
    controls[at(ranks.rank[at(row)])] += rows.weight[at(row)] * sides.as_control[at(row)];
  }
  std::vector<double> controls_below(controls.size()), cases_above(cases.size());
  double below = 0.0;
  for (Index level = 0; level < ranks.levels; ++level) {
    controls_below[at(level)] = below + 0.5 * controls[at(level)];
    below += controls[at(level)];
  }
  double above = 0.0;
  for (Index level = ranks.levels - 1; level >= 0; --level) {
    cases_above[at(level)] = above + 0.5 * cases[at(level)];
    above += cases[at(level)];
  }
  std::vector<double> share;
  for (Index row = 0; row < rows.rows(); ++row) {
    const Index level = ranks.rank[at(row)];
    share.push_back(sides.as_case[at(row)] > 0.0 ? controls_below[at(level)] / sides.controls
                                                 : cases_above[at(level)] / sides.cases);
  }
  return share;
}

Column marker_column(const Evaluation& evaluation, const EvaluationRows& rows, bool by_score) {
  const bool has_risk = find_horizon(evaluation.prediction.risk, evaluation.horizon) != no_index;
  return has_risk && !by_score ? risk_column(evaluation, rows) : score_column(evaluation, rows);
}

} // namespace

Estimate auc(const Evaluation& evaluation, const AucOptions& options) {
  const EvaluationRows rows = evaluation_rows(evaluation);
  if (!rows.problem.empty()) {
    return undefined(rows.problem);
  }
  const Column weight = censoring_weight_column(evaluation, rows);
  if (!weight.problem.empty()) {
    return undefined(weight.problem);
  }
  const Column marker = marker_column(evaluation, rows, options.by_score);
  if (!marker.problem.empty()) {
    return undefined(marker.problem);
  }
  const Sides sides = sides_of(evaluation, rows, weight.value, options);
  if (!(sides.cases > 0.0)) {
    return undefined("no events by the horizon");
  }
  if (!(sides.controls > 0.0)) {
    return undefined("no subjects without the event at the horizon");
  }
  const auto share = placement(rows, sides, marker.value);
  double value = 0.0;
  for (Index row = 0; row < rows.rows(); ++row) {
    value += rows.weight[at(row)] * sides.as_case[at(row)] * share[at(row)];
  }
  value /= sides.cases;
  std::vector<double> gradient;
  for (Index row = 0; row < rows.rows(); ++row) {
    gradient.push_back(
        rows.total *
        (sides.as_case[at(row)] / sides.cases + sides.as_control[at(row)] / sides.controls) *
        (share[at(row)] - value));
  }
  const std::vector<double> carried = gradient;
  add_censoring_term(evaluation, rows, carried, evaluation.horizon, gradient);
  return {.value = value, .influence = influence_from(evaluation, rows, gradient)};
}

Estimate auc(const Evaluation& evaluation) {
  return auc(evaluation, {});
}

Estimate auc_event_free_controls(const Evaluation& evaluation) {
  return auc(evaluation, {.controls = Controls::event_free});
}

} // namespace vigil::measure
