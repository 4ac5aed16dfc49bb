// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <utility>
#include <vector>

namespace vigil::test {

/// x with A x = b, by Gaussian elimination with row exchange; the matrix is row after row.
[[nodiscard]] inline std::vector<double> solution(std::vector<double> matrix,
                                                  std::vector<double> b) {
  const std::size_t order = b.size();
  for (std::size_t k = 0; k < order; ++k) {
    std::size_t best = k;
    for (std::size_t i = k; i < order; ++i) {
      best = std::fabs(matrix[i * order + k]) > std::fabs(matrix[best * order + k]) ? i : best;
    }
    for (std::size_t j = 0; j < order; ++j) {
      std::swap(matrix[k * order + j], matrix[best * order + j]);
    }
    std::swap(b[k], b[best]);
    for (std::size_t i = k + 1; i < order; ++i) {
      const double times = matrix[i * order + k] / matrix[k * order + k];
      for (std::size_t j = k; j < order; ++j) {
        matrix[i * order + j] -= times * matrix[k * order + j];
      }
      b[i] -= times * b[k];
    }
  }
  for (std::size_t k = order; k-- > 0;) {
    for (std::size_t j = k + 1; j < order; ++j) {
      b[k] -= matrix[k * order + j] * b[j];
    }
    b[k] /= matrix[k * order + k];
  }
  return b;
}

} // namespace vigil::test
