// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/path_fitter.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace vigil::penalized {

namespace {

constexpr double goal = 1e-8;              // KKT violation of the working set
constexpr double null_goal = 1e-10;        // the same of the null model
constexpr double rough_goal = 1e-2;        // the same while columns join by the subspace alone
constexpr double near_goal = 1e-2;         // the same while columns join by exact products
constexpr double allowed_violation = 1e-8; // of a column outside the working set
constexpr Index most_steps = 100;          // of Newton at one lambda
constexpr Index rough_rounds = 3, most_rounds = 100;
constexpr Index most_idle = 2, worth_leaving = 16; // points at zero; one of so many leaves
// Undecided share of the markers that is worth a sweep. The first sweeps of the fits of a batch fall together and
// share one pass over the matrix.
constexpr double worth_a_sweep = 0.15, worth_an_early_sweep = 0.05;
constexpr Index early_directions = 4;

} // namespace

PathFitter::PathFitter(const TrainingData& data,
                       const FitItem& item,
                       const CaseWeights& prepared_on,
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
  groups_ = GroupMap(penalty, factor_);
  in_working_set_.assign(at(data.columns()), 0);
  residual_.assign(at(data.subjects()), 0.0);
  sweep_.assign(at(data.subjects()), 0.0F);
  residual_float_.assign(at(data.subjects()), 0.0F);
  marker_factor_ = marker_factors(factor_, markers());
  norms_ = marker_norms(data, item, prepared_on, marker_factor_);
  bounds_ = MarkerBounds(markers(), groups_.empty());
  working_ = std::make_unique<WorkingSet>(*loss_, groups_);
  subspace_ = std::make_unique<ResidualSubspace>(loss_->weight(), markers(), directions);
  path_.null_value = working_->point().value;
  path_.saturated_value = loss_->saturated_value();
  const Index kept =
      std::count_if(factor_.begin(), factor_.end(), [](double factor) { return factor >= 0.0; });
  fewer_subjects_than_columns_ = loss_->rows() < kept;
  if (RidgeDual::suits(penalty, factor_, loss_->rows())) {
    dual_ = std::make_unique<RidgeDual>(data, item.preparation, factor_, *loss_);
  }
}

void PathFitter::advance(const MarkerColumns& columns, Index until) {
  request_ = {};
  while (request_.empty() && state_ != State::end) {
    if (state_ == State::next_point && solved_points() >= until) {
      if (pending_.empty()) {
        return;
      }
      state_ = State::ridge_coefficients;
    }
    go_on(columns);
  }
  path_.ended = state_ == State::end;
  if (path_.ended) {
    release();
  }
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
    dual_ ? begin_ridge_point() : begin_point();
    break;
  case State::rough:
    gather(held);
    iterations_ += working_->solve(strength(), rough_goal, 2).iterations;
    add_candidates(held);
    break;
  case State::tight: {
    gather(held);
    const auto solved = working_->solve(strength(), goal_, most_steps);
    iterations_ += solved.iterations;
    working_violation_ = solved.violation;
    if (solved.runs_away) {
      give_up();
      break;
    }
    certify(held);
    break;
  }
  case State::swept:
    certify(held);
    break;
  case State::checked:
    take_checks(held);
    break;
  case State::ridge_kernel:
  case State::ridge_factor:
  case State::ridge_coefficients:
  case State::ridge_taken:
    go_on_by_rows();
    break;
  case State::end:
    break;
  }
}

void PathFitter::set_lambdas(std::span<const double> lambdas) {
  VIGIL_EXPECTS(begun() && path_.points() == 0 && !lambdas.empty());
  lambda_.assign(lambdas.begin(), lambdas.end());
}

void PathFitter::solve_null_model() {
  double scale = 0.0; // size of a gradient: largest SD of an unpenalized column, per event
  for (const Index column : working_->columns()) {
    const auto& rule = item_.preparation.column(column);
    scale = std::max(scale, rule.spread / rule.scale);
  }
  const double size = scale * loss_->event_weight() / loss_->total_weight();
  working_->solve(
      {.lambda = 0.0, .l1_ratio = 1.0, .largest_lambda = size, .shape = {}}, null_goal, most_steps);
  split_residual();
  if (markers() > 0 && split_.rest_norm > 0.0) {
    ask_for_sweep(split_.rest, split_.rest_norm);
  }
}

// Markers that may have the largest gradient per factor.
void PathFitter::look_for_largest(const MarkerColumns& held) {
  split_residual();
  const double slack = subspace_->slack(split_);
  if (!groups_.empty()) {
    ask_for_checks(ask_about_groups(0.9999 * surely_largest(slack), slack), 0.0, held);
    return;
  }
  const auto combined = bounds_.combine_all(question(0.0));
  constexpr Index lanes = 8; // side by side
  std::array<double, at(lanes)> surely{};
  const Index count = markers();
  for (Index first = 0; first < count; first += lanes) {
    for (Index lane = 0; lane < std::min(lanes, count - first); ++lane) {
      const std::size_t marker = at(first + lane);
      const double bound = std::fabs(static_cast<double>(combined[marker])) -
                           static_cast<double>(norms_.norm[marker]) * split_.rest_norm -
                           static_cast<double>(norms_.uncentred[marker]) * slack;
      const double factor = factor_[marker];
      const double strength = factor > 0.0 ? bound / factor : 0.0;
      surely[at(lane)] = std::max(surely[at(lane)], strength);
    }
  }
  const double largest = *std::max_element(surely.begin(), surely.end());
  ask_for_checks(bounds_.undecided(question(0.9999 * largest)), 0.0, held);
}

