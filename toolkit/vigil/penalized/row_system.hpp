// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/numeric/dense.hpp"
#include "vigil/numeric/updatable_factor.hpp"
#include "vigil/penalized/loss.hpp"

#include <span>
#include <vector>

namespace vigil::penalized {

/// What RowSystem is made of: Q = [P; N], s = scale, l2_j = ridge factor_j > 0.
struct RowSystemTerms {
  MatrixView positive, negative;
  double scale, ridge;
  std::span<const double> factor;
  MatrixView columns = {};              ///< X, whose transforms P and N are
  const Curvature* curvature = nullptr; ///< that transforms them; null: only P and N are known

  /// Whether X alone is read: with one factor, P x and P'z are transforms of X x and of z. P then has no data.
  [[nodiscard]] bool by_columns() const noexcept {
    return curvature != nullptr && negative.rows == 0;
  }
  /// to = unit times the column of P, then of N.
  void copy_transformed(Index column, double unit, std::span<double> to) const;
};

/// The system K = J + s Q_F D^-1 Q_F' over the rows of a curvature, D = diag(l2), J = diag(1, -1), for a set F of columns
/// that changes: by the rows what a Cholesky factor is by the columns.
///
/// A few columns that join or leave border the factor, K + V S V' with S = diag(+-1) (Woodbury); many, or another ridge,
/// make it anew from sums of p p', p n' and n n' over F, which follow by the columns that changed. With X known its sum of
/// x x' is kept too: of another curvature the sums are the transforms of its columns and then of its rows.
///
/// cost    rows^2 for each column of the border, rows^3 / 3 + 4 rows^2 (columns changed) for a new factor, 2 rows
///         transforms for another curvature, 2 rows^2 for each solution
/// source  Woodbury 1950; Hager 1989, SIAM Rev. 31:221; checked by tests/unit/penalized/wide_quadratic_test, row_system_test
class RowSystem {
public:
  /// Makes it that of these columns (ascending, each with factor > 0). False: the sums have lost their accuracy, and
  /// everything is forgotten. Sets `changed` when the solution of a right-hand side is another one than before.
  [[nodiscard]] bool
  follow(const RowSystemTerms& terms, std::span<const Index> columns, bool& changed);
  /// rows = K^-1 rows, first those of P, then those of N.
  void solve(std::span<double> rows) const;
  /// Whether it is that of these columns, of whatever ridge, with X known and without N.
  [[nodiscard]] bool holds(std::span<const Index> columns) const;
  /// scale / ridge that it was made with; 0: there is none.
  [[nodiscard]] double unit() const noexcept { return unit_; }
  /// out = sum over F of x x'y / factor, with X known. cost rows^2.
  void multiply_columns(const RowSystemTerms& terms,
                        std::span<const double> y,
                        std::span<double> out) const;
  /// Whether rounding may show in eight digits of a solution.
  [[nodiscard]] bool ill_conditioned() const noexcept { return ill_conditioned_; }
  /// To be called when P or N change, but not X; not when columns are added at their end.
  void forget() noexcept;
  /// To be called before columns other than those listed (ascending) go, so that the sums can do without them.
  void take_out(const RowSystemTerms& terms, std::span<const Index> kept);
  /// The columns listed (ascending) are kept and numbered anew.
  void renumber(std::span<const Index> kept);

private:
  struct Change {
    Index column; ///< no_index: it has left, and is no longer there
    double sign;  ///< 1: joins, -1: leaves
  };
  [[nodiscard]] std::vector<Change> changes(Index columns, std::span<const Index> wanted) const;
  [[nodiscard]] bool border(const RowSystemTerms& terms, std::span<const Change> changes);
  [[nodiscard]] bool same_unit(double unit) const noexcept;
  void drop_from_border(std::span<const Change> changes);
  [[nodiscard]] bool factor_border();
  [[nodiscard]] bool make_anew(const RowSystemTerms& terms, std::span<const Index> columns);
  // row_system_sums.cpp
  void forget_sums() noexcept;
  void start_sums(const RowSystemTerms& terms);
  void transform_sums(const RowSystemTerms& terms);
  void add_to_sums(const RowSystemTerms& terms, std::span<const Index> columns, double sign);
  [[nodiscard]] bool factor(const RowSystemTerms& terms);
  void solve_half(std::span<double> rows) const;
  void solve_other_half(std::span<double> rows) const;
  void turn_negative(std::span<double> rows) const;

  // sums over the columns of p p', p n' and n n' over their factors (lower triangles)
  GrowingMatrix positive_sum_, mixed_sum_, negative_sum_;
  GrowingMatrix column_sum_;    ///< the same of x x', lower triangle; empty where X is not known
  bool stale_ = false;          ///< the former are of another curvature
  std::vector<double> in_sums_; ///< by column: the factor it is there with; 0: it is not
  Index taken_out_ = 0;         ///< columns since the sums were made anew
  double unit_ = 0.0;           ///< s / ridge that the factors were made with; 0: there are none
  bool renumbered_ = false;     ///< since the last call
  bool ill_conditioned_ = false;
  UpdatableFactor positive_factor_{0.0}, negative_factor_{0.0};
  GrowingMatrix half_mixed_; ///< L^-1 s p n', L L' = I + s p p'
  GrowingMatrix scratch_;

  std::vector<Change> border_;  ///< since the factors were made
  GrowingMatrix border_half_;   ///< W = M^-1 V, K = M J M' without the border
  GrowingMatrix border_factor_; ///< L and D of S^-1 + W'J W
};

} // namespace vigil::penalized
