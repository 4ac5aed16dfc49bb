// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/path_fitter.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/penalized/sweep.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace vigil::penalized {

namespace {

constexpr double goal = 1e-8;              // KKT violation of the working set
constexpr double null_goal = 1e-10;        // the same of the null model
constexpr double rough_goal = 1e-2;        // the same while columns still join
constexpr double allowed_violation = 1e-8; // of a column outside the working set
constexpr double trusted_violation = 1e-7; // above: iteration_limit
constexpr Index most_steps = 100;          // of Newton at one lambda
constexpr Index rough_rounds = 3, most_rounds = 100;
constexpr Index most_columns = 6000;   // of a working set: its curvature takes 8 m^2 bytes
constexpr Index most_idle = 2;         // points that a column stays without a coefficient
constexpr double most_deviance = 0.999; // saturated beyond
constexpr double worth_a_sweep = 0.06; // undecided share of the markers
constexpr float not_kept = 1e30F;      // factor of a marker that can never be listed

} // namespace

PathFitter::PathFitter(const TrainingData& data,
                       const FitItem& item,
                       const PenaltyOptions& penalty,
                       const LambdaGrid& grid,
                       Index directions)
    : data_(data), item_(item), penalty_(penalty), grid_(grid),
      loss_(make_loss(data, item.weights, penalty.ties)) {
  path_.events = loss_->events();
  path_.undefined = !loss_->undefined_because().empty();
  if (path_.undefined) {
    state_ = State::end;
    path_.ended = true;
    return;
  }
  factor_ = penalty_factors(penalty, data, item.preparation);
  in_working_set_.assign(at(data.columns()), 0);
  combined_.resize(at(markers()));
  largest_combined_.resize(at(strips_of(markers())));
  residual_.assign(at(data.subjects()), 0.0);
  sweep_.assign(at(data.subjects()), 0.0F);
  residual_float_.assign(at(data.subjects()), 0.0F);
  set_norms();
  working_ = std::make_unique<WorkingSet>(*loss_);
  subspace_ = std::make_unique<ResidualSubspace>(loss_->weight(), markers(), directions);
  path_.null_value = working_->point().value;
  path_.saturated_value = loss_->saturated_value();
  const Index kept =
      std::count_if(factor_.begin(), factor_.end(), [](double factor) { return factor >= 0.0; });
  fewer_subjects_than_columns_ = loss_->rows() < kept;
}

void PathFitter::set_norms() {
  const double root = 1.00001 * std::sqrt(loss_->total_weight());
  const auto count = at(markers());
  norms_.norm.resize(count);
  norms_.uncentred.resize(count);
  marker_factor_.resize(count);
  for (Index marker = 0; marker < markers(); ++marker) {
    const double factor = factor_[at(marker)];
    if (factor < 0.0) {
      marker_factor_[at(marker)] = not_kept;
      continue;
    }
    const auto rule = item_.preparation.column(marker);
    const double centre = rule.centre - data_.features.info(marker).offset;
    const double unit = root / rule.scale;
    norms_.norm[at(marker)] = static_cast<float>(unit * rule.spread);
    norms_.uncentred[at(marker)] =
        static_cast<float>(unit * std::sqrt(rule.spread * rule.spread + centre * centre));
    marker_factor_[at(marker)] = static_cast<float>(factor);
  }
  norms_.summarise(marker_factor_);
}

void PathFitter::advance(const MarkerColumns& columns, Index until) {
  request_ = {};
  while (request_.empty() && state_ != State::end) {
    if (state_ == State::next_point && path_.points() >= until) {
      return;
    }
    go_on(columns);
  }
  path_.ended = state_ == State::end;
}

void PathFitter::go_on(const MarkerColumns& held) {
  switch (state_) {
  case State::start: {
    std::vector<Index> unpenalized;
    for (Index column = 0; column < data_.columns(); ++column) {
      if (factor_[at(column)] == 0.0) {
        unpenalized.push_back(column);
      }
    }
    ask_for_columns(std::move(unpenalized), held);
    state_ = State::null_model;
    break;
  }
  case State::null_model:
    gather(held);
    solve_null_model();
    state_ = State::null_swept;
    break;
  case State::null_swept:
    look_for_largest(held);
    state_ = State::null_checked;
    break;
  case State::null_checked:
    begin_path();
    break;
  case State::next_point:
    begin_point();
    break;
  case State::rough:
    gather(held);
    iterations_ += working_->solve(strength(), rough_goal, 2).iterations;
    add_candidates(held);
    break;
  case State::tight: {
    gather(held);
    const auto solved = working_->solve(strength(), goal, most_steps);
    iterations_ += solved.iterations;
    working_violation_ = solved.violation;
    certify(held);
    break;
  }
  case State::swept:
    certify(held);
    break;
  case State::checked:
    take_checks(held);
    break;
  case State::end:
    break;
  }
}

