// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/shrunk_correlation.hpp"

#include "vigil/base/contract.hpp"
#include "vigil/numeric/cross_products.hpp"

#include <algorithm>

namespace vigil::select {

ShrunkCorrelation
shrunk_correlation(std::span<const double> columns, Index rows, Index degrees_of_freedom) {
  VIGIL_EXPECTS(rows > 0 && degrees_of_freedom > 0 && size_of(columns) % rows == 0);
  const Index order = size_of(columns) / rows;
  const auto freedom = static_cast<double>(degrees_of_freedom);
  ShrunkCorrelation result{.values = std::vector<double>(at(order * order), 0.0)};
  add_cross_products(columns, rows, 1.0 / freedom, result.values);
  double norm = 0.0, distance = 0.0; // ||S||^2, ||S - I||^2
  for (Index row = 0; row < order; ++row) {
    for (Index column = 0; column < order; ++column) {
      const double value = result.values[at(row * order + column)];
      const double rest = value - (row == column ? 1.0 : 0.0);
      norm += value * value;
      distance += rest * rest;
    }
  }
  double fourth = 0.0; // sum of ||e_i||^4
  for (Index row = 0; row < rows; ++row) {
    double square = 0.0;
    for (Index column = 0; column < order; ++column) {
      const double value = columns[at(column * rows + row)];
      square += value * value;
    }
    fourth += square * square;
  }
  const double noise =
      (fourth + (static_cast<double>(rows) - 2.0 * freedom) * norm) / (freedom * freedom);
  result.intensity = noise < distance ? std::max(0.0, noise / distance) : 1.0;
  for (Index row = 0; row < order; ++row) {
    for (Index column = 0; column < order; ++column) {
      double& value = result.values[at(row * order + column)];
      value = row == column ? 1.0 : (1.0 - result.intensity) * value;
    }
  }
  return result;
}

} // namespace vigil::select
