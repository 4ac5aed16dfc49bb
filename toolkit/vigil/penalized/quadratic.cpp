// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/quadratic.hpp"

#include "vigil/numeric/factor.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::penalized {

namespace {

class Minimiser {
public:
  Minimiser(const Quadratic& quadratic, std::span<double> coefficient)
      : q_(quadratic), b_(coefficient), start_(coefficient.begin(), coefficient.end()),
        order_(size_of(coefficient)), slope_(quadratic.gradient.begin(), quadratic.gradient.end()) {
  }

  double run(double tolerance) {
    double violation = worst();
    for (int round = 0; round < 500 && violation > tolerance; ++round) {
      for (int pass = 0; pass < 3; ++pass) {
        descend();
      }
      polish();
      refresh_slope();
      violation = worst();
    }
    return violation;
  }

private:
  [[nodiscard]] std::span<const double> curvature(Index place) const {
    return q_.curvature.subspan(at(place * order_), at(order_));
  }
  void move(Index place, double change) {
    b_[at(place)] += change;
    const auto column = curvature(place);
    for (Index other = 0; other < order_; ++other) {
      slope_[at(other)] -= change * column[at(other)];
    }
  }
  // One pass over all coordinates.
  void descend() {
    for (Index place = 0; place < order_; ++place) {
      const double bend = q_.curvature[at(place * (order_ + 1))];
      const double whole = bend + q_.l2[at(place)];
      if (!(whole > 0.0)) {
        continue;
      }
      const double pull = slope_[at(place)] + bend * b_[at(place)];
      const double size = std::max(0.0, std::fabs(pull) - q_.l1[at(place)]) / whole;
      const double next = std::copysign(size, pull);
      if (next != b_[at(place)]) {
        const double change = next - b_[at(place)];
        move(place, change);
        b_[at(place)] = next;
      }
    }
  }
  // Newton steps on the support while signs hold; a coefficient that would cross zero stops there.
  void polish() {
    for (Index limit = order_; limit >= 0; --limit) {
      std::vector<Index> support;
      for (Index place = 0; place < order_; ++place) {
        if (b_[at(place)] != 0.0 || q_.l1[at(place)] == 0.0) {
          support.push_back(place);
        }
      }
      if (support.empty() || !newton_step(support)) {
        return;
      }
    }
  }
  // True when a coefficient was stopped at zero and another step is due.
  bool newton_step(std::span<const Index> support) {
    const Index count = size_of(support);
    std::vector<double> matrix(at(count * count)), step(at(count));
    for (Index i = 0; i < count; ++i) {
      const Index place = support[at(i)];
      const auto column = curvature(place);
      for (Index j = 0; j < count; ++j) {
        matrix[at(i * count + j)] = column[at(support[at(j)])];
      }
      matrix[at(i * (count + 1))] += q_.l2[at(place)];
      step[at(i)] = residual(place);
    }
    CholeskyFactor(matrix, count, 1e-12).solve(step);
    double length = 1.0;
    Index stopped = no_index;
    for (Index i = 0; i < count; ++i) {
      const Index place = support[at(i)];
      const double now = b_[at(place)], next = now + step[at(i)];
      if (q_.l1[at(place)] > 0.0 && now * next <= 0.0 && -now / step[at(i)] < length) {
        length = -now / step[at(i)];
        stopped = place;
      }
    }
    for (Index i = 0; i < count; ++i) {
      move(support[at(i)], length * step[at(i)]);
    }
    if (stopped != no_index) {
      b_[at(stopped)] = 0.0;
    }
    return stopped != no_index;
  }
  // Slope of the objective at a coefficient that is not zero, or has no l1 part; negated.
  [[nodiscard]] double residual(Index place) const {
    const double value = b_[at(place)];
    const double sign = value > 0.0 ? 1.0 : value < 0.0 ? -1.0 : 0.0;
    return slope_[at(place)] - q_.l1[at(place)] * sign - q_.l2[at(place)] * value;
  }
  void refresh_slope() {
    slope_.assign(q_.gradient.begin(), q_.gradient.end());
    for (Index place = 0; place < order_; ++place) {
      const double change = b_[at(place)] - start_[at(place)];
      if (change != 0.0) {
        const auto column = curvature(place);
        for (Index other = 0; other < order_; ++other) {
          slope_[at(other)] -= change * column[at(other)];
        }
      }
    }
  }
  [[nodiscard]] double worst() const {
    double result = 0.0;
    for (Index place = 0; place < order_; ++place) {
      const bool zero = b_[at(place)] == 0.0;
      const double left = std::fabs(residual(place)) - (zero ? q_.l1[at(place)] : 0.0);
      result = std::max(result, left);
    }
    return result;
  }

  const Quadratic& q_;
  std::span<double> b_;
  std::vector<double> start_;
  Index order_;
  std::vector<double> slope_; // g - H (b - a)
};

} // namespace

double minimise(const Quadratic& quadratic, double tolerance, std::span<double> coefficient) {
  return Minimiser(quadratic, coefficient).run(tolerance);
}

} // namespace vigil::penalized
