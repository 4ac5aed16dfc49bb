// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/group_quadratic.hpp"

#include "vigil/numeric/updatable_factor.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace vigil::penalized {

namespace {

constexpr int most_rounds = 500;
constexpr int most_without_gain = 50; // rounds: rounding stands in the way
constexpr int block_steps = 4;        // of proximal gradient in one block
constexpr int newton_steps = 6;       // in one round
constexpr int shortest_step = 20;     // halvings
constexpr double dependent = 1e-13;   // pivot of a column that depends on others

class Descent {
public:
  Descent(const GroupQuadratic& quadratic, std::span<double> coefficient)
      : q_(quadratic), b_(coefficient), start_(coefficient.begin(), coefficient.end()),
        slope_(quadratic.gradient.begin(), quadratic.gradient.end()), t_(q_.strength.l1(1.0)) {
    for (Index column = 0; column < order(); ++column) {
      if (q_.groups.group_of(column) == no_index) {
        unpenalized_.push_back(column);
      }
    }
    for (Index group = 0; group < q_.groups.groups(); ++group) {
      steepness_.push_back(steepest(group));
    }
  }

  [[nodiscard]] double violation() const {
    double worst = q_.groups.violation(slope_, b_, q_.strength);
    for (const Index column : unpenalized_) {
      worst = std::max(
          worst, kkt_violation(slope_[at(column)], b_[at(column)], {.factor = 0.0}, q_.strength));
    }
    return worst;
  }

  // The slope without the rounding of the steps.
  void refresh() {
    std::vector<double> back(start_);
    for (Index column = 0; column < order(); ++column) {
      back[at(column)] -= b_[at(column)];
    }
    multiply_symmetric(view(q_.curvature), back, slope_);
    for (Index column = 0; column < order(); ++column) {
      slope_[at(column)] += q_.gradient[at(column)];
    }
  }

  void pass_over_blocks() {
    for (const Index column : unpenalized_) {
      const double bend = q_.curvature(column, column);
      if (bend > 0.0) {
        move_one(column, slope_[at(column)] / bend);
      }
    }
    for (Index group = 0; group < q_.groups.groups(); ++group) {
      if (steepness_[at(group)] > 0.0) {
        minimise_block(group);
      }
    }
  }

  // Whether the objective fell.
  bool newton_step() {
    list_free();
    if (free_.empty() || !factor_free()) {
      return false;
    }
    std::vector<double> step = force();
    factor_.solve(step);
    std::vector<double> change(at(order())), product(at(order()));
    double length = 1.0;
    for (int halving = 0; halving < shortest_step; ++halving, length /= 2.0) {
      const std::vector<double> to = end_of(step, length);
      for (Index column = 0; column < order(); ++column) {
        change[at(column)] = to[at(column)] - b_[at(column)];
      }
      multiply_symmetric(view(q_.curvature), change, product);
      if (rise(to, change, product) < 0.0) {
        std::copy(to.begin(), to.end(), b_.begin());
        for (Index column = 0; column < order(); ++column) {
          slope_[at(column)] -= product[at(column)];
        }
        return true;
      }
    }
    return false;
  }

private:
  [[nodiscard]] Index order() const noexcept { return size_of(b_); }
  [[nodiscard]] double l2(Index column) const { return q_.strength.l2(q_.factor[at(column)]); }
  // Whether the penalty has a kink where this coefficient alone is zero.
  [[nodiscard]] bool kinked(Index column) const {
    const Index group = q_.groups.group_of(column);
    return group != no_index &&
           (q_.groups.term(group).share > 0.0 || q_.groups.members(group).size() == 1);
  }

  // Bound of the largest eigenvalue of a block.
  [[nodiscard]] double steepest(Index group) const {
    double sum = 0.0, ridge = 0.0;
    for (const Index column : q_.groups.members(group)) {
      for (const Index row : q_.groups.members(group)) {
        sum += q_.curvature(row, column) * q_.curvature(row, column);
      }
      ridge = std::max(ridge, l2(column));
    }
    return std::sqrt(sum) + ridge;
  }

