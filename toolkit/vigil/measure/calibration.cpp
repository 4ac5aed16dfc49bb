// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/measure/calibration.hpp"

#include "vigil/measure/cox_slope.hpp"
#include "vigil/measure/evaluation_rows.hpp"
#include "vigil/measure/observed_risk.hpp"
#include "vigil/numeric/quantile.hpp"
#include "vigil/numeric/tail.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::measure {

namespace {

/// Observed and mean predicted risk with their gradients, or the reason why they cannot be compared.
struct Both {
  EvaluationRows rows;
  std::vector<double> risk;
  WeightedMean observed, expected;
  std::string problem = {};
};

Both observed_and_expected(const Evaluation& evaluation) {
  Both both{.rows = evaluation_rows(evaluation), .risk = {}, .observed = {}, .expected = {}};
  both.problem = both.rows.problem;
  if (both.problem.empty()) {
    both.problem = observed_risk_problem(evaluation, both.rows);
  }
  if (!both.problem.empty()) {
    return both;
  }
  Column risk = risk_column(evaluation, both.rows);
  both.problem = risk.problem;
  if (!both.problem.empty()) {
    return both;
  }
  both.risk = std::move(risk.value);
  both.observed = observed_risk(evaluation, both.rows);
  for (Index row = 0; row < both.rows.rows(); ++row) {
    both.expected.value += both.rows.weight[at(row)] * both.risk[at(row)];
  }
  both.expected.value /= both.rows.total;
  for (const double risk_of_row : both.risk) {
    both.expected.gradient.push_back(risk_of_row - both.expected.value);
  }
  return both;
}

/// The part of an evaluation in one group; events and risk with their log(-log) interval.
CalibrationGroup group_of(const Evaluation& evaluation,
                          const EvaluationRows& all,
                          std::span<const double> risk,
                          std::span<const Index> members,
                          double level) {
  CalibrationGroup group{.subjects = size_of(members)};
  std::vector<std::uint32_t> times(at(evaluation.weights.subjects()), 0);
  double weight = 0.0;
  for (const Index row : members) {
    const Index subject = all.subject[at(row)];
    times[at(subject)] = evaluation.weights.times(subject);
    group.events += event_by(all, row, evaluation.horizon) ? 1 : 0;
    group.mean_predicted += all.weight[at(row)] * risk[at(row)];
    weight += all.weight[at(row)];
  }
  group.mean_predicted /= weight;
  const CaseWeights weights = evaluation.weights.with_times(std::move(times));
  const survival::CensoringWeights censoring(evaluation.outcome, weights);
  const Evaluation inside = part_of(evaluation, weights, censoring);
  const EvaluationRows rows = evaluation_rows(inside);
  const WeightedMean observed = observed_risk(inside, rows);
  const double se = standard_error(
      {.value = observed.value, .influence = influence_from(inside, rows, observed.gradient)},
      weights);
  group.observed = observed.value;
  const double survival = 1.0 - observed.value;
  const double reach =
      normal_quantile(0.5 + 0.5 * level) * se / (survival * std::fabs(std::log(survival)));
  group.lower = 1.0 - std::pow(survival, std::exp(-reach));
  group.upper = 1.0 - std::pow(survival, std::exp(reach));
  return group;
}

} // namespace

Estimate oe_ratio(const Evaluation& evaluation) {
  const Both both = observed_and_expected(evaluation);
  if (!both.problem.empty()) {
    return undefined(both.problem);
  }
  if (!(both.expected.value > 0.0)) {
    return undefined("the mean predicted risk is zero");
  }
  if (!(both.observed.value > 0.0)) {
    return undefined("no events by the horizon");
  }
  const double ratio = both.observed.value / both.expected.value;
  std::vector<double> gradient;
  for (std::size_t row = 0; row < both.risk.size(); ++row) {
    gradient.push_back((both.observed.gradient[row] - ratio * both.expected.gradient[row]) /
                       both.expected.value);
  }
  return {.value = ratio, .influence = influence_from(evaluation, both.rows, gradient)};
}

Estimate mean_calibration(const Evaluation& evaluation) {
  const Both both = observed_and_expected(evaluation);
  if (!both.problem.empty()) {
    return undefined(both.problem);
  }
  std::vector<double> gradient;
  for (std::size_t row = 0; row < both.risk.size(); ++row) {
    gradient.push_back(both.observed.gradient[row] - both.expected.gradient[row]);
  }
  return {.value = both.observed.value - both.expected.value,
          .influence = influence_from(evaluation, both.rows, gradient)};
}

CalibrationSlope fit_calibration_slope(const Evaluation& evaluation, survival::Ties ties) {
  CalibrationSlope result;
  const EvaluationRows rows = evaluation_rows(evaluation);
  const Column score =
      rows.problem.empty() ? score_column(evaluation, rows) : Column{.problem = rows.problem};
  if (!score.problem.empty()) {
    result.estimate = undefined(score.problem);
    return result;
  }
  const CoxSlope slope = fit_slope(rows, evaluation.weights, score.value, ties);
  if (!slope.problem.empty()) {
    result.estimate = undefined(slope.problem);
    return result;
  }
  result.estimate = {.value = slope.value,
                     .influence = influence_from(evaluation, rows, slope.gradient)};
  result.wald_se = slope.wald_se;
  return result;
}

Estimate calibration_slope(const Evaluation& evaluation) {
  return fit_calibration_slope(evaluation).estimate;
}

CalibrationGroups calibration_groups(const Evaluation& evaluation, Index groups, double level) {
  VIGIL_EXPECTS(groups >= 1 && level > 0.0 && level < 1.0);
  CalibrationGroups result;
  const Both both = observed_and_expected(evaluation);
  if (!both.problem.empty()) {
    result.undefined_because = both.problem;
    return result;
  }
  std::vector<double> cuts;
  for (Index k = 1; k < groups; ++k) {
    cuts.push_back(weighted_quantile(
        both.risk, both.rows.weight, static_cast<double>(k) / static_cast<double>(groups)));
  }
  std::vector<std::vector<Index>> members(at(groups));
  for (Index row = 0; row < both.rows.rows(); ++row) {
    const auto cut = std::lower_bound(cuts.begin(), cuts.end(), both.risk[at(row)]) - cuts.begin();
    members[at(cut)].push_back(row);
  }
  for (const auto& group : members) {
    if (!group.empty()) {
      result.groups.push_back(group_of(evaluation, both.rows, both.risk, group, level));
    }
  }
  return result;
}

} // namespace vigil::measure
