// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/numeric/dense.hpp"
#include "vigil/numeric/updatable_factor.hpp"
#include "vigil/penalized/active_set.hpp"

#include <span>
#include <vector>

namespace vigil::penalized {

/// The problem of Quadratic with H = scale (P'P - N'N), given by P and N instead of as a matrix.
///
/// ridge, factor  l2_j = ridge factor_j, ridge > 0: every column has a ridge part or is not penalized at all
struct WideQuadratic {
  MatrixView positive, negative;
  double scale;
  std::span<const double> gradient; ///< g, at a
  double ridge;
  std::span<const double> factor;
  QuadraticPenalty penalty;
};

/// Solves it where columns outnumber the rows of P and N: what is factored has the order of the rows.
///
/// The minimum of the free columns for fixed signs, (D + s Q'J Q) x = q with Q = [P; N], J = diag(1, -1), s = scale,
/// D = diag(l2), is x = D^-1 (q - s Q'z), (J + s Q D^-1 Q') z = Q D^-1 q, corrected for rounding where needed; columns
/// without penalty follow from their Schur complement (one that depends on the others stays at zero). The sum
/// Q D^-1 Q' follows the free columns. Columns that end on the wrong side go to zero together where that lowers the
/// objective; otherwise the way there is cut as in QuadraticSolver.
///
/// cost    k^2 for each change of a column, k^3 / 3 + 8 k m for each solution; k rows, m columns
/// source  Woodbury 1950; Hager 1989, SIAM Rev. 31:221; checked by tests/unit/penalized/wide_quadratic_test
class WideSolver {
public:
  /// From b = a, in place. Returns the largest violation of the optimality conditions, in absolute terms; at most
  /// `tolerance` unless rounding or the limit of rounds (500) stands in the way.
  double minimise(const WideQuadratic& quadratic, double tolerance, std::span<double> coefficient);
  /// To be called when P or N change; not when columns are added at their end.
  void forget() noexcept;
  /// The columns listed (ascending) are kept and numbered anew.
  void renumber(std::span<const Index> kept);

private:
  struct Call; // what lives while minimise() runs

  bool settle(Call& call);
  bool polish(Call& call);
  bool sync(Call& call);
  void add_to_sums(const Call& call, std::span<const Index> places, double sign);
  [[nodiscard]] bool factor(const Call& call);
  void factor_unpenalized(const Call& call);
  void solve_rows(std::span<double> rows) const;
  void solve(const Call& call, std::span<double> values) const;

  // sums over the penalized free columns of p p', p n' and n n' over their factors (lower triangles)
  GrowingMatrix positive_sum_, mixed_sum_, negative_sum_;
  std::vector<double> in_sums_; ///< by place: the factor it is there with; 0: it is not
  Index taken_out_ = 0;         ///< columns since the sums were made anew
  double factored_ridge_ =
      0.0; ///< that the factors below were made with; 0: they are not those of the sums
  UpdatableFactor positive_factor_{0.0}, negative_factor_{0.0};
  GrowingMatrix scaled_mixed_, solved_mixed_; ///< M = s p n' and (I + s p p')^-1 M
  GrowingMatrix scratch_;
  // columns without penalty
  std::vector<Index> unpenalized_;
  GrowingMatrix unpenalized_rows_, solved_rows_; ///< Q and (J + s Q D^-1 Q')^-1 Q of these
  GrowingMatrix schur_;
  std::vector<double> last_b_,
      last_product_; ///< H b at the last minimum: often where the next call starts
};

} // namespace vigil::penalized
