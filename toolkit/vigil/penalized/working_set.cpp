// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/working_set.hpp"

#include "vigil/penalized/group_quadratic.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace vigil::penalized {

namespace {

constexpr double good_contraction = 0.08; // of the Newton decrement by one step
constexpr double fine_goal = 1e-5;        // below, the coefficients are settled by rows
constexpr double held_share = 0.85;       // of the curvature, at least, that a step may take
constexpr int shortest_steps = 30;        // halvings of a step
// violation of a step's quadratic, in units of l1 thresholds; with groups also in units of the violation before the step
constexpr double quadratic_goal = 1e-10, group_goal = 1e-3;

const GroupMap& no_groups() {
  static const GroupMap none;
  return none;
}

} // namespace

WorkingSet::WorkingSet(const Loss& loss) : WorkingSet(loss, no_groups()) {}

WorkingSet::WorkingSet(const Loss& loss, const GroupMap& groups)
    : loss_(loss), all_groups_(groups), inverse_weight_(1.0 / loss.total_weight()),
      eta_(at(loss.rows()), 0.0), point_(loss.evaluate(eta_)), values_(loss.rows()),
      scaled_(loss.rows()), reference_(loss.curvature(eta_)) {
  positive_.resize(reference_->positive_rows(), 0);
  negative_.resize(reference_->negative_rows(), 0);
}

double WorkingSet::penalty(std::span<const double> coefficient, const Strength& strength) const {
  double l1 = 0.0, l2 = 0.0, concave = 0.0;
  for (Index place = 0; place < size(); ++place) {
    const double b = coefficient[at(place)], factor = penalty_[at(place)].factor;
    if (strength.shape.concave()) {
      concave += strength.shape.value(strength.l1(factor), std::fabs(b));
    } else {
      l1 += factor * penalty_[at(place)].slope * std::fabs(b);
    }
    l2 += factor * b * b;
  }
  if (groups_.groups() > 0) {
    l1 = groups_.value(coefficient);
  }
  return concave + strength.l1(l1) + strength.l2(l2) / 2.0;
}

double WorkingSet::objective(const Strength& strength) const {
  return penalty(coefficient_, strength) - point_.value * inverse_weight_;
}

// Gradient of (1/W) log L on these columns; returns their KKT violation.
double WorkingSet::refresh_gradient(const Strength& strength) {
  gradient_.resize(at(size()));
  const Index first = gradient_known_, missing = size() - first;
  const auto gradient = std::span(gradient_).subspan(at(first));
  multiply_transposed(columns_view(first, missing), point_.residual, gradient);
  for (double& value : gradient) {
    value *= inverse_weight_;
  }
  gradient_known_ = size();
  const bool grouped = groups_.groups() > 0;
  double violation = grouped ? groups_.violation(gradient_, coefficient_, strength) : 0.0;
  for (Index place = 0; place < size(); ++place) {
    if (grouped && groups_.group_of(place) != no_index) {
      continue;
    }
    violation =
        std::max(violation,
                 kkt_violation(
                     gradient_[at(place)], coefficient_[at(place)], penalty_[at(place)], strength));
  }
  return violation;
}

void WorkingSet::minimise_quadratic(const Strength& strength, std::span<double> coefficient) {
  std::vector<double> factor, l1, l2, lower, upper;
  for (std::vector<double>* each : {&factor, &l1, &l2}) {
    each->reserve(at(size()));
  }
  double smallest = strength.largest_lambda;
  bool limits = false, settles = true;
  for (const ColumnPenalty& column : penalty_) {
    factor.push_back(column.factor);
    const double threshold = strength.l1(column.factor);
    l1.push_back(threshold * column.slope);
    l2.push_back(strength.l2(column.factor));
    settles = settles && threshold * column.slope > 0.0;
    smallest = threshold > 0.0 ? std::min(smallest, threshold) : smallest;
    limits = limits || std::isfinite(column.lower) || std::isfinite(column.upper);
  }
  for (const ColumnPenalty& column : penalty_) {
    if (limits) {
      lower.push_back(column.lower);
      upper.push_back(column.upper);
    }
  }
  const QuadraticPenalty penalty{.l1 = l1, .l2 = l2, .lower = lower, .upper = upper};
  if (groups_.groups() > 0) {
    extend_curvature();
    const double violation = groups_.violation(gradient_, coefficient_, strength);
    minimise({.curvature = curvature_,
              .gradient = gradient_,
              .groups = groups_,
              .factor = factor,
              .strength = strength},
             std::max(quadratic_goal, group_goal * violation),
             coefficient);
    return;
  }
  const double tolerance = quadratic_goal * smallest;
  if (strength.l2(1.0) > 0.0 && size() > positive_.rows() + negative_.rows()) {
    // A little less of a curvature that is an old one anyway, where the factor then is that of the lambda before.
    double scale = inverse_weight_;
    const double held = wide_solver_.rows().unit() * strength.l2(1.0);
    if (settles && !limits && negative_.rows() == 0 && held <= scale &&
        held >= held_share * scale) {
      scale = held;
    }
    if (negative_.rows() > 0) {
      transform();
    }
    wide_solver_.minimise({.positive = transformed(positive_),
                           .negative = transformed(negative_),
                           .scale = scale,
                           .gradient = gradient_,
                           .ridge = strength.l2(1.0),
                           .factor = factor,
                           .penalty = penalty,
                           .columns = view(values_),
                           .scaled = columns_view(0, size()).scaled,
                           .curvature = reference_.get()},
                          tolerance,
                          coefficient);
    return;
  }
  extend_curvature();
  solver_.minimise(
      {.curvature = curvature_, .gradient = gradient_, .penalty = penalty}, tolerance, coefficient);
}

