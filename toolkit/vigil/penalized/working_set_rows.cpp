// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// The linear predictor of the minimum for the signs of the coefficients, by the rows alone.
#include "vigil/numeric/sums.hpp"
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

// With F the columns that have a coefficient, t their signs and v = residual / W, the minimum for these signs is the
// solution of
//
//   eta = X_F D^-1 (X_F'v(eta) - l1 t)
//
// where columns take part by X_F D^-1 X_F' and X_F D^-1 l1 t alone. A turn is the Newton step with the curvature that is
// held, as WideSolver takes it, but without a product with X.
class SignedMinimum {
public:
  struct Parts {
    const Loss& loss;
    const Curvature& curvature;
    const RowSystem& system;
    RowSystemTerms terms;
    double smallest = 0.0; ///< l1 threshold
    double length = 0.0;   ///< of a column, about
  };
  /// shift: X_F D^-1 l1 t. eta, point: where to start.
  SignedMinimum(const Parts& parts,
                std::vector<double> shift,
                std::vector<double> eta,
                LossPoint point)
      : parts_(parts), unit_(parts.terms.scale / parts.terms.ridge), held_(parts.system.unit()),
        shift_(std::move(shift)), eta_(std::move(eta)), product_(eta_.size()), back_(eta_.size()),
        step_(eta_.size()), target_(eta_.size()), transformed_(at(parts.curvature.positive_rows())),
        point_(std::move(point)) {}

  /// Turns until violation() is at most the limit. False: they do not lead there.
  bool turn_until(double limit) {
    for (int turn = 0; turn < most_turns; ++turn) {
      turn_once();
      if (!std::isfinite(point_.value)) {
        return false;
      }
      const double before = std::exchange(violation_, violation_of_target());
      if (violation_ <= limit) {
        return true;
      }
      if (!(violation_ <= least_contraction * before)) {
        return false;
      }
      ends_.add({}, eta_, step_);
      if (auto mix = ends_.mix()) {
        eta_ = std::move(mix->eta);
        point_ = parts_.loss.evaluate(eta_);
        if (!std::isfinite(point_.value)) {
          return false;
        }
      }
    }
    return false;
  }
  /// KKT violation, at most about, of the columns with a coefficient.
  [[nodiscard]] double violation() const noexcept { return violation_; }
  /// X'target / W is the gradient that the coefficients have.
  [[nodiscard]] std::span<const double> target() const noexcept { return target_; }

private:
  void turn_once() {
    const std::size_t rows = eta_.size();
    parts_.system.multiply_columns(parts_.terms, point_.residual, step_);
    for (std::size_t row = 0; row < rows; ++row) { // X_F D^-1 (X_F'v - l1 t) - eta
      step_[row] = unit_ * step_[row] - shift_[row] - eta_[row];
    }
    parts_.curvature.transform(step_, transformed_, {});
    parts_.system.solve(transformed_);
    parts_.curvature.transform_back(transformed_, back_);
    parts_.system.multiply_columns(parts_.terms, back_, product_);
    for (std::size_t row = 0; row < rows; ++row) {
      step_[row] -= held_ * product_[row];
      eta_[row] += step_[row];
      target_[row] = point_.residual[row] - held_ / unit_ * back_[row];
    }
    point_ = parts_.loss.evaluate(eta_);
  }
  [[nodiscard]] double violation_of_target() const {
    double sum = 0.0;
    for (std::size_t row = 0; row < target_.size(); ++row) {
      const double left = point_.residual[row] - target_[row];
      sum += left * left;
    }
    return parts_.length * std::sqrt(sum) * parts_.terms.scale / parts_.smallest;
  }

  const Parts& parts_;
  const double unit_, held_;
  const std::vector<double> shift_;
  std::vector<double> eta_, product_, back_, step_, target_, transformed_;
  LossPoint point_;
  AndersonMixing ends_;
  double violation_ = std::numeric_limits<double>::infinity();
};

} // namespace

// The coefficients that belong to target, X'target / W being their gradient; empty where a sign would turn. others: the
// largest violation of a column without one.
std::vector<double> WorkingSet::coefficients_of(std::span<const double> target,
                                                const Strength& strength,
                                                double& others) const {
  std::vector<double> result(at(size()));
  multiply_transposed(view(values_), target, result);
  others = 0.0;
  for (Index place = 0; place < size(); ++place) {
    const ColumnPenalty& column = penalty_[at(place)];
    const double b = coefficient_[at(place)], l1 = strength.l1(column.factor) * column.slope;
    double& value = result[at(place)];
    value *= inverse_weight_;
    if (b == 0.0) {
      others = std::max(others, std::fabs(value) / l1 - 1.0);
      value = 0.0;
      continue;
    }
    value = (value - std::copysign(l1, b)) / strength.l2(column.factor);
    if (!(value * b > 0.0)) {
      return {};
    }
  }
  return result;
}

bool WorkingSet::settle_by_rows(const Strength& strength, double goal) {
  const double ridge = strength.l2(1.0);
  const RowSystem& system = wide_solver_.rows();
  if (!(ridge > 0.0 && system.unit() > 0.0)) {
    return false;
  }
  std::vector<Index> free;
  std::vector<double> factor, pull(at(size()), 0.0), shift(at(loss_.rows()));
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
  if (free.empty() || !system.holds(free)) {
    return false;
  }
  multiply(view(values_), pull, shift);
  const auto first = values_.column(free.front());
  const SignedMinimum::Parts parts{.loss = loss_,
                                   .curvature = *reference_,
                                   .system = system,
                                   .terms = row_terms(ridge, factor),
                                   .smallest = smallest,
                                   .length = std::sqrt(dot(first, first))};
  SignedMinimum minimum(parts, std::move(shift), eta_, point_);
  double others = 0.0;
  if (!minimum.turn_until(std::max(goal, first_goal))) {
    return false;
  }
  std::vector<double> coefficient = coefficients_of(minimum.target(), strength, others);
  const bool worth_more = others <= 10.0 * minimum.violation() && minimum.violation() > goal;
  if (!coefficient.empty() && worth_more) {
    if (!minimum.turn_until(goal)) {
      return false;
    }
    coefficient = coefficients_of(minimum.target(), strength, others);
  }
  if (coefficient.empty()) {
    return false;
  }
  std::vector<double> eta(at(loss_.rows()));
  multiply(view(values_), coefficient, eta);
  return move_to(std::move(coefficient), std::move(eta), 0.0, strength);
}

} // namespace vigil::penalized
