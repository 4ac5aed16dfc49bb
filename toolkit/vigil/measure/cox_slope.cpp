// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/measure/cox_slope.hpp"

#include "vigil/numeric/order.hpp"
#include "vigil/survival/cox_fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace vigil::measure {

namespace {

/// Sums over a set of rows: weight times relative risk, and that times x.
struct RiskSum {
  double risk = 0.0, risk_x = 0.0;
};

/// What the events of one time add to the residuals of those at risk, and of the events themselves.
struct TimeStep {
  double hazard = 0.0, hazard_x = 0.0;           ///< SUM_l h_l, SUM_l h_l x_l
  double tied_hazard = 0.0, tied_hazard_x = 0.0; ///< the same with (1 - l/m)
  double mean_x = 0.0;                           ///< mean over l of x_l
};

TimeStep step_at(const RiskSum& at_risk, const RiskSum& events, double event_weight, double steps) {
  TimeStep step;
  for (double l = 0.0; l < steps; l += 1.0) {
    const double part = l / steps;
    const double risk = at_risk.risk - part * events.risk;
    const double mean_x = (at_risk.risk_x - part * events.risk_x) / risk;
    const double hazard = event_weight / steps / risk;
    step.hazard += hazard;
    step.hazard_x += hazard * mean_x;
    step.tied_hazard += (1.0 - part) * hazard;
    step.tied_hazard_x += (1.0 - part) * hazard * mean_x;
    step.mean_x += mean_x / steps;
  }
  return step;
}

/// Rows in ascending time, grouped by distinct time.
struct TimeGroups {
  std::vector<Index> order, start;
};

TimeGroups time_groups(std::span<const double> time) {
  TimeGroups groups{.order = ascending_order(time), .start = {}};
  for (Index place = 0; place < size_of(groups.order); ++place) {
    if (place == 0 || time[at(groups.order[at(place)])] != time[at(groups.order[at(place - 1)])]) {
      groups.start.push_back(place);
    }
  }
  groups.start.push_back(size_of(groups.order));
  return groups;
}

/// exp(slope x) of every row, relative to the largest.
std::vector<double> relative_risks(std::span<const double> x, double slope) {
  double largest = -std::numeric_limits<double>::infinity();
  for (const double value : x) {
    largest = std::max(largest, slope * value);
  }
  std::vector<double> relative;
  for (const double value : x) {
    relative.push_back(std::exp(slope * value - largest));
  }
  return relative;
}

/// The steps of all distinct times, from the last to the first. drawn_times: of each row under Efron, else empty.
std::vector<TimeStep> time_steps(const EvaluationRows& rows,
                                 std::span<const double> drawn_times,
                                 std::span<const double> x,
                                 std::span<const double> relative,
                                 const TimeGroups& groups) {
  std::vector<TimeStep> steps(groups.start.size() - 1);
  RiskSum at_risk;
  for (Index k = size_of(steps) - 1; k >= 0; --k) {
    RiskSum events;
    double event_weight = 0.0, drawn = 0.0;
    for (Index place = groups.start[at(k)]; place < groups.start[at(k + 1)]; ++place) {
      const Index row = groups.order[at(place)];
      const double risk = rows.weight[at(row)] * relative[at(row)];
      at_risk.risk += risk;
      at_risk.risk_x += risk * x[at(row)];
      if (rows.ending[at(row)] == Ending::event) {
        events.risk += risk;
        events.risk_x += risk * x[at(row)];
        event_weight += rows.weight[at(row)];
        drawn += drawn_times.empty() ? 0.0 : drawn_times[at(row)];
      }
    }
    if (event_weight > 0.0) {
      steps[at(k)] = step_at(at_risk, events, event_weight, std::max(drawn, 1.0));
    }
  }
  return steps;
}

/// Derivatives of the score of the slope by each row's weight, and by its x.
struct Residuals {
  std::vector<double> by_weight, by_x;
};

Residuals score_residuals(const EvaluationRows& rows,
                          const CaseWeights& weights,
                          std::span<const double> x,
                          double slope,
                          survival::Ties ties) {
  const bool efron = ties == survival::Ties::efron;
  const auto relative = relative_risks(x, slope);
  const TimeGroups groups = time_groups(rows.time);
  std::vector<double> drawn; // Breslow's ties are one step, whoever leaves
  for (Index row = 0; row < rows.rows() && efron; ++row) {
    drawn.push_back(static_cast<double>(weights.times(rows.subject[at(row)])));
  }
  const auto steps = time_steps(rows, drawn, x, relative, groups);
  Residuals residuals{.by_weight = std::vector<double>(x.size(), 0.0),
                      .by_x = std::vector<double>(x.size(), 0.0)};
  double hazard = 0.0, hazard_x = 0.0;
  for (Index k = 0; k < size_of(steps); ++k) {
    const TimeStep& step = steps[at(k)];
    for (Index place = groups.start[at(k)]; place < groups.start[at(k + 1)]; ++place) {
      const Index row = groups.order[at(place)];
      const bool event = rows.ending[at(row)] == Ending::event;
      const double own = hazard + (event && efron ? step.tied_hazard : step.hazard);
      const double own_x = hazard_x + (event && efron ? step.tied_hazard_x : step.hazard_x);
      const double spread = relative[at(row)] * (x[at(row)] * own - own_x);
      residuals.by_weight[at(row)] = (event ? x[at(row)] - step.mean_x : 0.0) - spread;
      residuals.by_x[at(row)] =
          rows.weight[at(row)] * ((event ? 1.0 : 0.0) - relative[at(row)] * own - slope * spread);
    }
    hazard += step.hazard;
    hazard_x += step.hazard_x;
  }
  return residuals;
}

} // namespace

