// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/measure/follow_up_calibration.hpp"

#include "vigil/measure/evaluation_rows.hpp"
#include "vigil/numeric/tail.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::measure {

namespace {

double risk_of_curve(const RiskTable& curves, Index subject, double time) {
  const auto step =
      std::upper_bound(curves.horizon.begin(), curves.horizon.end(), time) - curves.horizon.begin();
  const double first = curves.at_horizon(0)[at(subject)];
  if (step == 0) {
    return std::isnan(first) ? first
                             : 0.0; // a curve that is missing says nothing, also before it begins
  }
  return curves.at_horizon(step - 1)[at(subject)];
}

/// Risk of each row by its own time, or why there is none.
Column own_risk_column(const Evaluation& evaluation, const EvaluationRows& rows) {
  if (!rows.problem.empty()) {
    return {.value = {}, .problem = rows.problem};
  }
  if (std::find(rows.ending.begin(), rows.ending.end(), Ending::competing) != rows.ending.end()) {
    return {.value = {}, .problem = "a risk by the own time has no hazard where causes compete"};
  }
  const auto& curves = evaluation.prediction.curves;
  const bool from_curves = evaluation.own_risk.empty();
  if (from_curves && (!curves || curves->horizon.empty())) {
    return {.value = {}, .problem = "no predicted risks by the subjects' own times"};
  }
  Column risk;
  for (Index row = 0; row < rows.rows(); ++row) {
    const Index subject = rows.subject[at(row)];
    const double value = from_curves ? risk_of_curve(*curves, subject, rows.time[at(row)])
                                     : evaluation.own_risk[at(subject)];
    if (std::isnan(value)) {
      return {.value = {}, .problem = "subjects without a predicted risk by their own time"};
    }
    if (!(value < 1.0)) {
      return {.value = {}, .problem = "a predicted risk of 1 by a subject's own time"};
    }
    risk.value.push_back(value);
  }
  return risk;
}

} // namespace

FollowUpCalibration follow_up_calibration(const Evaluation& evaluation) {
  FollowUpCalibration result;
  const EvaluationRows rows = evaluation_rows(evaluation);
  const Column risk = own_risk_column(evaluation, rows);
  if (!risk.problem.empty()) {
    result.estimate = undefined(risk.problem);
    return result;
  }
  double observed = 0.0, expected = 0.0;
  std::vector<double> hazard;
  for (Index row = 0; row < rows.rows(); ++row) {
    hazard.push_back(-std::log1p(-risk.value[at(row)]));
    observed += rows.ending[at(row)] == Ending::event ? rows.weight[at(row)] : 0.0;
    expected += rows.weight[at(row)] * hazard.back();
  }
  if (!(observed > 0.0) || !(expected > 0.0)) {
    result.estimate = undefined(observed > 0.0 ? "no events are expected" : "no events");
    return result;
  }
  const double ratio = observed / expected;
  std::vector<double> gradient;
  for (Index row = 0; row < rows.rows(); ++row) {
    const double happened = rows.ending[at(row)] == Ending::event ? 1.0 : 0.0;
    gradient.push_back((happened - ratio * hazard[at(row)]) * rows.total / expected);
  }
  result.estimate = {.value = ratio, .influence = influence_from(evaluation, rows, gradient)};
  result.poisson_se = 1.0 / std::sqrt(observed * times_drawn(evaluation, rows) / rows.total);
  return result;
}

Estimate oe_follow_up(const Evaluation& evaluation) {
  return follow_up_calibration(evaluation).estimate;
}

DCalibration d_calibration_of(const Evaluation& evaluation) {
  DCalibration result;
  const EvaluationRows rows = evaluation_rows(evaluation);
  const Column risk = own_risk_column(evaluation, rows);
  if (!risk.problem.empty()) {
    result.undefined_because = risk.problem;
    return result;
  }
  constexpr double bins = survival_bins;
  const double drawn = times_drawn(evaluation, rows);
  for (Index row = 0; row < rows.rows(); ++row) {
    const double own = rows.weight[at(row)] * drawn / rows.total;
    const double survival = 1.0 - risk.value[at(row)];
    const auto bin =
        std::clamp<Index>(static_cast<Index>(std::ceil(survival * bins)), 1, survival_bins) - 1;
    if (rows.ending[at(row)] == Ending::event) {
      result.count[at(bin)] += own;
      continue;
    }
    result.count[at(bin)] += own * (survival - static_cast<double>(bin) / bins) / survival;
    for (Index lower = 0; lower < bin; ++lower) {
      result.count[at(lower)] += own / (bins * survival);
    }
  }
  result.statistic = 0.0;
  for (const double count : result.count) {
    result.statistic += (count - drawn / bins) * (count - drawn / bins) / (drawn / bins);
  }
  result.p = chi_square_upper(result.statistic, bins - 1.0);
  return result;
}

Estimate d_calibration(const Evaluation& evaluation) {
  const DCalibration found = d_calibration_of(evaluation);
  return found.undefined_because.empty() ? Estimate{.value = found.statistic}
                                         : undefined(found.undefined_because);
}

Estimate d_calibration_p(const Evaluation& evaluation) {
  const DCalibration found = d_calibration_of(evaluation);
  return found.undefined_because.empty() ? Estimate{.value = found.p}
                                         : undefined(found.undefined_because);
}

} // namespace vigil::measure