  // Where a step leads: what turns its sign, or a group its direction, stops at zero.
  [[nodiscard]] std::vector<double> end_of(std::span<const double> step, double length) const {
    std::vector<double> to(b_.begin(), b_.end());
    for (Index number = 0; number < size_of(free_); ++number) {
      const Index column = free_[at(number)];
      double& value = to[at(column)];
      value += length * step[at(number)];
      value = kinked(column) && value * b_[at(column)] < 0.0 ? 0.0 : value;
    }
    for (Index group = 0; group < q_.groups.groups(); ++group) {
      double along = 0.0;
      for (const Index column : q_.groups.members(group)) {
        along += to[at(column)] * b_[at(column)];
      }
      for (const Index column : q_.groups.members(group)) {
        to[at(column)] = along > 0.0 ? to[at(column)] : 0.0;
      }
    }
    return to;
  }

  void move_one(Index column, double change) {
    if (change == 0.0) {
      return;
    }
    b_[at(column)] += change;
    const auto products = q_.curvature.column(column);
    for (Index row = 0; row < order(); ++row) {
      slope_[at(row)] -= products[at(row)] * change;
    }
  }

  void minimise_block(Index group) {
    const auto members = q_.groups.members(group);
    const double steep = steepness_[at(group)];
    q_.groups.gather(group, b_, block_);
    q_.groups.gather(group, slope_, block_slope_);
    const std::vector<double> from(block_);
    std::vector<double> to(block_.size());
    for (int step = 0; step < (members.size() == 1 ? 1 : block_steps); ++step) {
      for (std::size_t place = 0; place < to.size(); ++place) {
        const double pull = block_slope_[place] - l2(members[place]) * block_[place];
        to[place] = block_[place] + pull / steep;
      }
      shrink(q_.groups.term(group), t_ / steep, to);
      bool moved = false;
      for (std::size_t place = 0; place < to.size(); ++place) {
        const double change = to[place] - block_[place];
        for (std::size_t row = 0; change != 0.0 && row < to.size(); ++row) {
          block_slope_[row] -= q_.curvature(members[row], members[place]) * change;
        }
        moved = moved || change != 0.0;
      }
      block_ = to;
      if (!moved) {
        break;
      }
    }
    for (std::size_t place = 0; place < to.size(); ++place) {
      move_one(members[place], block_[place] - from[place]);
      b_[at(members[place])] = block_[place]; // exactly: zero is zero
    }
  }

  void list_free() {
    free_.clear();
    place_.assign(at(order()), no_index);
    for (Index column = 0; column < order(); ++column) {
      if (q_.groups.group_of(column) == no_index || b_[at(column)] != 0.0) {
        place_[at(column)] = size_of(free_);
        free_.push_back(column);
      }
    }
  }

  // Minus the gradient of the objective by the free columns.
  [[nodiscard]] std::vector<double> force() const {
    std::vector<double> result;
    for (const Index column : free_) {
      const double b = b_[at(column)];
      double rest = slope_[at(column)] - l2(column) * b;
      const Index group = q_.groups.group_of(column);
      if (group != no_index) {
        const auto term = q_.groups.term(group);
        rest -= t_ * (std::copysign(term.share * q_.factor[at(column)], b) +
                      term.weight * (b / norm(group)));
      }
      result.push_back(rest);
    }
    return result;
  }

  [[nodiscard]] double norm(Index group) const {
    double sum = 0.0;
    for (const Index column : q_.groups.members(group)) {
      sum += b_[at(column)] * b_[at(column)];
    }
    return std::sqrt(sum);
  }

