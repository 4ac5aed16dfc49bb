// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/penalized/quadratic.hpp"

#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace vigil::penalized {

[[nodiscard]] inline double sign_of(double value) noexcept {
  return value > 0.0 ? 1.0 : value < 0.0 ? -1.0 : 0.0;
}

/// What lives while minimise() runs. Included by the solver's own files alone.
struct QuadraticSolver::Call {
  const Quadratic& q;
  std::span<double> b;
  double tolerance;
  std::vector<Side> side = {};
  std::vector<double> sign = {}; ///< of free columns; 0 without an l1 part
  std::vector<char> fresh = {}, refused = {};
  std::vector<double> pull = {};    ///< g + H a
  std::vector<double> slope = {};   ///< pull - H b
  std::vector<double> product = {}; ///< H b
  std::vector<double> target = {};  ///< sign-fixed minimum, in the order of the factor
  double violation = 0.0;
  bool refactored = false; ///< since the last accepted solution

  [[nodiscard]] Index order() const noexcept { return size_of(b); }
  [[nodiscard]] bool has_limits() const noexcept { return !q.lower.empty(); }
  [[nodiscard]] double lower(Index place) const {
    return has_limits() ? q.lower[at(place)] : -std::numeric_limits<double>::infinity();
  }
  [[nodiscard]] double upper(Index place) const {
    return has_limits() ? q.upper[at(place)] : std::numeric_limits<double>::infinity();
  }
  [[nodiscard]] bool free(Index place) const { return side[at(place)] == Side::free; }
  [[nodiscard]] double diagonal(Index place) const {
    return q.curvature(place, place) + q.l2[at(place)];
  }
  void refresh_slope() {
    multiply_symmetric(view(q.curvature), b, product);
    for (Index place = 0; place < order(); ++place) {
      slope[at(place)] = pull[at(place)] - product[at(place)];
    }
  }
  void make_free(Index place, double direction) {
    side[at(place)] = Side::free;
    sign[at(place)] = q.l1[at(place)] > 0.0 ? direction : 0.0;
    fresh[at(place)] = b[at(place)] == 0.0 ? 1 : 0;
  }
  /// A column stops where it is: at zero or at a limit.
  void stop(Index place) {
    const double value = b[at(place)];
    side[at(place)] = value == 0.0 && q.l1[at(place)] > 0.0 ? Side::zero
                      : value <= lower(place)               ? Side::lower
                      : value >= upper(place)               ? Side::upper
                                                            : Side::zero;
    fresh[at(place)] = 0;
  }
  /// How much the objective falls per unit of the best move of a column that is not free; its direction.
  [[nodiscard]] std::pair<double, double> wish(Index place) const {
    const double force = slope[at(place)] - q.l2[at(place)] * b[at(place)];
    const double l1 = q.l1[at(place)];
    const double value = b[at(place)];
    const auto gain = [&](double direction) {
      const bool away = value == 0.0 || sign_of(value) == direction;
      const bool room = direction > 0.0 ? value < upper(place) : value > lower(place);
      return room ? direction * force - (away ? l1 : -l1) : 0.0;
    };
    const double up = gain(1.0), down = gain(-1.0);
    return up >= down ? std::pair(up, 1.0) : std::pair(down, -1.0);
  }
};

} // namespace vigil::penalized
