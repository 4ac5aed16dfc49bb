// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/dense.hpp"

#include <cblas.h>

#include <algorithm>

namespace vigil {

namespace {

// Room for more than is needed, so that growth seldom copies. What is not yet touched is address space alone.
std::size_t room_for(std::size_t values) {
  constexpr std::size_t large = std::size_t{1} << 17, huge = std::size_t{1} << 25;
  return values >= huge ? values + values / 2 : values >= large ? 4 * values : 2 * values;
}

} // namespace

void GrowingMatrix::resize(Index rows, Index columns) {
  if (rows > stride_) {
    const Index stride = std::max(rows, stride_ + stride_ / 2), kept = std::min(columns, columns_);
    Values values;
    values.reserve(room_for(at(stride * columns)));
    values.resize(at(stride * columns));
    for (Index column = 0; column < kept; ++column) {
      std::copy_n(values_.begin() + column * stride_, rows_, values.begin() + column * stride);
    }
    stride_ = stride;
    values_ = std::move(values);
  }
  rows_ = rows;
  columns_ = columns;
  const auto needed = at(stride_ * columns_);
  if (values_.capacity() < needed) {
    values_.reserve(room_for(needed));
  }
  if (values_.size() < needed) {
    values_.resize(needed);
  }
}

void GrowingMatrix::keep_columns(std::span<const Index> listed) {
  for (Index to = 0; to < size_of(listed); ++to) {
    const Index from = listed[at(to)];
    if (from != to) {
      std::copy_n(values_.begin() + from * stride_, rows_, values_.begin() + to * stride_);
    }
  }
  columns_ = size_of(listed);
}

void GrowingMatrix::keep_square(std::span<const Index> listed) {
  const Index count = size_of(listed);
  for (Index column = 0; column < count; ++column) {
    const double* from = values_.data() + listed[at(column)] * stride_;
    double* to = values_.data() + column * stride_;
    for (Index row = 0; row < count; ++row) {
      to[row] = from[listed[at(row)]];
    }
  }
  rows_ = columns_ = count;
}

GrowingMatrix zeros(Index rows, Index columns) {
  GrowingMatrix matrix(rows);
  matrix.resize(rows, columns);
  std::fill_n(matrix.data(), rows * columns, 0.0);
  return matrix;
}

MatrixView view(const GrowingMatrix& matrix) {
  return view(matrix, 0, matrix.columns());
}

MatrixView view(const GrowingMatrix& matrix, Index first_column, Index columns) {
  return {.data = matrix.data() + first_column * matrix.stride(),
          .rows = matrix.rows(),
          .columns = columns,
          .stride = std::max<Index>(1, matrix.stride())};
}

void cross_multiply(MatrixView left,
                    MatrixView right,
                    double factor,
                    double keep,
                    GrowingMatrix& out,
                    Index row,
                    Index column) {
  VIGIL_EXPECTS(left.rows == right.rows && row + left.columns <= out.rows() &&
                column + right.columns <= out.columns());
  if (left.columns == 0 || right.columns == 0) {
    return;
  }
  cblas_dgemm(CblasColMajor,
              CblasTrans,
              CblasNoTrans,
              narrow<int>(left.columns),
              narrow<int>(right.columns),
              narrow<int>(left.rows),
              factor,
              left.data,
              narrow<int>(left.stride),
              right.data,
              narrow<int>(right.stride),
              keep,
              out.data() + column * out.stride() + row,
              narrow<int>(out.stride()));
}

void cross_multiply(MatrixView matrix, double factor, double keep, GrowingMatrix& out) {
  VIGIL_EXPECTS(matrix.columns <= out.columns() && matrix.columns <= out.rows());
  if (matrix.columns == 0) {
    return;
  }
  cblas_dsyrk(CblasColMajor,
              CblasLower,
              CblasTrans,
              narrow<int>(matrix.columns),
              narrow<int>(matrix.rows),
              factor,
              matrix.data,
              narrow<int>(matrix.stride),
              keep,
              out.data(),
              narrow<int>(out.stride()));
  constexpr Index tile = 16; // its lines of both triangles stay in the first cache
  for (Index first = 0; first < matrix.columns; first += tile) {
    const Index end = std::min(matrix.columns, first + tile);
    for (Index row = first; row < matrix.columns; ++row) {
      for (Index column = first; column < std::min(end, row); ++column) {
        out(column, row) = out(row, column);
      }
    }
  }
}

void outer_multiply(
    MatrixView left, MatrixView right, double factor, double keep, GrowingMatrix& out) {
  VIGIL_EXPECTS(left.rows == out.rows() && right.rows == out.columns());
  outer_multiply(left, right, factor, keep, out, 0, 0);
}

void outer_multiply(MatrixView left,
                    MatrixView right,
                    double factor,
                    double keep,
                    GrowingMatrix& out,
                    Index row,
                    Index column) {
  VIGIL_EXPECTS(left.columns == right.columns && row + left.rows <= out.rows() &&
                column + right.rows <= out.columns());
  if (left.rows == 0 || right.rows == 0 || left.columns == 0) {
    return;
  }
  cblas_dgemm(CblasColMajor,
              CblasNoTrans,
              CblasTrans,
              narrow<int>(left.rows),
              narrow<int>(right.rows),
              narrow<int>(left.columns),
              factor,
              left.data,
              narrow<int>(left.stride),
              right.data,
              narrow<int>(right.stride),
              keep,
              out.data() + column * out.stride() + row,
              narrow<int>(out.stride()));
}

void outer_multiply(MatrixView matrix, double factor, double keep, GrowingMatrix& out) {
  VIGIL_EXPECTS(matrix.rows == out.rows() && matrix.rows == out.columns());
  if (matrix.rows == 0 || matrix.columns == 0) {
    return;
  }
  cblas_dsyrk(CblasColMajor,
              CblasLower,
              CblasNoTrans,
              narrow<int>(matrix.rows),
              narrow<int>(matrix.columns),
              factor,
              matrix.data,
              narrow<int>(matrix.stride),
              keep,
              out.data(),
              narrow<int>(out.stride()));
}

namespace {

void multiply_by(CBLAS_TRANSPOSE side,
                 MatrixView matrix,
                 std::span<const double> x,
                 std::span<double> out) {
  std::fill(out.begin(), out.end(), 0.0);
  if (matrix.columns > 0 && matrix.rows > 0) {
    cblas_dgemv(CblasColMajor,
                side,
                narrow<int>(matrix.rows),
                narrow<int>(matrix.columns),
                1.0,
                matrix.data,
                narrow<int>(matrix.stride),
                x.data(),
                1,
                0.0,
                out.data(),
                1);
  }
}

} // namespace

void multiply_transposed(MatrixView matrix, std::span<const double> x, std::span<double> out) {
  VIGIL_EXPECTS(size_of(x) == matrix.rows && size_of(out) == matrix.columns);
  multiply_by(CblasTrans, matrix, x, out);
}

void multiply(MatrixView matrix, std::span<const double> x, std::span<double> out) {
  VIGIL_EXPECTS(size_of(x) == matrix.columns && size_of(out) == matrix.rows);
  multiply_by(CblasNoTrans, matrix, x, out);
}

} // namespace vigil
