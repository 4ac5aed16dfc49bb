// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/numeric/updatable_factor.hpp"
#include "vigil/penalized/active_set.hpp"

#include <span>
#include <vector>

namespace vigil::penalized {

/// minimise over b within [lower, upper]
///   -g'(b - a) + (b - a)' H (b - a) / 2 + sum_j (l1_j |b_j| + l2_j b_j^2 / 2)
/// lower <= 0 <= upper, infinite where there is no limit. H, m x m, positive semidefinite, both triangles.
struct Quadratic {
  const GrowingMatrix& curvature;
  std::span<const double> gradient; ///< g, at a
  QuadraticPenalty penalty;
};

/// Active-set solver that keeps its factor from one quadratic to the next.
///
/// On the free columns (nonzero within their limits, or without an l1 part) the minimum for fixed signs is found by
/// Cholesky; the way there is cut where the piecewise quadratic is least; columns at zero or at a limit whose
/// gradient wants to move join, all at once for 20 rounds and then one by one. A column that depends on the free
/// ones joins only by exchange: along the direction in which the quadratic part is flat, until another one reaches
/// zero or a limit. Of exactly equal columns the first to join keeps the coefficient.
///
/// cost    2 a^2 for each change of a column and each solution, 2 m^2 for each check; a = free columns
/// source  Osborne, Presnell, Turlach 2000, IMA J. Numer. Anal. 20:389; Lee, Battle, Raina, Ng 2007, NIPS 19;
///         checked by tests/unit/penalized/quadratic_test
class QuadraticSolver {
public:
  /// From b = a, in place. Returns the largest violation of the optimality conditions, in absolute terms; at most
  /// `tolerance` unless rounding or the limit of rounds (500) stands in the way.
  double minimise(const Quadratic& quadratic, double tolerance, std::span<double> coefficient);
  /// H b, where the last minimum is b; else empty.
  [[nodiscard]] std::span<const double> product_at(std::span<const double> b) const;
  /// H b of where the next call may start, b, from one who knows it; does nothing for none.
  void take_product(std::span<const double> b, std::span<const double> product);
  /// To be called when H changes; not when columns are added at its end.
  void forget() noexcept;
  /// The columns listed (ascending) are kept and numbered anew.
  void renumber(std::span<const Index> kept);

private:
  struct Call; // what lives while minimise() runs

  void start(Call& call);
  void settle(Call& call);
  bool accept(Call& call);
  bool release(Call& call, bool one_only);
  void sync_factor(Call& call);
  bool factor_anew(Call& call, std::span<const Index> places);
  [[nodiscard]] bool append(const Call& call, Index place);
  void exchange(Call& call, Index place);
  void remove_from_factor(Index place);

  // An update of the factor costs a few machine precisions, as a solution does; a check allows a million times that.
  static constexpr Index most_unchecked = 16;

  UpdatableFactor factor_{1e-11};
  Index unchecked_ = most_unchecked;          ///< updates since a solution was found accurate
  std::vector<Index> in_factor_;              ///< places in the order of the factor
  std::vector<double> factor_l2_;             ///< l2 of these
  GrowingMatrix scratch_;                     ///< of factor_anew: its memory is used again
  std::vector<double> last_b_, last_product_; ///< H b of one b: often where the next call starts
};

} // namespace vigil::penalized
