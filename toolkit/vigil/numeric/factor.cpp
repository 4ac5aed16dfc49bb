// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/factor.hpp"

#include "vigil/numeric/sums.hpp"

#include <cblas.h>

#include <algorithm>
#include <cmath>

namespace vigil {

namespace {

constexpr Index block = 48; // columns factored at once

} // namespace

CholeskyFactor::CholeskyFactor(std::span<const double> matrix, Index order, double tolerance)
    : order_(order) {
  VIGIL_EXPECTS(size_of(matrix) == order * order);
  if (order <= block || !factor_blocks(matrix, tolerance)) {
    factor_rows(matrix, tolerance);
  }
}

void CholeskyFactor::factor_rows(std::span<const double> matrix, double tolerance) {
  lower_.assign(at(order_ * order_), 0.0);
  pivot_.assign(at(order_), 0.0);
  const auto row = [&](Index number, Index length) {
    return std::span<const double>(lower_).subspan(at(number * order_), at(length));
  };
  for (Index i = 0; i < order_; ++i) {
    for (Index j = 0; j < i; ++j) {
      if (keeps(j)) {
        const double rest = matrix[at(j * order_ + i)] - dot(row(i, j), row(j, j));
        lower_[at(i * order_ + j)] = rest / lower_[at(j * order_ + j)];
      }
    }
    const double diagonal = matrix[at(i * order_ + i)];
    const double pivot = diagonal - dot(row(i, i), row(i, i));
    if (pivot > tolerance * diagonal && pivot > 0.0) {
      pivot_[at(i)] = pivot;
      lower_[at(i * order_ + i)] = std::sqrt(pivot);
    } else {
      std::fill_n(lower_.begin() + i * order_, i + 1, 0.0);
    }
  }
}

// The same by blocks of columns with BLAS; gives up at the first dependent column.
bool CholeskyFactor::factor_blocks(std::span<const double> matrix, double tolerance) {
  lower_.assign(matrix.begin(), matrix.end());
  pivot_.assign(at(order_), 0.0);
  const int stride = narrow<int>(order_);
  for (Index first = 0; first < order_; first += block) {
    const Index end = std::min(order_, first + block);
    for (Index i = first; i < end; ++i) {
      double* row = lower_.data() + i * order_;
      for (Index j = first; j <= i; ++j) {
        const double* other = lower_.data() + j * order_;
        double rest = row[j];
        for (Index k = first; k < j; ++k) {
          rest -= row[k] * other[k];
        }
        row[j] = j < i ? rest / other[j] : rest;
      }
      if (!(row[i] > tolerance * matrix[at(i * order_ + i)] && row[i] > 0.0)) {
        return false;
      }
      pivot_[at(i)] = row[i];
      row[i] = std::sqrt(row[i]);
    }
    const int width = narrow<int>(end - first), below = narrow<int>(order_ - end);
    if (below == 0) {
      break;
    }
    double* corner = lower_.data() + first * order_ + first;
    double* panel = lower_.data() + end * order_ + first;
    cblas_dtrsm(CblasRowMajor,
                CblasRight,
                CblasLower,
                CblasTrans,
                CblasNonUnit,
                below,
                width,
                1.0,
                corner,
                stride,
                panel,
                stride);
    cblas_dsyrk(CblasRowMajor,
                CblasLower,
                CblasNoTrans,
                below,
                width,
                -1.0,
                panel,
                stride,
                1.0,
                lower_.data() + end * order_ + end,
                stride);
  }
  return true;
}

Index CholeskyFactor::rank() const noexcept {
  return std::count_if(pivot_.begin(), pivot_.end(), [](double pivot) { return pivot > 0.0; });
}

void CholeskyFactor::solve(std::span<double> values) const {
  for (Index i = 0; i < order_; ++i) {
    if (!keeps(i)) {
      values[at(i)] = 0.0;
      continue;
    }
    const auto row = std::span<const double>(lower_).subspan(at(i * order_), at(i));
    values[at(i)] = (values[at(i)] - dot(row, values.first(at(i)))) / lower_[at(i * order_ + i)];
  }
  for (Index i = order_ - 1; i >= 0; --i) {
    if (!keeps(i)) {
      continue;
    }
    const double solved = values[at(i)] / lower_[at(i * order_ + i)];
    values[at(i)] = solved;
    for (Index j = 0; j < i; ++j) {
      values[at(j)] -= solved * lower_[at(i * order_ + j)];
    }
  }
}

std::vector<double> CholeskyFactor::inverse() const {
  std::vector<double> result(at(order_ * order_), 0.0);
  for (Index column = 0; column < order_; ++column) {
    if (keeps(column)) {
      const auto values = std::span<double>(result).subspan(at(column * order_), at(order_));
      values[at(column)] = 1.0;
      solve(values);
    }
  }
  return result;
}

} // namespace vigil
