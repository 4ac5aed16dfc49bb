// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace vigil::penalized {

[[nodiscard]] inline double sign_of(double value) noexcept {
  return value > 0.0 ? 1.0 : value < 0.0 ? -1.0 : 0.0;
}

/// The penalty of a quadratic: sum_j (l1_j |b_j| + l2_j b_j^2 / 2), b within limits (empty: none).
struct QuadraticPenalty {
  std::span<const double> l1, l2, lower, upper;
};

/// Which columns of a penalized quadratic may move, while it is minimised, and what both solvers do with them.
///
/// A column is free within one orthant: its sign is fixed (0 without an l1 part) until it stops at zero or at a limit.
/// checked by tests/unit/penalized/quadratic_test, wide_quadratic_test
class ActiveSet {
public:
  enum class Side : std::uint8_t { zero, free, lower, upper };

  /// start: becomes b. goal: what violates less stays.
  ActiveSet(const QuadraticPenalty& terms, std::span<double> start, double goal);

  [[nodiscard]] Index order() const noexcept { return size_of(b); }
  [[nodiscard]] bool has_limits() const noexcept { return !penalty.lower.empty(); }
  [[nodiscard]] double lower(Index place) const {
    return has_limits() ? penalty.lower[at(place)] : -std::numeric_limits<double>::infinity();
  }
  [[nodiscard]] double upper(Index place) const {
    return has_limits() ? penalty.upper[at(place)] : std::numeric_limits<double>::infinity();
  }
  [[nodiscard]] double l1(Index place) const { return penalty.l1[at(place)]; }
  [[nodiscard]] double l2(Index place) const { return penalty.l2[at(place)]; }
  [[nodiscard]] bool free(Index place) const { return side[at(place)] == Side::free; }
  /// Whether a value is on the column's side of zero and within its limits.
  [[nodiscard]] bool fits(Index place, double value) const {
    return (sign[at(place)] == 0.0 || value * sign[at(place)] > 0.0) && value >= lower(place) &&
           value <= upper(place);
  }

  void make_free(Index place, double direction);
  /// A column stops where it is: at zero or at a limit.
  void stop(Index place);
  /// How much the objective falls per unit of the best move of a column that is not free; its direction.
  [[nodiscard]] std::pair<double, double> wish(Index place) const;
  /// What is left of the gradient of a free column.
  [[nodiscard]] double force(Index place) const {
    return slope[at(place)] - l2(place) * b[at(place)] - l1(place) * sign[at(place)];
  }

  /// Columns that have just joined and turn the wrong way at the minimum for fixed signs stop; whether there were any.
  bool drop_fresh(std::span<const Index> places, std::span<const double> target);
  /// Goes from b towards the minimum for fixed signs to where the piecewise quadratic is least, at most to the first
  /// limit. bend(step): the quadratic form of a step of the listed places.
  template <class Bend>
  void cut(std::span<const Index> places, std::span<const double> target, const Bend& bend) {
    std::vector<double> step(target.begin(), target.end());
    for (Index number = 0; number < size_of(places); ++number) {
      step[at(number)] -= b[at(places[at(number)])];
    }
    cut_along(places, target, step, bend(std::span<const double>(step)));
  }

  struct Released {
    bool any = false;        ///< some column joined
    double inaccurate = 0.0; ///< largest force of a free column
  };
  /// Frees columns that want to move, or the one that wants to most; sets `violation`. slope must be that of b.
  Released release(bool one_only);

  const QuadraticPenalty penalty;
  const std::span<double> b;
  const double tolerance;
  std::vector<Side> side;
  std::vector<double> sign; ///< of free columns; 0 without an l1 part
  std::vector<char> fresh, refused;
  std::vector<double> slope; ///< minus the gradient of the smooth part without l2, at b
  double violation = 0.0;

private:
  void cut_along(std::span<const Index> places,
                 std::span<const double> target,
                 std::span<const double> step,
                 double bend);
};

} // namespace vigil::penalized
