// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Concave penalties by local linear approximation with Newton steps between; working_set.cpp has the weighted lasso.
#include "vigil/penalized/working_set.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace vigil::penalized {

namespace {

constexpr double least_pivot = 1e-8; // of a column's own curvature
constexpr int shortest_newton = 5;   // halvings of a Newton step
constexpr int most_newton = 20;      // Newton steps between two linear approximations
constexpr Index weighted_steps = 3;  // of the weighted lasso in one linear approximation
constexpr int longest_stretch = 3;   // doublings of the step of a linear approximation
constexpr int most_without_gain = 3;

double sum_of_products(std::span<const double> left, std::span<const double> right) {
  double sum = 0.0;
  for (std::size_t place = 0; place < left.size(); ++place) {
    sum += left[place] * right[place];
  }
  return sum;
}

} // namespace

// The slopes of the penalty where the coefficients are; returns the KKT violation with them.
double WorkingSet::take_slopes(const Strength& strength) {
  for (Index place = 0; place < size(); ++place) {
    ColumnPenalty& column = penalty_[at(place)];
    const double threshold = strength.l1(column.factor);
    if (threshold > 0.0) {
      column.slope =
          strength.shape.slope(threshold, std::fabs(coefficient_[at(place)])) / threshold;
    }
  }
  return refresh_gradient(strength);
}

// Columns with a coefficient or without penalty, but for those that a limit holds.
WorkingSet::Turn WorkingSet::free_columns(const Strength& strength) const {
  Turn turn;
  for (Index place = 0; place < size(); ++place) {
    const ColumnPenalty& column = penalty_[at(place)];
    const double b = coefficient_[at(place)];
    if (b == 0.0 && column.factor > 0.0) {
      continue;
    }
    const double force = gradient_[at(place)] - strength.l2(column.factor) * b -
                         strength.l1(column.factor) * column.slope * sign_of(b);
    if ((b >= column.upper && force > 0.0) || (b <= column.lower && force < 0.0)) {
      continue;
    }
    turn.places.push_back(place);
    turn.force.push_back(force);
  }
  return turn;
}

// Exact curvature of the objective on some columns, within the segments of the penalty where they are.
GrowingMatrix WorkingSet::bent_curvature(std::span<const Index> places,
                                         const Strength& strength) const {
  const Index count = size_of(places);
  const auto here = loss_.curvature(eta_);
  GrowingMatrix positive, negative, matrix;
  positive.resize(here->positive_rows(), count);
  negative.resize(here->negative_rows(), count);
  matrix.resize(count, count);
  for (Index number = 0; number < count; ++number) {
    here->transform(
        values_.column(places[at(number)]), positive.column(number), negative.column(number));
  }
  cross_multiply(view(positive), inverse_weight_, 0.0, matrix);
  if (negative.rows() > 0) {
    cross_multiply(view(negative), -inverse_weight_, 1.0, matrix);
  }
  for (Index number = 0; number < count; ++number) {
    const std::size_t place = at(places[at(number)]);
    const double factor = penalty_[place].factor, threshold = strength.l1(factor);
    matrix(number, number) +=
        strength.l2(factor) + strength.shape.bend(threshold, std::fabs(coefficient_[place]));
  }
  return matrix;
}

// The Newton step. Columns with which the matrix would not be positive definite stay; whether there are none.
bool WorkingSet::solve_turn(Turn& turn, const Strength& strength) const {
  const GrowingMatrix matrix = bent_curvature(turn.places, strength);
  UpdatableFactor factor(least_pivot);
  if (factor.assign(matrix)) {
    turn.step = turn.force;
    factor.solve(turn.step);
    return true;
  }
  factor.clear();
  std::vector<Index> moving;
  for (Index number = 0; number < size_of(turn.places); ++number) {
    std::vector<double> cross;
    cross.reserve(moving.size());
    for (const Index other : moving) {
      cross.push_back(matrix(number, other));
    }
    if (factor.append(cross, matrix(number, number))) {
      turn.places[moving.size()] = turn.places[at(number)];
      turn.force[moving.size()] = turn.force[at(number)];
      moving.push_back(number);
    }
  }
  turn.places.resize(moving.size());
  turn.force.resize(moving.size());
  turn.step = turn.force;
  factor.solve(turn.step);
  return false;
}

// Along a step from a point; penalized coefficients that would change their sign stop at zero, others at their limit.
bool WorkingSet::move_projected(const std::vector<double>& from,
                                const std::vector<double>& step,
                                double length,
                                double promised,
                                const Strength& strength) {
  std::vector<double> to(from), change(at(size())), eta(at(loss_.rows()));
  for (Index place = 0; place < size(); ++place) {
    const ColumnPenalty& column = penalty_[at(place)];
    const double before = from[at(place)];
    double& value = to[at(place)];
    value = std::clamp(before + length * step[at(place)], column.lower, column.upper);
    value = column.factor > 0.0 && value * before < 0.0 ? 0.0 : value;
    change[at(place)] = value - coefficient_[at(place)];
  }
  multiply(view(values_), change, eta);
  for (Index row = 0; row < loss_.rows(); ++row) {
    eta[at(row)] += eta_[at(row)];
  }
  return move_to(std::move(to), std::move(eta), promised, strength);
}

