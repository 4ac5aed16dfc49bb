// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// A path of ridge regression by the rows (RidgeDual): the working set holds the unpenalized columns and those of F.
#include "vigil/penalized/path_fitter.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace vigil::penalized {

namespace {

constexpr double goal = 1e-13;    // KKT violation of the columns of F, of the largest lambda
constexpr Index most_steps = 100; // of Newton at one lambda

} // namespace

void PathFitter::take_panel(Index place, Index first, std::span<const float> values) {
  dual_->take_panel(place, first, values);
}

Index PathFitter::panel_tiles() const {
  return dual_->tiles();
}

void PathFitter::add_panels(Index tile, Index panels) {
  dual_->add_to_tile(tile, panels);
}

void PathFitter::predict_for(std::span<const Index> subjects) {
  VIGIL_EXPECTS(!begun() || state_ == State::end);
  if (dual_) {
    dual_->predict_for(subjects);
  }
}

void PathFitter::go_on_by_rows() {
  switch (state_) {
  case State::ridge_kernel:
    dual_->begin_kernel();
    request_.panels = markers() > 0;
    state_ = State::ridge_factor;
    break;
  case State::ridge_factor:
    add_factor();
    state_ = State::next_point;
    break;
  case State::ridge_coefficients:
    ask_for_coefficients();
    state_ = State::ridge_taken;
    break;
  default:
    record_ridge_points();
    break;
  }
}

void PathFitter::begin_ridge_point() {
  if (dual_->has_kernel()) {
    solve_ridge_point();
  } else {
    state_ = State::ridge_kernel;
  }
}

// The columns of F join those without penalty, with numbers beyond those of the data.
void PathFitter::add_factor() {
  const GrowingMatrix factor = dual_->finish_kernel();
  std::vector<WorkingSet::Joining> joining;
  for (Index number = 0; number < factor.columns(); ++number) {
    joining.push_back({data_.columns() + number, {.factor = 1.0}});
  }
  working_->add(joining, {factor.data(), at(factor.rows() * factor.columns())});
}

// b is made of the residual r of the rows' solution. It leads to another residual r_b, and column j violates by
// |z_j'(r_b - r)| / W more than the rows' solution does, at most its norm times that of the difference (weighted, as
// in ResidualSubspace).
double PathFitter::ridge_violation(double of_rows) const {
  const auto& residual = working_->point().residual;
  const Index rows = loss_->rows();
  std::vector<double> eta = dual_->linear_predictor(residual, lambda());
  eta.resize(at(rows));
  double largest_norm = dual_->largest_norm();
  for (Index place = 0; place < unpenalized_columns(); ++place) {
    const double value = working_->coefficients()[at(place)];
    const auto values = working_->values(place);
    double sum = 0.0;
    for (Index row = 0; row < rows; ++row) {
      eta[at(row)] += value * values[at(row)];
      sum += loss_->weight()[at(row)] * values[at(row)] * values[at(row)];
    }
    largest_norm = std::max(largest_norm, std::sqrt(sum));
  }
  std::vector<double> difference = loss_->evaluate(eta).residual;
  for (Index row = 0; row < rows; ++row) {
    difference[at(row)] -= residual[at(row)];
  }
  const double unit = loss_->total_weight() * path_.largest_lambda;
  const double violation = of_rows + largest_norm * subspace_->norm(difference) / unit;
  return std::isfinite(violation) ? violation : std::numeric_limits<double>::infinity();
}

// They come first in the working set.
Index PathFitter::unpenalized_columns() const {
  const auto columns = working_->columns();
  return std::partition_point(columns.begin(),
                              columns.end(),
                              [&](Index column) { return column < data_.columns(); }) -
         columns.begin();
}

void PathFitter::solve_ridge_point() {
  const auto solved = working_->solve(strength(), goal, most_steps);
  const LossPoint& point = working_->point();
  RidgePoint result{.lambda = lambda(),
                    .intercept = point.intercept,
                    .objective = working_->objective(strength()),
                    .explained = (point.value - path_.null_value) /
                                 (path_.saturated_value - path_.null_value),
                    .violation = ridge_violation(solved.violation),
                    .iterations = solved.iterations,
                    .residual = point.residual};
  const auto unpenalized = working_->coefficients().first(at(unpenalized_columns()));
  result.unpenalized.assign(unpenalized.begin(), unpenalized.end());
  const bool last = result.explained > most_deviance ||
                    dual_->penalized_columns() >= grid_.most_nonzero ||
                    solved_points() + 1 == size_of(lambda_);
  pending_.push_back(std::move(result));
  state_ = last ? State::ridge_coefficients : State::next_point;
}

void PathFitter::ask_for_coefficients() {
  if (dual_->predicts()) {
    return;
  }
  std::vector<std::vector<double>> residuals;
  for (RidgePoint& solved : pending_) {
    residuals.push_back(std::move(solved.residual));
  }
  dual_->begin_coefficients(std::move(residuals));
  request_.panels = markers() > 0;
}

// Coefficients of one point, intercept and count.
void PathFitter::add_coefficients(const RidgePoint& solved, Index number) {
  double intercept = solved.intercept;
  Index nonzero = 0, unpenalized = 0;
  for (Index column = 0; column < data_.columns(); ++column) {
    const double factor = factor_[at(column)];
    if (factor < 0.0 || (factor > 0.0 && dual_->predicts())) {
      continue;
    }
    const double value = factor > 0.0 ? dual_->coefficient(column, number, solved.lambda)
                                      : solved.unpenalized[at(unpenalized++)];
    const auto rule = item_.preparation.column(column);
    if (value != 0.0 || factor == 0.0) {
      path_.coefficients.feature.push_back(column);
      path_.coefficients.value.push_back(value / rule.scale);
      intercept -= value / rule.scale * rule.centre;
    }
    nonzero += value != 0.0 ? 1 : 0;
  }
  path_.coefficients.point_start.push_back(size_of(path_.coefficients.feature));
  path_.nonzero.push_back(nonzero);
  if (loss_->has_intercept()) {
    path_.intercept.push_back(intercept);
  }
}

void PathFitter::record_ridge_points() {
  const Index columns = dual_->predicts() ? 0 : data_.columns();
  const Index size = size_of(path_.coefficients.feature) + columns * size_of(pending_);
  path_.coefficients.feature.reserve(at(size));
  path_.coefficients.value.reserve(at(size));
  for (Index number = 0; number < size_of(pending_); ++number) {
    RidgePoint& solved = pending_[at(number)];
    add_coefficients(solved, number);
    path_.objective.push_back(solved.objective);
    path_.deviance_explained.push_back(solved.explained);
    path_.kkt_violation.push_back(solved.violation);
    path_.iterations.push_back(solved.iterations);
    path_.status.push_back(status_of(solved.explained > most_deviance, solved.violation));
    path_.lambda.push_back(solved.lambda);
    if (dual_->predicts()) {
      past_residual_.push_back(std::move(solved.residual));
    }
  }
  pending_.clear();
  dual_->finish_coefficients();
  const bool last = path_.deviance_explained.back() > most_deviance ||
                    dual_->penalized_columns() >= grid_.most_nonzero ||
                    path_.points() == size_of(lambda_);
  state_ = last ? State::end : State::next_point;
}

std::vector<double> PathFitter::dual_predictor(Index point) const {
  VIGIL_EXPECTS(dual_ && dual_->predicts());
  return dual_->linear_predictor(past_residual_[at(point)], path_.lambda[at(point)]);
}

} // namespace vigil::penalized