WorkingSet::Step WorkingSet::next_step(const Strength& strength) {
  Step step{.to = coefficient_, .direction = std::vector<double>(at(loss_.rows()))};
  minimise_quadratic(strength, step.to);
  step.promised = penalty(step.to, strength) - penalty(coefficient_, strength);
  std::vector<double> change(step.to);
  for (Index place = 0; place < size(); ++place) {
    change[at(place)] -= coefficient_[at(place)];
    step.promised -= gradient_[at(place)] * change[at(place)];
  }
  multiply(columns_view(0, size()), change, step.direction);
  return step;
}

bool WorkingSet::move_to(std::vector<double> coefficient,
                         std::vector<double> eta,
                         double promised,
                         const Strength& strength) {
  LossPoint point = loss_.evaluate(eta);
  return move_to(std::move(coefficient), std::move(eta), std::move(point), promised, strength);
}

bool WorkingSet::move_to(std::vector<double> coefficient,
                         std::vector<double> eta,
                         LossPoint point,
                         double promised,
                         const Strength& strength) {
  const double before = objective(strength);
  const double noise = 1e-14 * (std::fabs(before) + 1.0);
  const double after = penalty(coefficient, strength) - point.value * inverse_weight_;
  if (!(after <= before + 1e-4 * promised + noise)) {
    return false;
  }
  coefficient_ = std::move(coefficient);
  eta_ = std::move(eta);
  point_ = std::move(point);
  gradient_known_ = 0;
  return true;
}

bool WorkingSet::within_limits(std::span<const double> coefficient) const {
  for (Index place = 0; place < size(); ++place) {
    const ColumnPenalty& column = penalty_[at(place)];
    if (coefficient[at(place)] < column.lower || coefficient[at(place)] > column.upper) {
      return false;
    }
  }
  return true;
}

double WorkingSet::move(const Step& step, const Strength& strength, bool whole_only) {
  double length = 1.0;
  for (int halving = 0; halving < shortest_steps; ++halving, length /= 2.0) {
    std::vector<double> coefficient = step.to, eta = eta_;
    for (Index place = 0; place < size() && length < 1.0; ++place) {
      const double from = coefficient_[at(place)];
      coefficient[at(place)] = from + length * (step.to[at(place)] - from);
    }
    for (std::size_t row = 0; row < eta.size(); ++row) {
      eta[row] += length * step.direction[row];
    }
    if (move_to(std::move(coefficient), std::move(eta), length * step.promised, strength)) {
      return length;
    }
    if (whole_only) {
      return 0.0;
    }
  }
  return 0.0;
}

WorkingSet::Solved WorkingSet::solve(const Strength& strength, double goal, Index most) {
  return strength.shape.concave() ? solve_concave(strength, goal, most)
                                  : solve_weighted(strength, goal, most);
}

WorkingSet::Solved WorkingSet::solve_weighted(const Strength& strength, double goal, Index most) {
  Solved solved{.violation = refresh_gradient(strength), .iterations = 0};
  double decrement = 0.0; // of the last step; 0: none with this curvature
  bool fresh = false;     // the curvature was taken at this point
  int without_gain = 0;
  bool try_rows = true; // since the last step
  AndersonMixing ends;
  const auto renew = [&] {
    take_curvature();
    ends.clear();
    fresh = true;
    decrement = 0.0;
  };
  while (size() > 0 && solved.violation > goal && solved.iterations < most && without_gain < 3) {
    if (try_rows && goal < fine_goal) {
      try_rows = false;
      if (settle_by_rows(strength, goal)) {
        ++solved.iterations;
        solved.violation = refresh_gradient(strength);
        ends.clear();
        decrement = 0.0;
        fresh = false;
        continue;
      }
    }
    const Step step = next_step(strength);
    const double expected = -step.promised;
    if (decrement > 0.0 && expected > good_contraction * decrement && !fresh) {
      renew();
      continue;
    }
    std::vector<double> end(eta_);
    for (std::size_t row = 0; row < end.size(); ++row) {
      end[row] += step.direction[row];
    }
    ends.add(step.to, end, step.direction, solver_.product_at(step.to));
    auto mix = ends.mix();
    const bool mixed =
        mix && within_limits(mix->coefficient) &&
        move_to(std::move(mix->coefficient), std::move(mix->eta), step.promised, strength);
    if (mixed) {
      solver_.take_product(coefficient_, mix->product);
    }
    const double length = mixed ? 1.0 : move(step, strength, !fresh);
    if (length == 0.0 && !fresh) {
      renew();
      continue;
    }
    ++solved.iterations;
    const double now = refresh_gradient(strength);
    without_gain = now < solved.violation && length > 0.0 ? 0 : without_gain + 1;
    if (without_gain > 0) {
      ends.clear();
    }
    solved.violation = now;
    decrement = length > 0.0 ? expected : 0.0;
    fresh = fresh && length == 0.0;
    try_rows = true;
  }
  return solved;
}

} // namespace vigil::penalized
