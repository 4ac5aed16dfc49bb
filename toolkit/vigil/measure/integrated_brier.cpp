// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/measure/brier.hpp"
#include "vigil/measure/evaluation_rows.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::measure {

namespace {

/// Times at which BS(u) may change, from 0 to before tau, and how long each value lasts.
struct Grid {
  std::vector<double> time, length;
};

Grid step_grid(const EvaluationRows& rows, const RiskTable& curves, double tau) {
  Grid grid;
  grid.time = rows.time;
  grid.time.insert(grid.time.end(), curves.horizon.begin(), curves.horizon.end());
  grid.time.push_back(0.0);
  std::sort(grid.time.begin(), grid.time.end());
  grid.time.erase(std::unique(grid.time.begin(), grid.time.end()), grid.time.end());
  grid.time.erase(std::lower_bound(grid.time.begin(), grid.time.end(), tau), grid.time.end());
  for (std::size_t k = 0; k < grid.time.size(); ++k) {
    grid.length.push_back((k + 1 < grid.time.size() ? grid.time[k + 1] : tau) - grid.time[k]);
  }
  return grid;
}

/// G of each row just before its own time, and of its stratum at u.
double
censoring_weight(const Evaluation& evaluation, Index subject, double time, Ending end, double u) {
  if (time > u) {
    return 1.0 / evaluation.censoring.survival_at(subject, u);
  }
  return end == Ending::censored ? 0.0 : 1.0 / evaluation.censoring.survival_before(subject, time);
}

/// W_j(u) (y_j(u) - p_j(u))^2 of every row; risk is 0 before the first time of the curves.
void weighted_losses(const Evaluation& evaluation,
                     const EvaluationRows& rows,
                     double u,
                     std::vector<double>& loss) {
  const RiskTable& curves = *evaluation.prediction.curves;
  const auto step =
      std::upper_bound(curves.horizon.begin(), curves.horizon.end(), u) - curves.horizon.begin();
  for (Index row = 0; row < rows.rows(); ++row) {
    const Index subject = rows.subject[at(row)];
    const double risk = step == 0 ? 0.0 : curves.at_horizon(step - 1)[at(subject)];
    const double gap = (event_by(rows, row, u) ? 1.0 : 0.0) - risk;
    loss[at(row)] =
        censoring_weight(evaluation, subject, rows.time[at(row)], rows.ending[at(row)], u) * gap *
        gap;
  }
}

std::string curves_problem(const Evaluation& evaluation, const EvaluationRows& rows) {
  if (!rows.problem.empty()) {
    return rows.problem;
  }
  if (!evaluation.prediction.curves || evaluation.prediction.curves->horizon.empty()) {
    return "the prediction has no curves";
  }
  const Column weight = censoring_weight_column(evaluation, rows);
  if (!weight.problem.empty()) {
    return weight.problem;
  }
  const RiskTable& curves = *evaluation.prediction.curves;
  VIGIL_EXPECTS(curves.subjects() == evaluation.weights.subjects());
  VIGIL_EXPECTS(std::is_sorted(curves.horizon.begin(), curves.horizon.end()));
  for (Index k = 0; k < size_of(curves.horizon); ++k) {
    for (const Index subject : rows.subject) {
      if (std::isnan(curves.at_horizon(k)[at(subject)])) {
        return "subjects without a predicted curve";
      }
    }
  }
  return {};
}

} // namespace

Estimate ibs(const Evaluation& evaluation) {
  const EvaluationRows rows = evaluation_rows(evaluation);
  if (std::string problem = curves_problem(evaluation, rows); !problem.empty()) {
    return undefined(std::move(problem));
  }
  const survival::CensoringWeights& censoring = evaluation.censoring;
  const Grid grid = step_grid(rows, *evaluation.prediction.curves, evaluation.horizon);
  // From late to early: `carried` holds each row's integral of W h from u to tau, and the distinct times of
  // its stratum pick up their q(u) = mean_j carried_j(u) 1(T_j > u) when the sweep passes them.
  std::vector<double> loss(at(rows.rows())), carried(at(rows.rows()), 0.0);
  std::vector<std::vector<double>> q(at(censoring.strata()));
  for (Index stratum = 0; stratum < censoring.strata(); ++stratum) {
    q[at(stratum)].assign(
        censoring.distinct_times(stratum).size() * at(censoring.carried_factors()), 0.0);
  }
  for (Index k = size_of(grid.time) - 1; k >= 0; --k) {
    const double u = grid.time[at(k)];
    weighted_losses(evaluation, rows, u, loss);
    const Index factors = censoring.carried_factors();
    std::vector<double> beyond(at(censoring.strata() * factors), 0.0);
    for (Index row = 0; row < rows.rows(); ++row) {
      carried[at(row)] += grid.length[at(k)] * loss[at(row)];
      const Index subject = rows.subject[at(row)];
      for (Index factor = 0; factor < factors && rows.time[at(row)] > u; ++factor) {
        beyond[at(censoring.stratum_of(subject) * factors + factor)] +=
            rows.weight[at(row)] * carried[at(row)] * censoring.carried_factor(subject, factor) /
            rows.total;
      }
    }
    for (Index stratum = 0; stratum < censoring.strata(); ++stratum) {
      const auto times = censoring.distinct_times(stratum);
      const auto place = std::lower_bound(times.begin(), times.end(), u);
      for (Index factor = 0; factor < factors && place != times.end() && *place == u; ++factor) {
        q[at(stratum)][at(factor * size_of(times) + (place - times.begin()))] =
            beyond[at(stratum * factors + factor)];
      }
    }
  }
  const double tau = evaluation.horizon;
  double total = 0.0;
  for (Index row = 0; row < rows.rows(); ++row) {
    total += rows.weight[at(row)] * carried[at(row)];
  }
  const double value = total / rows.total / tau;
  const auto term = censoring.martingale_term(q, tau);
  std::vector<double> gradient;
  for (Index row = 0; row < rows.rows(); ++row) {
    gradient.push_back((carried[at(row)] + term[at(rows.subject[at(row)])]) / tau - value);
  }
  return {.value = value, .influence = influence_from(evaluation, rows, gradient)};
}

} // namespace vigil::measure
