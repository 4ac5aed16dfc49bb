// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/measure/horizon_calibration.hpp"

#include "vigil/measure/evaluation_rows.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace vigil::measure {

namespace {

constexpr int most_steps = 50;
constexpr double converged = 1e-12; ///< largest Newton step
constexpr double rounding =
    1e-13; ///< relative, of the log-likelihood: near the maximum it cannot tell
constexpr double far_away = 30.0; ///< a coefficient beyond it runs to infinity

/// Log-likelihood of one row with its first derivative and the negative second one, by eta.
struct Term {
  double log_likelihood = 0.0, score = 0.0, curvature = 0.0;
};

Term term_of(bool happened, double eta) {
  const double hazard = std::exp(eta), risk = -std::expm1(-hazard);
  if (!happened) {
    return {-hazard, -hazard, hazard};
  }
  const double left = std::exp(-hazard), ratio = hazard / risk;
  return {std::log(risk), left * ratio, left * ratio * (ratio - 1.0)};
}

using Pair =
    std::array<double,
               2>; ///< of intercept and slope; of the intercept alone the second is not used

/// What the equations are made of, or the reason why there are none.
struct Recalibration {
  EvaluationRows rows;
  std::vector<double> censoring_weight, x;
  std::vector<bool> happened;
  bool slope = false;
  std::string problem = {};

  [[nodiscard]] double eta(std::size_t row, const Pair& at) const {
    return at[0] + (slope ? at[1] : 1.0) * x[row];
  }
};

struct Equations {
  double log_likelihood = 0.0;
  Pair score = {};
  double curvature[2][2] = {};
};

Equations equations_at(const Recalibration& data, const Pair& at) {
  Equations sum;
  for (std::size_t row = 0; row < data.x.size(); ++row) {
    const double weight = data.rows.weight[row] * data.censoring_weight[row] / data.rows.total;
    if (weight == 0.0) {
      continue;
    }
    const Term term = term_of(data.happened[row], data.eta(row, at));
    const Pair column{1.0, data.x[row]};
    sum.log_likelihood += weight * term.log_likelihood;
    for (std::size_t k = 0; k < 2; ++k) {
      sum.score[k] += weight * term.score * column[k];
      for (std::size_t l = 0; l < 2; ++l) {
        sum.curvature[k][l] += weight * term.curvature * column[k] * column[l];
      }
    }
  }
  return sum;
}

/// curvature^-1 times values; of the intercept alone the first equation is all.
Pair solved(const Recalibration& data, const Equations& equations, const Pair& values) {
  const auto& c = equations.curvature;
  if (!data.slope) {
    return {values[0] / c[0][0], 0.0};
  }
  const double determinant = c[0][0] * c[1][1] - c[0][1] * c[1][0];
  return {(c[1][1] * values[0] - c[0][1] * values[1]) / determinant,
          (c[0][0] * values[1] - c[1][0] * values[0]) / determinant};
}

Recalibration recalibration(const Evaluation& evaluation, bool slope) {
  Recalibration data{.rows = evaluation_rows(evaluation),
                     .censoring_weight = {},
                     .x = {},
                     .happened = {},
                     .slope = slope};
  data.problem = data.rows.problem;
  if (!data.problem.empty()) {
    return data;
  }
  Column weight = censoring_weight_column(evaluation, data.rows);
  const Column risk = risk_column(evaluation, data.rows);
  data.problem = weight.problem.empty() ? risk.problem : weight.problem;
  if (!data.problem.empty()) {
    return data;
  }
  data.censoring_weight = std::move(weight.value);
  data.x = log_cumulative_hazard(risk.value, times_drawn(evaluation, data.rows));
  double events = 0.0, others = 0.0;
  for (Index row = 0; row < data.rows.rows(); ++row) {
    data.happened.push_back(event_by(data.rows, row, evaluation.horizon));
    (data.happened.back() ? events : others) += data.censoring_weight[at(row)];
  }
  if (events == 0.0 || others == 0.0) {
    data.problem =
        events == 0.0 ? "no events by the horizon" : "nobody is known to be free of the event";
  } else if (slope && *std::max_element(data.x.begin(), data.x.end()) ==
                          *std::min_element(data.x.begin(), data.x.end())) {
    data.problem = "all predicted risks are equal";
  }
  return data;
}

/// The maximum, by Newton steps that are halved until the log-likelihood rises; NaN where it lies at infinity.
Pair maximum(const Recalibration& data) {
  Pair at{0.0, 1.0};
  Equations now = equations_at(data, at);
  for (int step = 0; step < most_steps; ++step) {
    Pair move = solved(data, now, now.score);
    Equations next;
    Pair there;
    do {
      there = {at[0] + move[0], at[1] + move[1]};
      next = equations_at(data, there);
      move = {move[0] / 2.0, move[1] / 2.0};
    } while (
        !(next.log_likelihood >= now.log_likelihood - rounding * std::fabs(now.log_likelihood)) &&
        std::fabs(move[0]) + std::fabs(move[1]) > converged);
    const double moved = std::fabs(there[0] - at[0]) + std::fabs(there[1] - at[1]);
    at = there;
    now = next;
    if (!(std::fabs(at[0]) < far_away && std::fabs(at[1]) < far_away)) {
      break;
    }
    if (moved <= converged * (1.0 + std::fabs(at[0]) + std::fabs(at[1]))) {
      return at;
    }
  }
  return {std::nan(""), std::nan("")};
}

Estimate coefficient(const Evaluation& evaluation, bool slope) {
  const Recalibration data = recalibration(evaluation, slope);
  if (!data.problem.empty()) {
    return undefined(data.problem);
  }
  const Pair at = maximum(data);
  if (std::isnan(at[0])) {
    return undefined("the predicted risks separate the events");
  }
  const Equations equations = equations_at(data, at);
  std::array<std::vector<double>, 2> part;
  for (std::size_t row = 0; row < data.x.size(); ++row) {
    const double score = term_of(data.happened[row], data.eta(row, at)).score;
    part[0].push_back(score);
    part[1].push_back(score * data.x[row]);
  }
  std::array<std::vector<double>, 2> gradient;
  for (std::size_t k = 0; k < 2; ++k) {
    gradient[k] =
        censoring_weighted_mean(evaluation, data.rows, data.censoring_weight, part[k]).gradient;
  }
  const std::size_t wanted = slope ? 1 : 0;
  std::vector<double> own;
  for (std::size_t row = 0; row < data.x.size(); ++row) {
    own.push_back(solved(data, equations, {gradient[0][row], gradient[1][row]})[wanted]);
  }
  return {.value = at[wanted], .influence = influence_from(evaluation, data.rows, own)};
}

} // namespace

Estimate calibration_intercept(const Evaluation& evaluation) {
  return coefficient(evaluation, false);
}

Estimate calibration_slope_at_horizon(const Evaluation& evaluation) {
  return coefficient(evaluation, true);
}

} // namespace vigil::measure