void PathFitter::set_lambdas(std::span<const double> lambdas) {
  VIGIL_EXPECTS(begun() && path_.points() == 0 && !lambdas.empty());
  lambda_.assign(lambdas.begin(), lambdas.end());
}

std::vector<double> PathFitter::prepared_eta() const {
  std::vector<double> eta(working_->eta().begin(), working_->eta().end());
  double constant =
      0.0; // the working set is centred, prepared values only where the preparation says so
  for (Index place = 0; place < working_->size(); ++place) {
    const auto& rule = item_.preparation.column(working_->columns()[at(place)]);
    constant += working_->coefficients()[at(place)] * (rule.centre - rule.shift) / rule.scale;
  }
  for (double& value : eta) {
    value += constant;
  }
  return eta;
}

void PathFitter::ask_for_columns(std::vector<Index> columns, const MarkerColumns& held) {
  joining_ = std::move(columns);
  const Index wanted = working_->size() + size_of(joining_);
  if (wanted > most_columns) {
    throw ConfigError({.where = "penalty, l1_ratio " + number_text(penalty_.l1_ratio),
                       .found = count_text(wanted) + " columns in one working set",
                       .expected = "at most " + count_text(most_columns),
                       .remedy = "raise l1_ratio or the smallest lambda, or pass fewer features"});
  }
  for (const Index column : joining_) {
    if (column < markers() && held.find(column).empty()) {
      request_.columns.push_back(column);
    }
  }
}

void PathFitter::gather(const MarkerColumns& held) {
  if (joining_.empty()) {
    return;
  }
  const Index rows = loss_->rows();
  std::vector<double> values(at(rows * size_of(joining_)));
  std::vector<WorkingSet::Joining> joining;
  auto to = values.begin();
  for (const Index column : joining_) {
    const auto& rule = item_.preparation.column(column);
    joining.push_back({column, column_penalty(penalty_, factor_[at(column)], column, rule)});
    in_working_set_[at(column)] = 1;
    const bool marker = column < markers();
    const auto stored = marker ? held.find(column) : std::span<const float>{};
    const auto clinical = marker
                              ? std::span<const double>{}
                              : std::span<const double>(data_.clinical.column(column - markers()));
    const double offset = marker ? data_.features.info(column).offset : 0.0;
    for (const Index subject : loss_->subjects()) {
      const double raw =
          marker ? static_cast<double>(stored[at(subject)]) + offset : clinical[at(subject)];
      *to++ = ((raw == raw ? raw : rule.fill) - rule.centre) / rule.scale;
    }
  }
  working_->add(joining, values);
  idle_.resize(at(working_->size()), 0);
  joining_.clear();
}

void PathFitter::ask_for_sweep(std::span<const double> direction, double norm) {
  subspace_->add(direction, norm);
  const auto by_row = subspace_->last_direction();
  exact_sweep_.assign(sweep_.size(), 0.0);
  sweep_sum_ = 0.0;
  for (Index row = 0; row < loss_->rows(); ++row) {
    const Index subject = loss_->subjects()[at(row)];
    sweep_[at(subject)] = by_row[at(row)];
    exact_sweep_[at(subject)] = static_cast<double>(by_row[at(row)]);
    sweep_sum_ += exact_sweep_[at(subject)];
  }
  request_.sweep = sweep_;
}

void PathFitter::answer_sweep(Index marker, double product, std::span<const float> column) {
  float& answer = subspace_->last_products()[at(marker)];
  if (factor_[at(marker)] < 0.0) {
    answer = 0.0F;
    return;
  }
  const auto& rule = item_.preparation.column(marker);
  const double offset = data_.features.info(marker).offset;
  const double centred = std::isfinite(product)
                             ? product - (rule.centre - offset) * sweep_sum_
                             : centred_product(column, exact_sweep_, offset, rule);
  answer = static_cast<float>(centred / rule.scale);
}

double PathFitter::exact_gradient(Index column, std::span<const float> stored) const {
  const auto& rule = item_.preparation.column(column);
  const double product =
      column < markers()
          ? centred_product(stored, residual_, data_.features.info(column).offset, rule)
          : centred_product(data_.clinical.column(column - markers()), residual_, 0.0, rule);
  return product / rule.scale / loss_->total_weight();
}

