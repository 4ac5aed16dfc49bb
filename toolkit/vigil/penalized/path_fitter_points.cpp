// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// What a path keeps of its points, and of itself after the last; path_fitter.cpp has the way from one to the next.
#include "vigil/penalized/path_fitter.hpp"

#include <algorithm>
#include <utility>

namespace vigil::penalized {

namespace {

constexpr double halting_violation = 1e-2; // of a point: the path ends there
constexpr double runaway_curvature = 1e-6; // saturated below: what is left of a column's

} // namespace

// Of a likelihood without bound: the point before is the last one.
void PathFitter::give_up() {
  if (path_.points() == 0) {
    record_point(working_violation_);
  }
  path_.status.back() = FitStatus::saturated;
  state_ = State::end;
}

void PathFitter::record_point(double violation) {
  std::vector<std::pair<Index, double>> coefficients;
  Index nonzero = 0, penalized = 0;
  double intercept = working_->point().intercept;
  for (Index place = 0; place < working_->size(); ++place) {
    const Index column = working_->columns()[at(place)];
    const double value = working_->coefficients()[at(place)];
    const bool has_penalty = factor_[at(column)] > 0.0;
    if (value != 0.0 || !has_penalty) {
      const auto& rule = item_.preparation.column(column);
      coefficients.push_back({column, value / rule.scale});
      intercept -= value / rule.scale * rule.centre;
    }
    nonzero += value != 0.0 ? 1 : 0;
    penalized += value != 0.0 && has_penalty ? 1 : 0;
    idle_[at(place)] = value != 0.0 || !has_penalty ? 0 : idle_[at(place)] + 1;
  }
  keep_groups_together();
  std::sort(coefficients.begin(), coefficients.end());
  for (const auto& [column, value] : coefficients) {
    path_.coefficients.feature.push_back(column);
    path_.coefficients.value.push_back(value);
  }
  path_.coefficients.point_start.push_back(size_of(path_.coefficients.feature));
  const double explained =
      (working_->point().value - path_.null_value) / (path_.saturated_value - path_.null_value);
  const bool saturated =
      explained > most_deviance ||
      (penalty_.shape().concave() && working_->least_curvature() < runaway_curvature);
  if (loss_->has_intercept()) {
    path_.intercept.push_back(intercept);
  }
  path_.objective.push_back(working_->objective(strength()));
  path_.deviance_explained.push_back(explained);
  path_.kkt_violation.push_back(violation);
  path_.nonzero.push_back(nonzero);
  path_.iterations.push_back(iterations_);
  path_.status.push_back(status_of(saturated, violation));
  path_.lambda.push_back(lambda());
  // Unpenalized columns that separate the events: steps come to a halt here, and would at each later point.
  const bool halted = violation > halting_violation;
  const bool last =
      saturated || halted || penalized >= grid_.most_nonzero || path_.points() == size_of(lambda_);
  state_ = last ? State::end : State::next_point;
}

std::vector<double> PathFitter::prepared_eta() const {
  if (!working_) {
    return last_eta_;
  }
  std::vector<double> eta(working_->eta().begin(), working_->eta().end());
  double constant =
      0.0; // the working set is centred, prepared values only where the preparation says so
  const Index last = path_.points() - 1;
  for (Index place = 0; dual_ && last >= 0 && place < size_of(path_.coefficients.features_at(last));
       ++place) {
    const auto& rule = item_.preparation.column(path_.coefficients.features_at(last)[at(place)]);
    constant += path_.coefficients.values_at(last)[at(place)] * (rule.centre - rule.shift);
  }
  for (Index place = 0; !dual_ && place < working_->size(); ++place) {
    const auto& rule = item_.preparation.column(working_->columns()[at(place)]);
    constant += working_->coefficients()[at(place)] * (rule.centre - rule.shift) / rule.scale;
  }
  for (double& value : eta) {
    value += constant;
  }
  return eta;
}

void PathFitter::release() {
  if (!working_) {
    return;
  }
  last_eta_ = prepared_eta();
  working_.reset();
  subspace_.reset();
  norms_ = {};
  bounds_ = {};
  for (auto* each : {&residual_, &exact_sweep_, &check_gradient_, &check_bound_, &members_}) {
    *each = {};
  }
  for (auto* each : {&marker_factor_, &sweep_, &residual_float_}) {
    *each = {};
  }
  in_working_set_ = {};
}

} // namespace vigil::penalized
