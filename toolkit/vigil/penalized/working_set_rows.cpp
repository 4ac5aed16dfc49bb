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
constexpr double most_apart =
    1e-11; // of the linear predictor by sums from that by the coefficients

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
  /// Linear predictor of these coefficients, and the likelihood there.
  [[nodiscard]] const std::vector<double>& eta() const noexcept { return eta_; }
  [[nodiscard]] const LossPoint& point() const noexcept { return point_; }

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

/// Coefficients, empty where a sign would turn; their linear predictor; the gradient at the residual that is held; the
/// largest violation of a column without one.
struct WorkingSet::Signed {
  std::vector<double> coefficient, eta, gradient;
  double others = 0.0;

  /// Sums over the columns lose digits where l1 / l2 is large.
  [[nodiscard]] bool belongs_to(std::span<const double> by_sums) const {
    double apart = 0.0, largest = 1.0;
    for (std::size_t row = 0; row < eta.size(); ++row) {
      apart = std::max(apart, std::fabs(eta[row] - by_sums[row]));
      largest = std::max(largest, std::fabs(eta[row]));
    }
    return apart <= most_apart * largest;
  }
};

// The coefficients that belong to target, X'target / W being their gradient. residual: that at their linear predictor.
WorkingSet::Signed WorkingSet::coefficients_of(std::span<const double> target,
                                               std::span<const double> residual,
                                               const Strength& strength) const {
  constexpr Index at_once = 32; // columns that stay near for the later products
  Signed result{.coefficient = std::vector<double>(at(size())),
                .eta = std::vector<double>(target.size(), 0.0),
                .gradient = std::vector<double>(at(size()))};
  std::vector<double> part(target.size());
  for (Index first = 0; first < size(); first += at_once) {
    const Index count = std::min(at_once, size() - first);
    const ColumnsView columns = columns_view(first, count);
    const auto values = std::span(result.coefficient).subspan(at(first), at(count));
    multiply_transposed(columns, target, values);
    multiply_transposed(
        columns, residual, std::span(result.gradient).subspan(at(first), at(count)));
    for (Index place = first; place < first + count; ++place) {
      const ColumnPenalty& column = penalty_[at(place)];
      const double b = coefficient_[at(place)], l1 = strength.l1(column.factor) * column.slope;
      result.gradient[at(place)] *= inverse_weight_;
      double& value = result.coefficient[at(place)];
      value *= inverse_weight_;
      if (b == 0.0) {
        result.others = std::max(result.others, std::fabs(value) / l1 - 1.0);
        value = 0.0;
        continue;
      }
      value = (value - std::copysign(l1, b)) / strength.l2(column.factor);
      if (!(value * b > 0.0)) {
        return {};
      }
    }
    multiply(columns, values, part);
    for (std::size_t row = 0; row < part.size(); ++row) {
      result.eta[row] += part[row];
    }
  }
  return result;
}

// Little of it changes from lambda to lambda: l1 / l2 does not depend on it.
void WorkingSet::follow_pull(std::span<const double> pull) {
  pull_.resize(pull.size(), 0.0);
  std::vector<Index> changed;
  for (Index place = 0; place < size(); ++place) {
    if (std::fabs(pull[at(place)] - pull_[at(place)]) > 1e-12 * std::fabs(pull[at(place)])) {
      changed.push_back(place);
    }
  }
  if (pulled_.empty() || size_of(changed) > size() / 4) {
    pulled_.resize(at(loss_.rows()));
    multiply(columns_view(0, size()), pull, pulled_);
    pull_.assign(pull.begin(), pull.end());
    return;
  }
  for (const Index place : changed) {
    const double change = pull[at(place)] - pull_[at(place)];
    const auto column = values_.column(place);
    for (std::size_t row = 0; row < column.size(); ++row) {
      pulled_[row] += change * column[row];
    }
    pull_[at(place)] = pull[at(place)];
  }
}

// Before columns other than those listed go.
void WorkingSet::forget_pull(std::span<const Index> kept) {
  if (pulled_.empty()) {
    return;
  }
  std::vector<double> pull(at(size()), 0.0);
  for (const Index place : kept) {
    pull[at(place)] = place < size_of(pull_) ? pull_[at(place)] : 0.0;
  }
  follow_pull(pull);
  for (Index to = 0; to < size_of(kept); ++to) {
    pull_[at(to)] = pull_[at(kept[at(to)])];
  }
  pull_.resize(kept.size());
}

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
  if (free.empty() || !system.holds(free)) {
    return false;
  }
  follow_pull(pull);
  const auto first = values_.column(free.front());
  const SignedMinimum::Parts parts{.loss = loss_,
                                   .curvature = *reference_,
                                   .system = system,
                                   .terms = row_terms(ridge, factor),
                                   .smallest = smallest,
                                   .length = std::sqrt(dot(first, first))};
  SignedMinimum minimum(parts, pulled_, eta_, point_);
  if (!minimum.turn_until(std::max(goal, first_goal))) {
    return false;
  }
  Signed found = coefficients_of(minimum.target(), minimum.point().residual, strength);
  const bool worth_more = found.others <= 10.0 * minimum.violation() && minimum.violation() > goal;
  if (!found.coefficient.empty() && worth_more) {
    if (!minimum.turn_until(goal)) {
      return false;
    }
    found = coefficients_of(minimum.target(), minimum.point().residual, strength);
  }
  if (found.coefficient.empty() || !found.belongs_to(minimum.eta()) ||
      !move_to(std::move(found.coefficient), minimum.eta(), minimum.point(), 0.0, strength)) {
    return false;
  }
  gradient_ = std::move(found.gradient);
  gradient_known_ = size();
  return true;
}

} // namespace vigil::penalized
