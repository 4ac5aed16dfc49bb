// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/measure/net_benefit.hpp"

#include "vigil/measure/evaluation_rows.hpp"
#include "vigil/measure/observed_risk.hpp"
#include "vigil/measure/threshold_rule.hpp"

#include <cmath>
#include <optional>

namespace vigil::measure {

namespace {

/// The gradient of F in the group that is acted on, by row of the whole evaluation; F beside it.
WeightedMean risk_where_acted(const Evaluation& evaluation, const ThresholdRule& rule) {
  std::vector<std::uint32_t> times(at(evaluation.weights.subjects()), 0);
  for (Index row = 0; row < rule.rows.rows(); ++row) {
    const Index subject = rule.rows.subject[at(row)];
    times[at(subject)] =
        rule.risk[at(row)] >= evaluation.threshold ? evaluation.weights.times(subject) : 0;
  }
  const CaseWeights weights = evaluation.weights.with_times(std::move(times));
  const survival::CensoringWeights censoring(evaluation.outcome, weights);
  const Evaluation acted = part_of(evaluation, weights, censoring);
  const EvaluationRows rows = evaluation_rows(acted);
  const WeightedMean inside = observed_risk(acted, rows);
  WeightedMean result{.value = inside.value,
                      .gradient = std::vector<double>(rule.rows.subject.size(), 0.0)};
  std::size_t place = 0;
  for (Index row = 0; row < rows.rows(); ++row) {
    while (rule.rows.subject[place] != rows.subject[at(row)]) {
      ++place;
    }
    result.gradient[place] = inside.gradient[at(row)];
  }
  return result;
}

} // namespace

Estimate net_benefit(const Evaluation& evaluation) {
  const ThresholdRule rule = threshold_rule(evaluation);
  if (!rule.problem.empty()) {
    return undefined(rule.problem);
  }
  const Column weight = censoring_weight_column(evaluation, rule.rows);
  if (!weight.problem.empty()) {
    return undefined(weight.problem);
  }
  std::vector<double> benefit;
  for (Index row = 0; row < rule.rows.rows(); ++row) {
    const bool acted = rule.risk[at(row)] >= evaluation.threshold;
    const bool event = event_by(rule.rows, row, evaluation.horizon);
    benefit.push_back(acted ? (event ? 1.0 : -rule.odds) : 0.0);
  }
  const WeightedMean mean = censoring_weighted_mean(evaluation, rule.rows, weight.value, benefit);
  return {.value = mean.value, .influence = influence_from(evaluation, rule.rows, mean.gradient)};
}

Estimate net_benefit_conditional(const Evaluation& evaluation) {
  ThresholdRule rule = threshold_rule(evaluation);
  if (rule.problem.empty()) {
    rule.problem = observed_risk_problem(evaluation, rule.rows);
  }
  if (!rule.problem.empty()) {
    return undefined(rule.problem);
  }
  double acted = 0.0;
  for (Index row = 0; row < rule.rows.rows(); ++row) {
    acted += rule.risk[at(row)] >= evaluation.threshold ? rule.rows.weight[at(row)] : 0.0;
  }
  const double share = acted / rule.rows.total;
  std::vector<double> gradient(rule.rows.subject.size(), 0.0);
  if (!(share > 0.0)) {
    return {.value = 0.0, .influence = influence_from(evaluation, rule.rows, gradient)};
  }
  const WeightedMean risk = risk_where_acted(evaluation, rule);
  const double benefit = risk.value * (1.0 + rule.odds) - rule.odds;
  for (Index row = 0; row < rule.rows.rows(); ++row) {
    const double inside = rule.risk[at(row)] >= evaluation.threshold ? 1.0 : 0.0;
    gradient[at(row)] = (inside - share) * benefit + (1.0 + rule.odds) * risk.gradient[at(row)];
  }
  return {.value = share * benefit, .influence = influence_from(evaluation, rule.rows, gradient)};
}

Estimate net_benefit_treat_all(const Evaluation& evaluation) {
  const EvaluationRows rows = evaluation_rows(evaluation);
  std::string problem = rows.problem;
  if (problem.empty()) {
    problem = threshold_problem(evaluation.threshold);
  }
  if (problem.empty()) {
    problem = observed_risk_problem(evaluation, rows);
  }
  if (!problem.empty()) {
    return undefined(problem);
  }
  const double odds = evaluation.threshold / (1.0 - evaluation.threshold);
  const WeightedMean risk = observed_risk(evaluation, rows);
  std::vector<double> gradient;
  for (const double value : risk.gradient) {
    gradient.push_back((1.0 + odds) * value);
  }
  return {.value = risk.value * (1.0 + odds) - odds,
          .influence = influence_from(evaluation, rows, gradient)};
}

Estimate standardized_net_benefit(const Evaluation& evaluation) {
  Estimate result = net_benefit(evaluation);
  if (!result.undefined_because.empty()) {
    return result;
  }
  const EvaluationRows rows = evaluation_rows(evaluation);
  const WeightedMean risk = observed_risk(evaluation, rows);
  if (!(risk.value > 0.0)) {
    return undefined("no events by the horizon");
  }
  const auto of_risk = influence_from(evaluation, rows, risk.gradient);
  result.value /= risk.value;
  for (std::size_t i = 0; i < of_risk.size(); ++i) {
    result.influence[i] = (result.influence[i] - result.value * of_risk[i]) / risk.value;
  }
  return result;
}

Estimate actions_avoided(const Evaluation& evaluation) {
  Estimate result = net_benefit(evaluation);
  if (!result.undefined_because.empty()) {
    return result;
  }
  const Estimate all = net_benefit_treat_all(evaluation);
  const double per_hundred = 100.0 * (1.0 - evaluation.threshold) / evaluation.threshold;
  result.value = per_hundred * (result.value - all.value);
  for (std::size_t i = 0; i < all.influence.size(); ++i) {
    result.influence[i] = per_hundred * (result.influence[i] - all.influence[i]);
  }
  return result;
}

} // namespace vigil::measure