void PathFitter::begin_path() {
  std::vector<double> factor;
  for (const Index column : checks_) {
    factor.push_back(factor_[at(column)]);
  }
  path_.largest_lambda = groups_.empty()
                             ? largest_lambda(check_gradient_, factor, penalty_.l1_ratio)
                             : largest_of_groups();
  if (!(path_.largest_lambda > 0.0)) { // nothing is penalized: one point says it all
    path_.largest_lambda = 1.0;
    lambda_ = {grid_.values.empty() ? 1.0 : grid_.values.front()};
  } else {
    lambda_ = lambda_values(grid_, path_.largest_lambda, fewer_subjects_than_columns_);
  }
  state_ = State::next_point;
}

// Columns that have been without a coefficient for some points leave, when they are worth the move of the others.
void PathFitter::begin_point() {
  const auto leaves = [](Index points) { return points > most_idle; };
  if (std::count_if(idle_.begin(), idle_.end(), leaves) * worth_leaving > working_->size()) {
    std::vector<Index> kept;
    for (Index place = 0; place < working_->size(); ++place) {
      if (leaves(idle_[at(place)])) {
        in_working_set_[at(working_->columns()[at(place)])] = 0;
      } else {
        kept.push_back(place);
      }
    }
    working_->retain(kept);
    std::erase_if(idle_, leaves);
  }
  iterations_ = rounds_ = 0;
  goal_ = near_goal;
  state_ = State::rough;
}

// Columns that are over the threshold as far as the subspace knows join, without a look at the matrix.
void PathFitter::add_candidates(const MarkerColumns& held) {
  split_residual();
  const double limit = lambda() * penalty_.l1_ratio * loss_->total_weight();
  std::vector<std::pair<double, Index>> found;
  if (!groups_.empty()) {
    found = groups_over(limit, 0.0, 0.0);
  } else {
    for (const Index marker : movable(bounds_.pointed(question(limit)), limit, 0.0, 0.0)) {
      found.push_back(
          {-std::fabs(static_cast<double>(bounds_.combined()[at(marker)])) / factor_[at(marker)],
           marker});
    }
  }
  state_ = found.empty() || ++rounds_ >= rough_rounds ? State::tight : State::rough;
  ask_for_columns(strongest(std::move(found)), held);
}

// At most twice as many as there are, at least 200: the others are asked again later. With groups: their members.
std::vector<Index> PathFitter::strongest(std::vector<std::pair<double, Index>> columns) const {
  const Index most = std::max<Index>(200, 2 * working_->size());
  std::sort(columns.begin(), columns.end());
  if (!groups_.empty()) {
    return strongest_groups(columns);
  }
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
  const double slack = subspace_->slack(split_);
  const bool may_sweep = state_ != State::swept && split_.rest_norm > 0.0;
  const bool early = subspace_->directions() <= early_directions;
  const double most_open =
      (early ? worth_an_early_sweep : worth_a_sweep) * static_cast<double>(markers());
  auto open = open_columns(limit, slack, may_sweep ? most_open : static_cast<double>(markers()));
  if (!open || (may_sweep && static_cast<double>(size_of(*open)) > most_open)) {
    if (subspace_->full()) {
      subspace_->drop_oldest();
      split_residual();
    }
    ask_for_sweep(split_.rest, split_.rest_norm);
    state_ = State::swept;
    return;
  }
  ask_for_checks(std::move(*open), limit, held);
  state_ = State::checked;
}

void PathFitter::take_checks(const MarkerColumns& held) {
  remember_checks();
  std::vector<std::pair<double, Index>> violators;
  double worst = working_violation_;
  const auto take = [&](double violation, Index number) {
    worst = std::max(worst, violation);
    if (violation > allowed_violation) {
      violators.push_back({-violation, number});
    }
  };
  for (const Index group : check_groups_) {
    const std::vector<double> zeros(groups_.members(group).size(), 0.0);
    take(kkt_violation(groups_.term(group), checked_gradient(group), zeros, strength()), group);
  }
  for (Index number = 0; number < size_of(checks_) && groups_.empty(); ++number) {
    const Index column = checks_[at(number)];
    if (check_gradient_[at(number)] == 0.0) { // surely under its threshold
      continue;
    }
    take(kkt_violation(check_gradient_[at(number)],
                       0.0,
                       column_penalty(
                           penalty_, factor_[at(column)], column, item_.preparation.column(column)),
                       strength()),
         column);
  }
  if (!violators.empty() && ++rounds_ < most_rounds) {
    ask_for_columns(strongest(std::move(violators)), held);
    state_ = State::tight;
    return;
  }
  if (goal_ > goal && working_violation_ > goal) { // nobody joins: now to the end
    goal_ = goal;
    state_ = State::tight;
    return;
  }
  record_point(worst);
}

} // namespace vigil::penalized