// A step with the curvature of the penalty; whole: every column took part. False when the columns that may move are
// where they belong, or the objective does not fall.
bool WorkingSet::newton_step(const Strength& strength, double goal, bool& whole) {
  Turn turn = free_columns(strength);
  double worst = 0.0;
  for (Index number = 0; number < size_of(turn.places); ++number) {
    const double threshold = strength.l1(penalty_[at(turn.places[at(number)])].factor);
    worst = std::max(worst,
                     std::fabs(turn.force[at(number)]) /
                         (threshold > 0.0 ? threshold : strength.largest_lambda));
  }
  if (worst <= goal) {
    return false;
  }
  whole = solve_turn(turn, strength);
  const double promised = -sum_of_products(turn.force, turn.step);
  if (!(promised < 0.0)) {
    return false;
  }
  const std::vector<double> from = coefficient_;
  std::vector<double> step(from.size(), 0.0);
  for (Index number = 0; number < size_of(turn.places); ++number) {
    step[at(turn.places[at(number)])] = turn.step[at(number)];
  }
  double length = 1.0;
  for (int halving = 0; halving <= shortest_newton; ++halving, length /= 2.0) {
    if (move_projected(from, step, length, length * promised, strength)) {
      return true;
    }
  }
  return false;
}

// Further along the step of a linear approximation while the objective falls: out of a region where the problem is
// not convex, steps grow slowly.
void WorkingSet::stretch(const std::vector<double>& from, double fall, const Strength& strength) {
  std::vector<double> step(coefficient_);
  for (Index place = 0; place < size(); ++place) {
    step[at(place)] -= from[at(place)];
  }
  double length = 2.0;
  for (int doubling = 0; doubling < longest_stretch; ++doubling, length *= 2.0) {
    if (!move_projected(from, step, length, -fall, strength)) {
      return;
    }
  }
}

bool WorkingSet::runs_away() const {
  const auto [least, most] = std::minmax_element(eta_.begin(), eta_.end());
  return !eta_.empty() && !(*most - *least <= loss_.most_spread());
}

WorkingSet::Solved WorkingSet::solve_concave(const Strength& strength, double goal, Index most) {
  Solved solved{.violation = take_slopes(strength), .iterations = 0, .runs_away = runs_away()};
  Strength weighted = strength;
  weighted.shape = {};
  int without_gain = 0;
  const auto goes_on = [&] { return solved.violation > goal && !solved.runs_away; };
  const auto take_stock = [&] {
    solved.violation = take_slopes(strength);
    solved.runs_away = runs_away();
  };
  for (Index round = 0; size() > 0 && goes_on() && round < most && without_gain < most_without_gain;
       ++round) {
    const double before = objective(strength), violation = solved.violation;
    bool whole = true;
    for (int step = 0; step < most_newton && goes_on() && newton_step(strength, goal / 2.0, whole);
         ++step) {
      ++solved.iterations;
      take_stock();
    }
    if (goes_on()) {
      const std::vector<double> from = coefficient_;
      const double start = objective(strength);
      solved.iterations +=
          solve_weighted(weighted, std::max(goal, 0.1 * solved.violation), weighted_steps)
              .iterations;
      const double fall = start - objective(strength);
      if (!whole && fall > 0.0) {
        stretch(from, fall, strength);
      }
      take_stock();
    }
    const double noise = 1e-13 * (std::fabs(before) + 1.0);
    const bool gained = objective(strength) < before - noise || solved.violation < violation;
    without_gain = gained ? 0 : without_gain + 1;
  }
  return solved;
}

double WorkingSet::least_curvature() const {
  const std::vector<double> null_eta(eta_.size(), 0.0);
  const auto here = loss_.curvature(eta_), null = loss_.curvature(null_eta);
  const auto curvature_of = [&](const Curvature& curvature, Index place) {
    std::vector<double> positive(at(curvature.positive_rows())),
        negative(at(curvature.negative_rows()));
    curvature.transform(values_.column(place), positive, negative);
    return sum_of_products(positive, positive) - sum_of_products(negative, negative);
  };
  double least = 1.0;
  for (Index place = 0; place < size(); ++place) {
    const bool free = penalty_[at(place)].factor == 0.0 || penalty_[at(place)].slope == 0.0;
    const double at_null = free ? curvature_of(*null, place) : 0.0;
    least = at_null > 0.0 ? std::min(least, curvature_of(*here, place) / at_null) : least;
  }
  return least;
}

} // namespace vigil::penalized