// In float first: most columns are then surely under the limit, and the rest is done again in double.
void PathFitter::answer_check(Index number, std::span<const float> column) {
  const Index marker = checks_[at(number)];
  if (check_limit_ > 0.0 && marker < markers()) {
    double product = 0.0;
    double* out = &product;
    const float* direction = residual_float_.data();
    sweep({.columns = column.data(),
           .length = size_of(column),
           .count = 1,
           .directions = &direction,
           .number = 1,
           .out = &out});
    const auto& rule = item_.preparation.column(marker);
    const double offset = data_.features.info(marker).offset;
    const double centred = std::fabs(product - (rule.centre - offset) * residual_sum_) / rule.scale;
    const double most = centred + static_cast<double>(norms_.uncentred[at(marker)]) * check_slack_;
    if (most <= check_limit_ * factor_[at(marker)]) { // false for a product that is not finite
      check_gradient_[at(number)] = 0.0;
      return;
    }
  }
  check_gradient_[at(number)] = exact_gradient(marker, column);
}

// Gradients of columns; 0 in place of one that is surely at most limit times the column's factor (in the scale of the
// residuals). Clinical columns that are not in the working set are always checked: there are few.
void PathFitter::ask_for_checks(std::vector<Index> columns,
                                double limit,
                                const MarkerColumns& held) {
  checks_ = std::move(columns);
  check_limit_ = limit;
  residual_sum_ = 0.0;
  for (const Index subject : loss_->subjects()) {
    residual_float_[at(subject)] = static_cast<float>(residual_[at(subject)]);
    residual_sum_ += residual_[at(subject)];
  }
  check_slack_ = subspace_->product_slack(subspace_->norm(working_->point().residual));
  for (Index column = markers(); column < data_.columns(); ++column) {
    if (factor_[at(column)] > 0.0 && in_working_set_[at(column)] == 0) {
      checks_.push_back(column);
    }
  }
  check_gradient_.assign(checks_.size(), 0.0);
  for (Index number = 0; number < size_of(checks_); ++number) {
    const Index column = checks_[at(number)];
    const auto stored = column < markers() ? held.find(column) : std::span<const float>{};
    if (column < markers() && stored.empty()) {
      request_.checks.push_back({column, number});
    } else {
      answer_check(number, stored);
    }
  }
}

// The residual as a part in the subspace and a rest, and the part's products with all markers.
void PathFitter::split_residual() {
  const auto& residual = working_->point().residual;
  for (Index row = 0; row < loss_->rows(); ++row) {
    residual_[at(loss_->subjects()[at(row)])] = residual[at(row)];
  }
  split_ = subspace_->split(residual);
  subspace_->combine(split_, combined_, largest_combined_);
}

// Markers outside the working set whose bound is over limit times their factor.
std::vector<Index> PathFitter::over(double limit, double rest_norm, double slack) const {
  return undecided({.combined = combined_,
                    .largest = largest_combined_,
                    .norms = norms_,
                    .rest_norm = rest_norm,
                    .slack = slack,
                    .limit = limit,
                    .factor = marker_factor_,
                    .skip = in_working_set_});
}

void PathFitter::solve_null_model() {
  double scale = 0.0; // size of a gradient: largest SD of an unpenalized column, per event
  for (const Index column : working_->columns()) {
    const auto& rule = item_.preparation.column(column);
    scale = std::max(scale, rule.spread / rule.scale);
  }
  const double size = scale * loss_->event_weight() / loss_->total_weight();
  working_->solve({.lambda = 0.0, .l1_ratio = 1.0, .largest_lambda = size}, null_goal, most_steps);
  split_residual();
  if (markers() > 0 && split_.rest_norm > 0.0) {
    ask_for_sweep(split_.rest, split_.rest_norm);
  }
}

// Markers that may have the largest gradient per factor.
void PathFitter::look_for_largest(const MarkerColumns& held) {
  split_residual();
  const double slack = subspace_->slack(split_);
  double surely = 0.0;
  for (Index marker = 0; marker < markers(); ++marker) {
    if (factor_[at(marker)] > 0.0) {
      const double bound = std::fabs(static_cast<double>(combined_[at(marker)])) -
                           static_cast<double>(norms_.norm[at(marker)]) * split_.rest_norm -
                           static_cast<double>(norms_.uncentred[at(marker)]) * slack;
      surely = std::max(surely, bound / factor_[at(marker)]);
    }
  }
  ask_for_checks(over(0.9999 * surely, split_.rest_norm, slack), 0.0, held);
}

void PathFitter::begin_path() {
  std::vector<double> factor;
  for (const Index column : checks_) {
    factor.push_back(factor_[at(column)]);
  }
  path_.largest_lambda = largest_lambda(check_gradient_, factor, penalty_.l1_ratio);
  if (!(path_.largest_lambda > 0.0)) { // nothing is penalized: one point says it all
    path_.largest_lambda = 1.0;
    lambda_ = {grid_.values.empty() ? 1.0 : grid_.values.front()};
  } else {
    lambda_ = lambda_values(grid_, path_.largest_lambda, fewer_subjects_than_columns_);
  }
  state_ = State::next_point;
}