  // Second derivatives by the free columns, lower triangle; a norm bends across its direction: I / r - b b' / r^3.
  void fill_bend() {
    const Index count = size_of(free_);
    bend_.resize(count, count);
    for (Index number = 0; number < count; ++number) {
      const Index column = free_[at(number)];
      for (Index row = number; row < count; ++row) {
        bend_(row, number) = q_.curvature(free_[at(row)], column);
      }
      bend_(number, number) += l2(column);
    }
    for (Index group = 0; group < q_.groups.groups(); ++group) {
      const auto members = q_.groups.members(group);
      const double length = norm(group), pull = t_ * q_.groups.term(group).weight;
      if (members.size() == 1 || length == 0.0) {
        continue;
      }
      for (const Index column : members) {
        const Index to = place_[at(column)];
        for (const Index row : members) {
          if (to != no_index && place_[at(row)] >= to) {
            bend_(place_[at(row)], to) -=
                pull / length * (b_[at(row)] / length) * (b_[at(column)] / length);
          }
        }
        if (to != no_index) {
          bend_(to, to) += pull / length;
        }
      }
    }
  }

  // Dependent columns get a little ridge: the step remains one of descent.
  bool factor_free() {
    fill_bend();
    double largest = 0.0;
    for (Index number = 0; number < size_of(free_); ++number) {
      largest = std::max(largest, bend_(number, number));
    }
    double shifted = 0.0;
    for (double shift = 0.0; shift <= 1e-3; shift = shift == 0.0 ? 1e-11 : 100.0 * shift) {
      for (Index number = 0; number < size_of(free_); ++number) {
        bend_(number, number) += (shift - shifted) * largest;
      }
      shifted = shift;
      if (factor_.assign(bend_)) {
        return true;
      }
    }
    return false;
  }

  // Change of the objective, in terms that do not cancel: near the minimum it is far below the rounding of its value.
  [[nodiscard]] double rise(std::span<const double> to,
                            std::span<const double> change,
                            std::span<const double> product) const {
    double sum = 0.0;
    for (const Index column : free_) {
      const double d = change[at(column)];
      sum += d * (product[at(column)] / 2.0 - slope_[at(column)] +
                  l2(column) * (b_[at(column)] + d / 2.0));
    }
    for (Index group = 0; group < q_.groups.groups(); ++group) {
      const auto term = q_.groups.term(group);
      double l1 = 0.0, squares = 0.0, before = 0.0, after = 0.0;
      for (const Index column : q_.groups.members(group)) {
        const double b = b_[at(column)], d = change[at(column)], end = to[at(column)];
        l1 += q_.factor[at(column)] *
              (b * end > 0.0 ? std::copysign(1.0, b) * d : std::fabs(end) - std::fabs(b));
        squares += d * (b + end);
        before += b * b;
        after += end * end;
      }
      const double norms = std::sqrt(before) + std::sqrt(after);
      sum += norms > 0.0 ? t_ * (term.share * l1 + term.weight * squares / norms) : 0.0;
    }
    return sum;
  }

  const GroupQuadratic& q_;
  std::span<double> b_;
  std::vector<double> start_;
  std::vector<double> slope_; ///< g + H (a - b)
  double t_;
  std::vector<Index> unpenalized_;
  std::vector<double> steepness_; ///< by group
  std::vector<double> block_, block_slope_;
  std::vector<Index> free_, place_; ///< free columns; by column, its place among them
  GrowingMatrix bend_;
  UpdatableFactor factor_{dependent};
};

} // namespace

double minimise(const GroupQuadratic& quadratic, double tolerance, std::span<double> coefficient) {
  Descent descent(quadratic, coefficient);
  double violation = descent.violation(), best = violation;
  int without_gain = 0;
  for (int round = 0; round < most_rounds && without_gain < most_without_gain; ++round) {
    if (violation <= tolerance) {
      descent.refresh();
      violation = descent.violation();
      if (violation <= tolerance) {
        break;
      }
    }
    descent.pass_over_blocks();
    for (int step = 0; step < newton_steps && descent.newton_step(); ++step) {
      if (descent.violation() <= tolerance) {
        break;
      }
    }
    violation = descent.violation();
    without_gain = violation < best ? 0 : without_gain + 1;
    best = std::min(best, violation);
  }
  return violation;
}

} // namespace vigil::penalized
