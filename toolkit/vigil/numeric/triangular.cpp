// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Four columns of the triangle at a time: each entry is read once, in the order in which it lies in memory.
#include "vigil/base/contract.hpp"
#include "vigil/numeric/dense.hpp"
#include "vigil/numeric/four_lanes.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace vigil {

namespace {

constexpr Index lanes = 4, columns_at_once = 4;

using Four = std::array<double, at(columns_at_once)>;

const double* entry(MatrixView matrix, Index row, Index column) {
  return matrix.data + column * matrix.stride + row;
}

// out[row] -= sum of the four columns from `first` on, times their factors, for the rows from `row` on.
void subtract_columns(
    MatrixView matrix, Index first, Index row, const Four& factor, std::span<double> out) {
  const Index order = size_of(out);
  const double* const c0 = entry(matrix, 0, first);
  const double* const c1 = c0 + matrix.stride;
  const double* const c2 = c1 + matrix.stride;
  const double* const c3 = c2 + matrix.stride;
  const __m256d f0 = _mm256_set1_pd(factor[0]), f1 = _mm256_set1_pd(factor[1]),
                f2 = _mm256_set1_pd(factor[2]), f3 = _mm256_set1_pd(factor[3]);
  for (; row + lanes <= order; row += lanes) {
    __m256d value = _mm256_loadu_pd(out.data() + row);
    value = _mm256_fnmadd_pd(_mm256_loadu_pd(c0 + row), f0, value);
    value = _mm256_fnmadd_pd(_mm256_loadu_pd(c1 + row), f1, value);
    value = _mm256_fnmadd_pd(_mm256_loadu_pd(c2 + row), f2, value);
    value = _mm256_fnmadd_pd(_mm256_loadu_pd(c3 + row), f3, value);
    _mm256_storeu_pd(out.data() + row, value);
  }
  for (; row < order; ++row) {
    out[at(row)] -=
        c0[row] * factor[0] + c1[row] * factor[1] + c2[row] * factor[2] + c3[row] * factor[3];
  }
}

// Products of the four columns from `first` on with x, over the rows from `row` on.
Four products(MatrixView matrix, Index first, Index row, std::span<const double> x) {
  const Index order = size_of(x);
  const double* const c0 = entry(matrix, 0, first);
  const double* const c1 = c0 + matrix.stride;
  const double* const c2 = c1 + matrix.stride;
  const double* const c3 = c2 + matrix.stride;
  __m256d s0 = _mm256_setzero_pd(), s1 = s0, s2 = s0, s3 = s0;
  for (; row + lanes <= order; row += lanes) {
    const __m256d value = _mm256_loadu_pd(x.data() + row);
    s0 = _mm256_fmadd_pd(_mm256_loadu_pd(c0 + row), value, s0);
    s1 = _mm256_fmadd_pd(_mm256_loadu_pd(c1 + row), value, s1);
    s2 = _mm256_fmadd_pd(_mm256_loadu_pd(c2 + row), value, s2);
    s3 = _mm256_fmadd_pd(_mm256_loadu_pd(c3 + row), value, s3);
  }
  Four sums{total(s0), total(s1), total(s2), total(s3)};
  for (; row < order; ++row) {
    sums[0] += c0[row] * x[at(row)];
    sums[1] += c1[row] * x[at(row)];
    sums[2] += c2[row] * x[at(row)];
    sums[3] += c3[row] * x[at(row)];
  }
  return sums;
}

// Solves for the unknowns first .. end, the others known and taken off. What the next unknown waits for is short: the
// divisions do not depend on the unknowns before, and the one that became known last is taken off last.
void solve_corner(MatrixView lower, Index first, Index end, std::span<double> x) {
  for (Index row = first; row < end; ++row) {
    const double inverse = 1.0 / *entry(lower, row, row);
    double value = x[at(row)];
    for (Index column = first; column < row; ++column) {
      value = std::fma(-*entry(lower, row, column), x[at(column)], value);
    }
    x[at(row)] = value * inverse;
  }
}

void solve_corner_transposed(MatrixView lower, Index first, Index end, std::span<double> x) {
  for (Index row = end - 1; row >= first; --row) {
    const double inverse = 1.0 / *entry(lower, row, row);
    double value = x[at(row)];
    for (Index other = end - 1; other > row; --other) {
      value = std::fma(-*entry(lower, other, row), x[at(other)], value);
    }
    x[at(row)] = value * inverse;
  }
}

} // namespace

void solve_lower(MatrixView lower, std::span<double> x) {
  const Index order = size_of(x);
  VIGIL_EXPECTS(order <= lower.columns && order <= lower.rows);
  Index first = 0;
  for (; first + columns_at_once <= order; first += columns_at_once) {
    const Index end = first + columns_at_once;
    solve_corner(lower, first, end, x);
    subtract_columns(
        lower, first, end, {x[at(first)], x[at(first + 1)], x[at(first + 2)], x[at(first + 3)]}, x);
  }
  solve_corner(lower, first, order, x);
}

void solve_lower_transposed(MatrixView lower, std::span<double> x) {
  const Index order = size_of(x);
  VIGIL_EXPECTS(order <= lower.columns && order <= lower.rows);
  const Index whole = order / columns_at_once * columns_at_once;
  solve_corner_transposed(lower, whole, order, x);
  for (Index first = whole - columns_at_once; first >= 0; first -= columns_at_once) {
    const Four known = products(lower, first, first + columns_at_once, x);
    for (Index number = 0; number < columns_at_once; ++number) {
      x[at(first + number)] -= known[at(number)];
    }
    solve_corner_transposed(lower, first, first + columns_at_once, x);
  }
}

double squared_norm_lower_transposed(MatrixView lower, std::span<const double> x) {
  const Index order = size_of(x);
  VIGIL_EXPECTS(order <= lower.columns && order <= lower.rows);
  double result = 0.0;
  for (Index first = 0; first < order; first += columns_at_once) {
    const Index end = std::min(first + columns_at_once, order);
    const Four below = end - first == columns_at_once ? products(lower, first, end, x) : Four{};
    for (Index column = first; column < end; ++column) {
      double value = below[at(column - first)];
      for (Index row = column; row < end; ++row) {
        value += *entry(lower, row, column) * x[at(row)];
      }
      result += value * value;
    }
  }
  return result;
}

} // namespace vigil