// Columns that have been without a coefficient for some points leave.
void PathFitter::begin_point() {
  std::vector<Index> kept, idle;
  for (Index place = 0; place < working_->size(); ++place) {
    if (idle_[at(place)] <= most_idle) {
      kept.push_back(place);
      idle.push_back(idle_[at(place)]);
    } else {
      in_working_set_[at(working_->columns()[at(place)])] = 0;
    }
  }
  working_->retain(kept);
  idle_ = std::move(idle);
  iterations_ = rounds_ = 0;
  state_ = State::rough;
}

// Columns that are over the threshold as far as the subspace knows join, without a look at the matrix.
void PathFitter::add_candidates(const MarkerColumns& held) {
  split_residual();
  const double limit = lambda() * penalty_.l1_ratio * loss_->total_weight();
  std::vector<std::pair<double, Index>> found;
  for (const Index marker : over(limit, 0.0, 0.0)) {
    found.push_back(
        {-std::fabs(static_cast<double>(combined_[at(marker)])) / factor_[at(marker)], marker});
  }
  state_ = found.empty() || ++rounds_ >= rough_rounds ? State::tight : State::rough;
  ask_for_columns(strongest(std::move(found)), held);
}

// At most twice as many as there are, at least 200: the others are asked again later.
std::vector<Index> PathFitter::strongest(std::vector<std::pair<double, Index>> columns) const {
  const Index most = std::max<Index>(200, 2 * working_->size());
  std::sort(columns.begin(), columns.end());
  std::vector<Index> result;
  for (Index number = 0; number < std::min(most, size_of(columns)); ++number) {
    result.push_back(columns[at(number)].second);
  }
  std::sort(result.begin(), result.end());
  return result;
}

// Every column outside the working set stays at zero by its bound, or its gradient is computed.
void PathFitter::certify(const MarkerColumns& held) {
  split_residual();
  const double limit =
      lambda() * penalty_.l1_ratio * loss_->total_weight() * (1.0 + allowed_violation);
  std::vector<Index> open = over(limit, split_.rest_norm, subspace_->slack(split_));
  const bool swept = state_ == State::swept;
  const double most_open = worth_a_sweep * static_cast<double>(markers());
  if (!swept && static_cast<double>(size_of(open)) > most_open && split_.rest_norm > 0.0) {
    if (subspace_->full()) {
      subspace_->drop_oldest();
      split_residual();
    }
    ask_for_sweep(split_.rest, split_.rest_norm);
    state_ = State::swept;
    return;
  }
  ask_for_checks(std::move(open), limit, held);
  state_ = State::checked;
}

void PathFitter::take_checks(const MarkerColumns& held) {
  std::vector<std::pair<double, Index>> violators;
  double worst = working_violation_;
  for (Index number = 0; number < size_of(checks_); ++number) {
    const Index column = checks_[at(number)];
    const double violation = kkt_violation(
        check_gradient_[at(number)],
        0.0,
        column_penalty(penalty_, factor_[at(column)], column, item_.preparation.column(column)),
        strength());
    worst = std::max(worst, violation);
    if (violation > allowed_violation) {
      violators.push_back({-violation, column});
    }
  }
  if (!violators.empty() && ++rounds_ < most_rounds) {
    ask_for_columns(strongest(std::move(violators)), held);
    state_ = State::tight;
    return;
  }
  record_point(worst);
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
  std::sort(coefficients.begin(), coefficients.end());
  for (const auto& [column, value] : coefficients) {
    path_.coefficients.feature.push_back(column);
    path_.coefficients.value.push_back(value);
  }
  path_.coefficients.point_start.push_back(size_of(path_.coefficients.feature));
  const double explained =
      (working_->point().value - path_.null_value) / (path_.saturated_value - path_.null_value);
  const bool saturated = explained > most_deviance;
  if (loss_->has_intercept()) {
    path_.intercept.push_back(intercept);
  }
  path_.objective.push_back(working_->objective(strength()));
  path_.deviance_explained.push_back(explained);
  path_.kkt_violation.push_back(violation);
  path_.nonzero.push_back(nonzero);
  path_.iterations.push_back(iterations_);
  path_.status.push_back(saturated                       ? FitStatus::saturated
                         : violation > trusted_violation ? FitStatus::iteration_limit
                                                         : FitStatus::converged);
  path_.lambda.push_back(lambda());
  const bool last =
      saturated || penalized >= grid_.most_nonzero || path_.points() == size_of(lambda_);
  state_ = last ? State::end : State::next_point;
}

} // namespace vigil::penalized
