// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/quadratic.hpp"

#include "vigil/numeric/sums.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace vigil::penalized {

namespace {

class Minimiser {
public:
  Minimiser(const Quadratic& quadratic, std::span<double> coefficient, SupportFactor& kept)
      : q_(quadratic), kept_(kept), b_(coefficient), start_(coefficient.begin(), coefficient.end()),
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
  // Newton steps on the support, with signs fixed in each.
  void polish() {
    for (int steps = 0; steps < 20; ++steps) {
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
  // True when the step was shortened by signs and another one is due.
  bool newton_step(std::span<const Index> support) {
    const Index count = size_of(support);
    std::vector<double> step(at(count));
    for (Index i = 0; i < count; ++i) {
      step[at(i)] = residual(support[at(i)]);
    }
    const std::vector<double> pull = step;
    factor_on(support).solve(step);
    const double length = line_search(support, step, dot(pull, step));
    for (Index i = 0; i < count; ++i) {
      const Index place = support[at(i)];
      const double next = b_[at(place)] + length * step[at(i)];
      const bool at_kink =
          q_.l1[at(place)] > 0.0 && std::fabs(next) <= 1e-14 * std::fabs(b_[at(place)]);
      move(place, length * step[at(i)]);
      if (at_kink) {
        b_[at(place)] = 0.0;
      }
    }
    return length < 1.0;
  }
  [[nodiscard]] const CholeskyFactor& factor_on(std::span<const Index> support) {
    std::vector<double> l2;
    for (const Index place : support) {
      l2.push_back(q_.l2[at(place)]);
    }
    const bool same =
        kept_.factor && kept_.l2 == l2 &&
        std::equal(support.begin(), support.end(), kept_.support.begin(), kept_.support.end());
    if (same) {
      return *kept_.factor;
    }
    const Index count = size_of(support);
    std::vector<double> matrix(at(count * count));
    for (Index i = 0; i < count; ++i) {
      const auto column = curvature(support[at(i)]);
      for (Index j = 0; j < count; ++j) {
        matrix[at(i * count + j)] = column[at(support[at(j)])];
      }
      matrix[at(i * (count + 1))] += l2[at(i)];
    }
    kept_.support.assign(support.begin(), support.end());
    kept_.l2 = std::move(l2);
    return kept_.factor.emplace(matrix, count, 1e-12);
  }
  // Where along the step the objective is least: it is convex, quadratic between the places where coefficients
  // cross zero, and its slope rises by 2 l1 |step| at each of these. `fall` is its slope at the start, negated.
  [[nodiscard]] double
  line_search(std::span<const Index> support, std::span<const double> step, double fall) const {
    std::vector<std::pair<double, double>> kinks; // where, rise of the slope
    for (Index i = 0; i < size_of(support); ++i) {
      const Index place = support[at(i)];
      const double now = b_[at(place)];
      if (q_.l1[at(place)] > 0.0 && now * step[at(i)] < 0.0 &&
          std::fabs(now) < std::fabs(step[at(i)])) {
        kinks.push_back({-now / step[at(i)], 2.0 * q_.l1[at(place)] * std::fabs(step[at(i)])});
      }
    }
    std::sort(kinks.begin(), kinks.end());
    double risen = 0.0;
    for (const auto& [where, rise] : kinks) {
      if ((where - 1.0) * fall + risen >= 0.0) {
        break;
      }
      risen += rise;
      if ((where - 1.0) * fall + risen >= 0.0) {
        return where;
      }
    }
    return fall > 0.0 ? std::max(0.0, 1.0 - risen / fall) : 0.0;
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
  SupportFactor& kept_;
  std::span<double> b_;
  std::vector<double> start_;
  Index order_;
  std::vector<double> slope_; // g - H (b - a)
};

} // namespace

double minimise(const Quadratic& quadratic,
                double tolerance,
                std::span<double> coefficient,
                SupportFactor& kept) {
  return Minimiser(quadratic, coefficient, kept).run(tolerance);
}

} // namespace vigil::penalized
