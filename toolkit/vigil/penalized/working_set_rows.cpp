// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// The linear predictor of the minimum for the signs of the coefficients, by the rows alone.
#include "vigil/penalized/working_set.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace vigil::penalized {

namespace {

constexpr int most_turns = 30;
constexpr double least_contraction = 0.5; // of what is left, by one turn
constexpr double first_goal = 1e-3;       // at which the other columns are looked at
constexpr double infinity = std::numeric_limits<double>::infinity();

double norm(std::span<const double> values) {
  double sum = 0.0;
  for (const double value : values) {
    sum += value * value;
  }
  return std::sqrt(sum);
}

} // namespace

// With F the columns that have a coefficient, t their signs and v = residual / W, the minimum for these signs is the
// solution of
//
//   eta = X_F D^-1 (X_F'v(eta) - l1 t)
//
// where columns take part by X_F D^-1 X_F' and X_F D^-1 l1 t alone. A turn is the Newton step with the curvature that is
// held, as WideSolver takes it, but without a product with X. The coefficients follow at the end; it is accepted where
// they have the signs t.
bool WorkingSet::settle_by_rows(const Strength& strength, double goal) {

  const double ridge = strength.l2(1.0);
  const RowSystem& system = wide_solver_.rows();
  if (!(ridge > 0.0 && system.unit() > 0.0)) {
    return false;
  }
  std::vector<Index> free;
  std::vector<double> factor, pull(at(size()), 0.0);
  double smallest = strength.largest_lambda;
  for (Index place = 0; place < size(); ++place) {
    const ColumnPenalty& column = penalty_[at(place)];
    const double b = coefficient_[at(place)], l1 = strength.l1(column.factor) * column.slope;
    factor.push_back(column.factor);
    if (!(l1 > 0.0) || std::isfinite(column.lower) || std::isfinite(column.upper)) {
      return false;
    }
    smallest = std::min(smallest, l1);
    if (b != 0.0) {
      free.push_back(place);
      pull[at(place)] = std::copysign(l1, b) / strength.l2(column.factor);
    }
  }
  if (!system.holds(free)) {
    return false;
  }
  const RowSystemTerms terms = row_terms(ridge, factor);
  const auto rows = at(loss_.rows());
  std::vector<double> shift(rows), eta(eta_), product(rows), back(rows), step(rows);
  std::vector<double> transformed(at(reference_->positive_rows()));
  multiply(view(values_), pull, shift);
  const double unit = inverse_weight_ / ridge, held = system.unit();
  LossPoint point = point_;
  const double length = norm(values_.column(free.front()));
  std::vector<double> coefficient(at(size())), target(rows);
  AndersonMixing ends;
  double before = infinity;
  double expected = infinity; // violation of the columns with a coefficient
  // Takes turns until that is below a limit; X'target is then the gradient that the coefficients have.
  const auto turn_until = [&](double limit) {
    for (int turn = 0; turn < most_turns; ++turn) {

      system.multiply_columns(terms, point.residual, step);
      for (std::size_t row = 0; row < rows; ++row) { // X_F D^-1 (X_F'v - l1 t) - eta
        step[row] = unit * step[row] - shift[row] - eta[row];
      }
      reference_->transform(step, transformed, {});
      system.solve(transformed);
      reference_->transform_back(transformed, back);
      system.multiply_columns(terms, back, product);
      for (std::size_t row = 0; row < rows; ++row) {
        step[row] -= held * product[row];
        eta[row] += step[row];
        target[row] = point.residual[row] - held / unit * back[row];
      }
      point = loss_.evaluate(eta);
      if (!std::isfinite(point.value)) {
        return false;
      }
      for (std::size_t row = 0; row < rows; ++row) {
        back[row] = point.residual[row] - target[row];
      }
      expected = length * norm(back) * inverse_weight_ / smallest;
      if (expected <= limit) {
        return true;
      }
      if (!(expected <= least_contraction * before)) {
        return false;
      }
      before = expected;
      ends.add({}, eta, step);
      if (auto mix = ends.mix()) {
        eta = std::move(mix->eta);
        point = loss_.evaluate(eta);
        if (!std::isfinite(point.value)) {
          return false;
        }
      }
    }
    return false;
  };
  // The coefficients there. False: a sign would turn. Sets `others`, the largest violation of a column without one.
  double others = 0.0;
  const auto take_coefficients = [&] {
    multiply_transposed(view(values_), target, coefficient);
    others = 0.0;
    for (Index place = 0; place < size(); ++place) {
      const double b = coefficient_[at(place)], factor_here = penalty_[at(place)].factor;
      double& value = coefficient[at(place)];
      value *= inverse_weight_;
      if (b == 0.0) {
        const double l1 = strength.l1(factor_here) * penalty_[at(place)].slope;
        others = std::max(others, std::fabs(value) / l1 - 1.0);
        value = 0.0;
        continue;
      }
      value = value / strength.l2(factor_here) - pull[at(place)];
      if (!(value * b > 0.0)) {
        return false;
      }
    }
    return true;
  };
  if (!turn_until(std::max(goal, first_goal)) || !take_coefficients()) {
    return false;
  }
  if (others <= 10.0 * expected && expected > goal && (!turn_until(goal) || !take_coefficients())) {
    return false;
  }
  multiply(view(values_), coefficient, eta);
  return move_to(std::move(coefficient), std::move(eta), 0.0, strength);
}

} // namespace vigil::penalized
