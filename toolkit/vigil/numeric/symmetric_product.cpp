// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Not dsymv: OpenBLAS's for processors without AVX2 reads beyond the end of the matrix.
#include "vigil/base/contract.hpp"
#include "vigil/numeric/dense.hpp"
#include "vigil/numeric/four_lanes.hpp"

#include <algorithm>
#include <array>

namespace vigil {

namespace {

constexpr Index lanes = 4, columns_at_once = 4;

struct Column {
  const double* values = nullptr;
  __m256d factor, sum;
};

// The part of `count` columns from `first` on within the rows first .. end, one entry at a time.
void add_corner(MatrixView matrix,
                Index first,
                Index count,
                Index end,
                std::span<const double> x,
                std::span<double> out) {
  for (Index column = first; column < first + count; ++column) {
    const double* values = matrix.data + column * matrix.stride;
    out[at(column)] += values[column] * x[at(column)];
    for (Index row = column + 1; row < end; ++row) {
      out[at(row)] += values[row] * x[at(column)];
      out[at(column)] += values[row] * x[at(row)];
    }
  }
}

} // namespace

// Four columns of the lower triangle at a time: each entry is read once, for its row and for its column.
void multiply_symmetric(MatrixView matrix, std::span<const double> x, std::span<double> out) {
  const Index order = matrix.columns;
  VIGIL_EXPECTS(size_of(x) == order && size_of(out) == order);
  std::fill(out.begin(), out.end(), 0.0);
  Index first = 0;
  for (; first + columns_at_once <= order; first += columns_at_once) {
    const Index below = first + columns_at_once;
    add_corner(matrix, first, columns_at_once, below, x, out);
    std::array<Column, columns_at_once> column{};
    for (Index number = 0; number < columns_at_once; ++number) {
      const Index place = first + number;
      column[at(number)] = {.values = matrix.data + place * matrix.stride,
                            .factor = _mm256_set1_pd(x[at(place)]),
                            .sum = _mm256_setzero_pd()};
    }
    Index row = below;
    for (; row + lanes <= order; row += lanes) {
      const __m256d along = _mm256_loadu_pd(x.data() + row);
      __m256d result = _mm256_loadu_pd(out.data() + row);
      for (Column& each : column) {
        const __m256d values = _mm256_loadu_pd(each.values + row);
        result = _mm256_fmadd_pd(values, each.factor, result);
        each.sum = _mm256_fmadd_pd(values, along, each.sum);
      }
      _mm256_storeu_pd(out.data() + row, result);
    }
    for (Index number = 0; number < columns_at_once; ++number) {
      const Column& each = column[at(number)];
      const std::size_t place = at(first + number);
      out[place] += total(each.sum);
      for (Index rest = row; rest < order; ++rest) {
        out[at(rest)] += each.values[rest] * x[place];
        out[place] += each.values[rest] * x[at(rest)];
      }
    }
  }
  add_corner(matrix, first, order - first, order, x, out);
}

} // namespace vigil
