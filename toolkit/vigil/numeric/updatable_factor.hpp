// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/numeric/dense.hpp"

#include <span>
#include <vector>

namespace vigil {

/// Cholesky factor A = L L' of a symmetric positive definite matrix whose columns come and go.
///
/// A column whose pivot is at most `tolerance` times its own diagonal depends on those before it and is refused.
/// source  Golub and Van Loan 2013, Matrix Computations, section 6.5 (Givens rotations for a removed column);
///         checked by tests/unit/numeric/updatable_factor_test
class UpdatableFactor {
public:
  explicit UpdatableFactor(double tolerance) : tolerance_(tolerance) {}

  [[nodiscard]] Index order() const noexcept { return order_; }
  void clear() noexcept { order_ = 0; }
  /// Adds a column at the end: `cross` = its products with the columns there. False when it depends on them;
  /// the factor is then as before. cost order^2.
  bool append(std::span<const double> cross, double diagonal);
  /// Replaces everything by a whole matrix (lower triangle read), by LAPACK on one thread. False, and empty, when a
  /// column depends on those before it. cost order^3 / 3.
  bool assign(const GrowingMatrix& matrix);
  /// The same without a copy: the matrix becomes scratch, of some size.
  bool assign_spent(GrowingMatrix& matrix);
  /// Removes a column. cost 3 (order - place)^2.
  void remove(Index place);
  /// Replaces the right-hand side by the solution. cost 2 order^2.
  void solve(std::span<double> values) const;
  /// The same in two steps: values = L^-1 values, and values = L'^-1 values. cost order^2 each.
  void solve_half(std::span<double> values) const;
  void solve_other_half(std::span<double> values) const;
  /// x' A x. cost order^2.
  [[nodiscard]] double quadratic_form(std::span<const double> x) const;

private:
  bool factor_in_place(Index order);

  double tolerance_;
  Index order_ = 0;
  GrowingMatrix lower_; // columns of L, entries above the diagonal without meaning
};

} // namespace vigil
