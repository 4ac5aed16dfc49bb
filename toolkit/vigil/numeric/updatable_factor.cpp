// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/updatable_factor.hpp"

#include <cblas.h>

#include <algorithm>
#include <cmath>

namespace vigil {

namespace {

constexpr Index block = 48; // columns factored at once

} // namespace

bool UpdatableFactor::append(std::span<const double> cross, double diagonal) {
  VIGIL_EXPECTS(size_of(cross) == order_);
  std::vector<double> row(cross.begin(), cross.end());
  solve_lower(view(lower_), row);
  double pivot = diagonal;
  for (const double value : row) {
    pivot -= value * value;
  }
  if (!(pivot > tolerance_ * diagonal)) {
    return false;
  }
  lower_.resize(std::max(lower_.rows(), order_ + 1), std::max(lower_.columns(), order_ + 1));
  for (Index column = 0; column < order_; ++column) {
    lower_(order_, column) = row[at(column)];
  }
  lower_(order_, order_) = std::sqrt(pivot);
  ++order_;
  return true;
}

bool UpdatableFactor::assign(const GrowingMatrix& matrix) {
  const Index order = matrix.columns();
  lower_.resize(std::max(lower_.rows(), order), std::max(lower_.columns(), order));
  for (Index column = 0; column < order; ++column) {
    std::copy_n(matrix.column(column).data() + column,
                order - column,
                lower_.column(column).data() + column);
  }
  order_ = 0;
  const int stride = narrow<int>(lower_.stride());
  for (Index first = 0; first < order; first += block) {
    const Index end = std::min(order, first + block);
    for (Index j = first; j < end; ++j) { // the diagonal block, column by column
      double* column = lower_.column(j).data();
      if (!(column[j] > tolerance_ * matrix(j, j))) {
        return false;
      }
      column[j] = std::sqrt(column[j]);
      for (Index i = j + 1; i < end; ++i) {
        column[i] /= column[j];
      }
      for (Index k = j + 1; k < end; ++k) {
        double* later = lower_.column(k).data();
        for (Index i = k; i < end; ++i) {
          later[i] -= column[i] * column[k];
        }
      }
    }
    const int width = narrow<int>(end - first), below = narrow<int>(order - end);
    if (below == 0) {
      break;
    }
    cblas_dtrsm(CblasColMajor,
                CblasRight,
                CblasLower,
                CblasTrans,
                CblasNonUnit,
                below,
                width,
                1.0,
                lower_.column(first).data() + first,
                stride,
                lower_.column(first).data() + end,
                stride);
    cblas_dsyrk(CblasColMajor,
                CblasLower,
                CblasNoTrans,
                below,
                width,
                -1.0,
                lower_.column(first).data() + end,
                stride,
                1.0,
                lower_.column(end).data() + end,
                stride);
  }
  order_ = order;
  return true;
}

void UpdatableFactor::remove(Index place) {
  VIGIL_EXPECTS(place >= 0 && place < order_);
  for (Index column = 0; column < order_; ++column) { // drop the row
    double* values = lower_.column(column).data();
    const Index from = std::max(place + 1, column);
    std::copy(values + from, values + order_, values + from - 1);
  }
  // Column c > place now has its diagonal entry in row c - 1: rotate it into the column before.
  for (Index column = place; column + 1 < order_; ++column) {
    double* left = lower_.column(column).data();
    double* right = lower_.column(column + 1).data();
    const double length = std::hypot(left[column], right[column]);
    const double cosine = left[column] / length, sine = right[column] / length;
    for (Index row = column; row + 1 < order_; ++row) {
      const double old_left = left[row], old_right = right[row];
      left[row] = cosine * old_left + sine * old_right;
      right[row] = cosine * old_right - sine * old_left;
    }
  }
  --order_;
}

void UpdatableFactor::solve(std::span<double> values) const {
  VIGIL_EXPECTS(size_of(values) == order_);
  solve_lower(view(lower_), values);
  solve_lower_transposed(view(lower_), values);
}

double UpdatableFactor::quadratic_form(std::span<const double> x) const {
  VIGIL_EXPECTS(size_of(x) == order_);
  return squared_norm_lower_transposed(view(lower_), x);
}

} // namespace vigil
