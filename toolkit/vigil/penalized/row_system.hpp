// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/numeric/dense.hpp"
#include "vigil/numeric/updatable_factor.hpp"

#include <span>
#include <vector>

namespace vigil::penalized {

/// What RowSystem is made of: Q = [P; N], s = scale, l2_j = ridge factor_j > 0.
struct RowSystemTerms {
  MatrixView positive, negative;
  double scale, ridge;
  std::span<const double> factor;
};

/// The system K = J + s Q_F D^-1 Q_F' over the rows of a curvature, D = diag(l2), J = diag(1, -1), for a set F of columns
/// that changes: by the rows what a Cholesky factor is by the columns.
///
/// A few columns that join or leave border the factor, K + V S V' with S = diag(+-1) (Woodbury); many, or another ridge,
/// make it anew from sums of p p', p n' and n n' over F, which follow by the columns that changed.
///
/// cost    rows^2 for each column of the border, rows^3 / 3 + 2 rows^2 (columns changed) for a new factor, rows^2 for each
///         solution
/// source  Woodbury 1950; Hager 1989, SIAM Rev. 31:221; checked by tests/unit/penalized/wide_quadratic_test, row_system_test
class RowSystem {
public:
  /// Makes it that of these columns (ascending, each with factor > 0). False: the sums have lost their accuracy, and
  /// everything is forgotten. Sets `changed` when the solution of a right-hand side is another one than before.
  [[nodiscard]] bool
  follow(const RowSystemTerms& terms, std::span<const Index> columns, bool& changed);
  /// rows = K^-1 rows, first those of P, then those of N.
  void solve(std::span<double> rows) const;
  /// Whether rounding may show in eight digits of a solution.
  [[nodiscard]] bool ill_conditioned() const noexcept { return ill_conditioned_; }
  /// To be called when P or N change; not when columns are added at their end.
  void forget() noexcept;
  /// The columns listed (ascending) are kept and numbered anew.
  void renumber(std::span<const Index> kept);

private:
  struct Change {
    Index column;
    double sign; ///< 1: joins, -1: leaves
  };
  [[nodiscard]] std::vector<Change> changes(Index columns, std::span<const Index> wanted) const;
  [[nodiscard]] bool border(const RowSystemTerms& terms, std::span<const Change> changes);
  void drop_from_border(std::span<const Change> changes);
  [[nodiscard]] bool factor_border();
  [[nodiscard]] bool make_anew(const RowSystemTerms& terms, std::span<const Index> columns);
  void add_to_sums(const RowSystemTerms& terms, std::span<const Index> columns, double sign);
  [[nodiscard]] bool factor(const RowSystemTerms& terms);
  void solve_without_border(std::span<double> rows) const;

  // sums over the columns of p p', p n' and n n' over their factors (lower triangles)
  GrowingMatrix positive_sum_, mixed_sum_, negative_sum_;
  std::vector<double> in_sums_; ///< by column: the factor it is there with; 0: it is not
  Index taken_out_ = 0;         ///< columns since the sums were made anew
  double ridge_ = 0.0;          ///< that the factors were made with; 0: there are none
  bool ill_conditioned_ = false;
  UpdatableFactor positive_factor_{0.0}, negative_factor_{0.0};
  GrowingMatrix scaled_mixed_, solved_mixed_; ///< M = s p n' and (I + s p p')^-1 M
  GrowingMatrix scratch_;

  std::vector<Change> border_;                ///< since the factors were made
  GrowingMatrix border_rows_, border_solved_; ///< V and K^-1 V
  GrowingMatrix border_factor_;               ///< L and D of S^-1 + V'K^-1 V
};

} // namespace vigil::penalized
