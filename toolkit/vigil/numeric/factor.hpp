// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <span>
#include <vector>

namespace vigil {

/// Cholesky factor A = L L' of a symmetric positive semidefinite matrix, in the given order of columns.
///
/// A column whose pivot is at most `tolerance` times its own diagonal depends on the columns before it: it is
/// left out, and every solution is zero there. The first of two equal columns stays, the later one goes.
/// cost   order^3 / 3, by BLAS on one thread where the order is large
class CholeskyFactor {
public:
  /// matrix: order x order; only its lower triangle (row >= column) is read.
  CholeskyFactor(std::span<const double> matrix, Index order, double tolerance);

  [[nodiscard]] Index order() const noexcept { return order_; }
  [[nodiscard]] bool keeps(Index column) const noexcept { return pivot_[at(column)] > 0.0; }
  /// What is left of the diagonal after the columns before; 0 for a column that was left out.
  [[nodiscard]] double pivot(Index column) const noexcept { return pivot_[at(column)]; }
  [[nodiscard]] Index rank() const noexcept;
  /// Replaces the right-hand side by the solution.
  void solve(std::span<double> values) const;
  /// Inverse on the columns that were kept, zero elsewhere: order x order.
  [[nodiscard]] std::vector<double> inverse() const;

private:
  void factor_rows(std::span<const double> matrix, double tolerance);
  bool factor_blocks(std::span<const double> matrix, double tolerance);

  Index order_;
  std::vector<double> lower_; // row after row
  std::vector<double> pivot_;
};

} // namespace vigil