SurvivalOutcome event_outcome(const EvaluationRows& rows, Index subjects) {
  SurvivalOutcome outcome{.entry = {},
                          .time = std::vector<double>(at(subjects), 1.0),
                          .event = std::vector<std::uint8_t>(at(subjects), 0)};
  for (Index row = 0; row < rows.rows(); ++row) {
    outcome.time[at(rows.subject[at(row)])] = rows.time[at(row)];
    outcome.event[at(rows.subject[at(row)])] = rows.ending[at(row)] == Ending::event ? 1 : 0;
  }
  return outcome;
}

CoxSlope fit_slope(const EvaluationRows& rows,
                   const CaseWeights& weights,
                   std::span<const double> x,
                   survival::Ties ties) {
  CoxSlope slope;
  const Index subjects = weights.subjects();
  std::vector<double> column(at(subjects), 0.0);
  for (Index row = 0; row < rows.rows(); ++row) {
    column[at(rows.subject[at(row)])] = x[at(row)];
  }
  const survival::CoxLikelihood likelihood(event_outcome(rows, subjects), weights, {}, {}, ties);
  const survival::CoxFit fit = survival::fit_cox(likelihood, column);
  if (fit.status != survival::CoxFitStatus::converged || !fit.dropped.empty()) {
    slope.problem = !fit.dropped.empty() ? "the score is constant"
                    : fit.reason.empty() ? "Cox's model for the slope did not converge"
                                         : fit.reason;
    return slope;
  }
  slope.value = fit.coefficient.front();
  slope.wald_se = fit.standard_error(0);
  slope.log_likelihood = fit.log_likelihood;
  slope.null_log_likelihood = fit.null_log_likelihood;
  Residuals residuals = score_residuals(rows, weights, x, slope.value, ties);
  slope.gradient = std::move(residuals.by_weight);
  slope.by_x = std::move(residuals.by_x);
  for (std::size_t row = 0; row < slope.gradient.size(); ++row) {
    slope.gradient[row] *= rows.total * fit.covariance.front();
    slope.by_x[row] *= fit.covariance.front();
  }
  return slope;
}

} // namespace vigil::measure
