// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/numeric/dense.hpp"
#include "vigil/numeric/scaled_columns.hpp"
#include "vigil/penalized/active_set.hpp"
#include "vigil/penalized/row_system.hpp"

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
  MatrixView columns = {};               ///< X, whose transforms P and N are
  const ScaledColumns* scaled = nullptr; ///< X as floats; null: only in double
  const Curvature* curvature = nullptr;  ///< that transforms them; null: only P and N are known

  [[nodiscard]] RowSystemTerms terms() const {
    return {.positive = positive,
            .negative = negative,
            .scale = scale,
            .ridge = ridge,
            .factor = factor,
            .columns = columns,
            .curvature = curvature};
  }
};

/// Solves it where columns outnumber the rows of P and N: what is factored has the order of the rows.
///
/// With Q = [P; N], J = diag(1, -1), s = scale, D = diag(l2), u = Q (b - a) over the columns that are not free, and signs
/// t, the minimum of the free columns F is b = D^-1 (g - s Q'z - l1 t), where
///
///   (J + s Q_F D^-1 Q_F') z = Q_F (D^-1 (g - l1 t) - a) + u
///
/// and z = J Q (b - a), so that g - s Q'z is the slope of all columns there: two products with Q in all. Rounding is
/// corrected where the matrix is not well conditioned; columns without penalty follow from their Schur complement (one
/// that depends on the others stays). Columns that end on the wrong side go to zero together where that lowers the
/// objective; otherwise the way there is cut as in QuadraticSolver.
///
/// cost    k^2 for each change of a column, k^3 / 3 + 8 k m for each solution; k rows, m columns
/// source  Woodbury 1950; Hager 1989, SIAM Rev. 31:221; checked by tests/unit/penalized/wide_quadratic_test
class WideSolver {
public:
  /// From b = a, in place. Returns the largest violation of the optimality conditions, in absolute terms; at most
  /// `tolerance` unless rounding or the limit of rounds (500) stands in the way.
  double minimise(const WideQuadratic& quadratic, double tolerance, std::span<double> coefficient);
  /// To be called when P or N change, but not X; not when columns are added at their end.
  void forget() noexcept;
  /// To be called before columns other than those listed (ascending) go: else the sums are made anew.
  void take_out(const RowSystemTerms& terms, std::span<const Index> kept) {
    rows_.take_out(terms, kept);
  }
  /// The columns listed (ascending) are kept and numbered anew.
  void renumber(std::span<const Index> kept);
  /// The system of the free penalized columns, as the last call left it.
  [[nodiscard]] const RowSystem& rows() const noexcept { return rows_; }

private:
  struct Call; // what lives while minimise() runs

  bool settle(Call& call);
  bool polish(Call& call);
  bool sync(Call& call);
  void factor_unpenalized(const Call& call);
  void solve(Call& call) const;

  RowSystem rows_; ///< of the penalized free columns
  // columns without penalty
  std::vector<Index> unpenalized_;
  GrowingMatrix unpenalized_rows_, solved_rows_; ///< Q and (J + s Q D^-1 Q')^-1 Q of these
  GrowingMatrix schur_;
};

} // namespace vigil::penalized
