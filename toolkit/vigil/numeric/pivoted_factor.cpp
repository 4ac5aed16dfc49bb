// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/pivoted_factor.hpp"

#include <algorithm>
#include <vector>

// LAPACK; the last argument is the length of the first.
// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" void dpstrf_(const char* triangle,
                        const int* order,
                        double* matrix,
                        const int* stride,
                        int* pivots,
                        int* rank,
                        const double* tolerance,
                        double* work,
                        int* info,
                        std::size_t length);

namespace vigil {

GrowingMatrix pivoted_factor(MatrixView matrix) {
  VIGIL_EXPECTS(matrix.rows == matrix.columns);
  GrowingMatrix result(matrix.rows);
  if (matrix.rows == 0) {
    return result;
  }
  const int order = narrow<int>(matrix.rows);
  std::vector<double> lower(at(matrix.rows * matrix.rows));
  for (Index column = 0; column < matrix.columns; ++column) {
    const double* from = matrix.data + column * matrix.stride;
    std::copy_n(from, matrix.rows, lower.begin() + column * matrix.rows);
  }
  std::vector<int> pivots(at(matrix.rows));
  std::vector<double> work(at(2 * matrix.rows));
  const double tolerance = -1.0; // order 2^-53 times the largest diagonal element
  int rank = 0, info = 0;
  dpstrf_("L",
          &order,
          lower.data(),
          &order,
          pivots.data(),
          &rank,
          &tolerance,
          work.data(),
          &info,
          std::size_t{1});
  VIGIL_ENSURES(info >= 0);
  result = zeros(matrix.rows, rank);
  for (Index column = 0; column < rank; ++column) {
    for (Index row = column; row < matrix.rows; ++row) {
      result(pivots[at(row)] - 1, column) = lower[at(column * matrix.rows + row)];
    }
  }
  return result;
}

} // namespace vigil
