// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"
#include "vigil/base/large_pages.hpp"

#include <span>
#include <vector>

namespace vigil {

/// A matrix in double, column after column, to which rows and columns can be added. Columns start `stride()`
/// values apart.
class GrowingMatrix {
public:
  explicit GrowingMatrix(Index rows = 0) : rows_(rows), stride_(rows) {}

  [[nodiscard]] Index rows() const noexcept { return rows_; }
  [[nodiscard]] Index columns() const noexcept { return columns_; }
  [[nodiscard]] Index stride() const noexcept { return stride_; }
  [[nodiscard]] const double* data() const noexcept { return values_.data(); }
  [[nodiscard]] double* data() noexcept { return values_.data(); }
  [[nodiscard]] std::span<const double> column(Index column) const {
    return std::span(values_).subspan(at(column * stride_), at(rows_));
  }
  [[nodiscard]] std::span<double> column(Index column) {
    return std::span(values_).subspan(at(column * stride_), at(rows_));
  }
  [[nodiscard]] double operator()(Index row, Index column) const {
    return values_[at(column * stride_ + row)];
  }
  [[nodiscard]] double& operator()(Index row, Index column) {
    return values_[at(column * stride_ + row)];
  }

  /// Keeps what fits; new values are whatever the memory holds.
  void resize(Index rows, Index columns);
  /// Keeps the listed columns, in the given ascending order.
  void keep_columns(std::span<const Index> listed);
  /// Keeps the listed rows and columns (the same of both), ascending.
  void keep_square(std::span<const Index> listed);

private:
  using Values = std::vector<double, BlockAllocator<double>>;
  Index rows_ = 0, columns_ = 0, stride_ = 0;
  Values values_;
};

[[nodiscard]] GrowingMatrix zeros(Index rows, Index columns);

/// The first `columns` columns and `rows` rows from a place on: what the functions below take.
struct MatrixView {
  const double* data = nullptr;
  Index rows = 0, columns = 0, stride = 1;
};
[[nodiscard]] MatrixView view(const GrowingMatrix& matrix);
[[nodiscard]] MatrixView view(const GrowingMatrix& matrix, Index first_column, Index columns);

/// On one thread (the scheduler sees to it), hence within one fit only. Products of matrices are BLAS, 2 * product of
/// the three extents flops; products with a vector and triangular systems, which the memory limits, read each entry once.
/// out = factor * left' right + keep * out, at rows and columns from `row`, `column` on.
void cross_multiply(MatrixView left,
                    MatrixView right,
                    double factor,
                    double keep,
                    GrowingMatrix& out,
                    Index row,
                    Index column);
/// out = factor * m' m + keep * out, both triangles, in the upper left corner.
void cross_multiply(MatrixView matrix, double factor, double keep, GrowingMatrix& out);
/// out = factor * left right' + keep * out, as large as the product.
void outer_multiply(
    MatrixView left, MatrixView right, double factor, double keep, GrowingMatrix& out);
/// The same at rows and columns of out from `row`, `column` on.
void outer_multiply(MatrixView left,
                    MatrixView right,
                    double factor,
                    double keep,
                    GrowingMatrix& out,
                    Index row,
                    Index column);
/// out = factor * m m' + keep * out, its lower triangle alone.
void outer_multiply(MatrixView matrix, double factor, double keep, GrowingMatrix& out);
/// out = m' x, m x, and (of a symmetric matrix, whose lower triangle is read) m x.
void multiply_transposed(MatrixView matrix, std::span<const double> x, std::span<double> out);
void multiply(MatrixView matrix, std::span<const double> x, std::span<double> out);
void multiply_symmetric(MatrixView matrix, std::span<const double> x, std::span<double> out);
/// x = L^-1 x, x = L'^-1 x, and ||L' x||^2 for the first size_of(x) rows and columns of a lower triangle.
/// checked by tests/unit/numeric/dense_test
void solve_lower(MatrixView lower, std::span<double> x);
void solve_lower_transposed(MatrixView lower, std::span<double> x);
[[nodiscard]] double squared_norm_lower_transposed(MatrixView lower, std::span<const double> x);

} // namespace vigil
