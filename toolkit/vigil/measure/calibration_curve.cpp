// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/measure/calibration_curve.hpp"

#include "vigil/base/text.hpp"
#include "vigil/measure/cox_slope.hpp"
#include "vigil/measure/evaluation_rows.hpp"
#include "vigil/measure/observed_risk.hpp"
#include "vigil/numeric/spline.hpp"
#include "vigil/survival/cox_fit.hpp"

#include <algorithm>
#include <cmath>
#include <variant>

namespace vigil::measure {

namespace {

std::string rows_problem(const Evaluation& evaluation,
                         const EvaluationRows& rows,
                         const CalibrationCurveOptions& options) {
  if (!rows.problem.empty()) {
    return rows.problem;
  }
  if (std::find(rows.ending.begin(), rows.ending.end(), Ending::competing) != rows.ending.end()) {
    return "the smoother does not handle competing causes";
  }
  if (std::string problem = observed_risk_problem(evaluation, rows); !problem.empty()) {
    return problem;
  }
  const Index events = std::count(rows.ending.begin(), rows.ending.end(), Ending::event);
  if (events < options.fewest_events || events == 0) {
    return number_text(events) + " events; a smooth curve needs " +
           number_text(std::max(options.fewest_events, Index{1}));
  }
  return {};
}

/// Risk by the horizon of each row under the secondary model; empty with a reason when it cannot be fitted.
Column smooth_risk(const Evaluation& evaluation,
                   const EvaluationRows& rows,
                   std::span<const double> x,
                   const CalibrationCurveOptions& options) {
  const auto knots = spline_knots(x, rows.weight, options.knots);
  if (std::adjacent_find(knots.begin(), knots.end()) != knots.end()) {
    return {.problem = "too few distinct predicted risks for a smooth curve"};
  }
  const auto terms = restricted_cubic_spline(x, knots);
  const Index columns = options.knots - 1, subjects = evaluation.weights.subjects();
  std::vector<double> design(at(columns * subjects), 0.0);
  for (Index row = 0; row < rows.rows(); ++row) {
    const Index subject = rows.subject[at(row)];
    design[at(subject)] = x[at(row)];
    for (Index term = 1; term < columns; ++term) {
      design[at(term * subjects + subject)] = terms[at((term - 1) * rows.rows() + row)];
    }
  }
  const survival::CoxLikelihood likelihood(
      event_outcome(rows, subjects), evaluation.weights, {}, {}, options.ties);
  survival::CoxFitOptions newton;
  newton.iterations = options.newton_steps > 0 ? options.newton_steps : newton.iterations;
  const survival::CoxFit fit = survival::fit_cox(likelihood, design, newton);
  const bool stopped_as_asked =
      options.newton_steps > 0 && fit.status == survival::CoxFitStatus::iteration_limit;
  if (fit.status != survival::CoxFitStatus::converged && !stopped_as_asked) {
    return {.problem = fit.reason.empty() ? "the smoother did not converge" : fit.reason};
  }
  const double baseline =
      likelihood.baseline(fit.point).cumulative_hazard.front()(evaluation.horizon);
  Column observed;
  for (const Index subject : rows.subject) {
    double log_ratio = 0.0;
    for (Index column = 0; column < columns; ++column) {
      log_ratio += fit.coefficient[at(column)] * design[at(column * subjects + subject)];
    }
    observed.value.push_back(-std::expm1(-baseline * std::exp(log_ratio)));
  }
  return observed;
}

Estimate estimate_of(const CalibrationCurve& curve, double value) {
  return curve.undefined_because.empty() ? Estimate{.value = value}
                                         : undefined(curve.undefined_because);
}

} // namespace

CalibrationCurve calibration_curve(const Evaluation& evaluation,
                                   const CalibrationCurveOptions& options) {
  CalibrationCurve curve;
  const EvaluationRows rows = evaluation_rows(evaluation);
  curve.undefined_because = rows_problem(evaluation, rows, options);
  if (!curve.undefined_because.empty()) {
    return curve;
  }
  Column risk = risk_column(evaluation, rows);
  if (!risk.problem.empty()) {
    curve.undefined_because = risk.problem;
    return curve;
  }
  Column observed = smooth_risk(
      evaluation, rows, log_cumulative_hazard(risk.value, times_drawn(evaluation, rows)), options);
  if (!observed.problem.empty()) {
    curve.undefined_because = observed.problem;
    return curve;
  }
  curve.subject = rows.subject;
  curve.predicted = std::move(risk.value);
  curve.observed = std::move(observed.value);
  std::vector<double> distance;
  double total = 0.0;
  for (Index row = 0; row < rows.rows(); ++row) {
    distance.push_back(std::fabs(curve.observed[at(row)] - curve.predicted[at(row)]));
    total += rows.weight[at(row)] * distance.back();
  }
  curve.ici = total / rows.total;
  curve.e50 = interpolated_quantile(distance, rows.weight, 0.5);
  curve.e90 = interpolated_quantile(distance, rows.weight, 0.9);
  curve.emax = *std::max_element(distance.begin(), distance.end());
  return curve;
}

Estimate ici(const Evaluation& evaluation) {
  const CalibrationCurve curve = calibration_curve(evaluation);
  return estimate_of(curve, curve.ici);
}

Estimate e50(const Evaluation& evaluation) {
  const CalibrationCurve curve = calibration_curve(evaluation);
  return estimate_of(curve, curve.e50);
}

Estimate e90(const Evaluation& evaluation) {
  const CalibrationCurve curve = calibration_curve(evaluation);
  return estimate_of(curve, curve.e90);
}

Estimate emax(const Evaluation& evaluation) {
  const CalibrationCurve curve = calibration_curve(evaluation);
  return estimate_of(curve, curve.emax);
}

} // namespace vigil::measure
