// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/survival/cox_diagnostics.hpp"

#include "vigil/numeric/factor.hpp"
#include "vigil/numeric/sums.hpp"
#include "vigil/numeric/tail.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace vigil::survival {

namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();
constexpr double collinear = 1e-9; // as in a fit

// Columns of a fit in row order, centred; `scale` of 1 over their spread.
struct Rows {
  std::vector<Index> column; // those that the fit kept
  std::vector<std::vector<double>> values;
  std::vector<double> scale;
};

Rows kept_rows(const CoxLikelihood& likelihood,
               const CoxFit& fit,
               std::span<const double> columns) {
  const Index order = size_of(fit.coefficient);
  Rows rows;
  const std::vector<double> all = gather_rows(likelihood, columns, order);
  for (Index column = 0; column < order; ++column) {
    if (std::find(fit.dropped.begin(), fit.dropped.end(), column) != fit.dropped.end()) {
      continue;
    }
    const auto first = all.begin() + column * likelihood.rows();
    std::vector<double> values(first, first + likelihood.rows());
    const Moments moments = weighted_moments(values, likelihood.weight());
    const double scale = moments.variance > 0.0 ? 1.0 / std::sqrt(moments.variance) : 1.0;
    for (double& value : values) {
      value = (value - moments.mean) * scale;
    }
    rows.column.push_back(column);
    rows.values.push_back(std::move(values));
    rows.scale.push_back(scale);
  }
  return rows;
}

} // namespace

std::vector<double> sandwich_covariance(const CoxLikelihood& likelihood,
                                        const CoxFit& fit,
                                        std::span<const double> columns,
                                        const CaseWeights& weights,
                                        std::span<const Index> group) {
  const Index order = size_of(fit.coefficient);
  std::vector<double> result(at(order * order), undefined);
  if (fit.status != CoxFitStatus::converged) {
    return result;
  }
  const Rows rows = kept_rows(likelihood, fit, columns);
  const Index kept = size_of(rows.column);
  std::vector<std::vector<double>> score; // per column: by row, per raw unit
  for (Index place = 0; place < kept; ++place) {
    score.push_back(likelihood.score_residuals(fit.point, rows.values[at(place)]));
    for (double& value : score.back()) {
      value /= rows.scale[at(place)];
    }
  }
  // Sums by group in ascending order of its level; rows of their own: by subject, divided among the times drawn.
  std::map<Index, std::vector<double>> sums;
  for (Index row = 0; row < likelihood.rows(); ++row) {
    const Index subject = likelihood.subjects()[at(row)];
    auto& own = sums[group.empty() ? subject : group[at(subject)]];
    own.resize(at(kept), 0.0);
    const double share =
        group.empty() ? std::sqrt(static_cast<double>(weights.times(subject))) : 1.0;
    for (Index place = 0; place < kept; ++place) {
      own[at(place)] += score[at(place)][at(row)] / share;
    }
  }
  if (sums.size() < 2) {
    return result;
  }
  std::fill(result.begin(), result.end(), 0.0);
  for (const auto& [level, own] : sums) { // moves of the coefficients: C U_g
    std::vector<double> moved(at(order), 0.0);
    for (Index column = 0; column < order; ++column) {
      for (Index place = 0; place < kept; ++place) {
        moved[at(column)] +=
            fit.covariance[at(column * order + rows.column[at(place)])] * own[at(place)];
      }
    }
    for (Index column = 0; column < order; ++column) {
      for (Index other = 0; other < order; ++other) {
        result[at(column * order + other)] += moved[at(column)] * moved[at(other)];
      }
    }
  }
  return result;
}

namespace {

// Information between all kept columns with each event time weighted.
std::vector<double> weighted_information(const CoxLikelihood& likelihood,
                                         const CoxPoint& point,
                                         const Rows& rows,
                                         std::span<const double> by_time) {
  const Index kept = size_of(rows.column);
  std::vector<double> result(at(kept * kept));
  for (Index column = 0; column < kept; ++column) {
    const auto product =
        likelihood.multiply_weighted_information(point, rows.values[at(column)], by_time);
    for (Index other = 0; other < kept; ++other) {
      result[at(other * kept + column)] = dot(rows.values[at(other)], product);
    }
  }
  return result;
}

// I_gg - I_g I^-1 I_g.
std::vector<double> remaining(const CholeskyFactor& factor,
                              std::vector<double> squared,
                              std::span<const double> linear,
                              Index order) {
  for (Index column = 0; column < order; ++column) {
    std::vector<double> solved;
    for (Index row = 0; row < order; ++row) {
      solved.push_back(linear[at(row * order + column)]);
    }
    factor.solve(solved);
    for (Index row = 0; row < order; ++row) {
      squared[at(row * order + column)] -= dot(linear.subspan(at(row * order), at(order)), solved);
    }
  }
  return squared;
}

} // namespace

ProportionalHazards proportional_hazards(const CoxLikelihood& likelihood,
                                         const CoxFit& fit,
                                         std::span<const double> columns,
                                         const StepFunction& survival) {
  ProportionalHazards result;
  result.chi_square.assign(fit.coefficient.size(), undefined);
  result.p = result.chi_square;
  if (fit.status != CoxFitStatus::converged) {
    result.undefined_because = "the fit is " + std::string(name_of(fit.status));
    return result;
  }
  const Rows rows = kept_rows(likelihood, fit, columns);
  const Index kept = size_of(rows.column);
  std::vector<double> g, squared;
  for (const double time : likelihood.event_times()) {
    g.push_back(1.0 - survival.left_limit(time));
    squared.push_back(g.back() * g.back());
  }
  const std::vector<double> ones(g.size(), 1.0);
  const auto information = weighted_information(likelihood, fit.point, rows, ones);
  const auto linear = weighted_information(likelihood, fit.point, rows, g);
  const auto whole = weighted_information(likelihood, fit.point, rows, squared);
  const auto variance = remaining(CholeskyFactor(information, kept, 1e-13), whole, linear, kept);
  const auto residual = likelihood.weighted_residual(fit.point, g);
  std::vector<double> score;
  for (const auto& values : rows.values) {
    score.push_back(dot(values, residual));
  }
  for (Index place = 0; place < kept; ++place) {
    const double own = variance[at(place * (kept + 1))];
    if (!(own > collinear * whole[at(place * (kept + 1))])) {
      result.undefined_because = "a column cannot change with time here: too few event times";
      continue;
    }
    const double statistic = score[at(place)] * score[at(place)] / own;
    result.chi_square[at(rows.column[at(place)])] = statistic;
    result.p[at(rows.column[at(place)])] = chi_square_upper(statistic, 1.0);
  }
  const CholeskyFactor factor(variance, kept, collinear);
  if (kept == 0 || factor.rank() < kept) {
    result.undefined_because = kept == 0 ? "no column" : "columns change with time alike";
    return result;
  }
  std::vector<double> solved = score;
  factor.solve(solved);
  result.global_chi_square = dot(score, solved);
  result.degrees_of_freedom = kept;
  result.global_p = chi_square_upper(result.global_chi_square, static_cast<double>(kept));
  return result;
}

} // namespace vigil::survival
