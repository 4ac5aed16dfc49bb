// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/gaussian_knockoffs.hpp"

#include "vigil/numeric/factor.hpp"
#include "vigil/numeric/pivoted_factor.hpp"

#include <algorithm>

namespace vigil::select {

GaussianKnockoffs::GaussianKnockoffs(std::span<const double> correlation,
                                     std::span<const double> gap) {
  const Index order = size_of(gap);
  VIGIL_EXPECTS(size_of(correlation) == order * order);
  const std::vector<double> inverse = CholeskyFactor(correlation, order, 0.0).inverse();
  kept_ = zeros(order, order);
  GrowingMatrix variance = zeros(order, order);
  for (Index column = 0; column < order; ++column) {
    for (Index row = 0; row < order; ++row) {
      // of two equal entries of the inverse, which rounding may tell apart, the same one
      const double entry = inverse[at(std::max(row, column) * order + std::min(row, column))];
      const double one = row == column ? 1.0 : 0.0;
      kept_(column, row) = one - entry * gap[at(column)];
      variance(row, column) = gap[at(row)] * (2.0 * one - entry * gap[at(column)]);
    }
  }
  noise_ = pivoted_factor(view(variance));
}

std::vector<double> GaussianKnockoffs::draw(std::span<const double> residuals,
                                            const ResidualProjection& projection,
                                            const RandomKey& key) const {
  const Index rows = projection.rows();
  VIGIL_EXPECTS(size_of(residuals) == rows * order());
  GrowingMatrix drawn = zeros(rows, noise_.columns());
  for (Index column = 0; column < drawn.columns(); ++column) {
    RandomStream stream(key.child(column));
    const auto values = drawn.column(column);
    std::generate(values.begin(), values.end(), [&] { return stream.normal(); });
    projection.remove_from(values);
  }
  GrowingMatrix result = zeros(rows, order());
  const MatrixView features{.data = residuals.data(),
                            .rows = rows,
                            .columns = order(),
                            .stride = std::max<Index>(1, rows)};
  outer_multiply(features, view(kept_), 1.0, 0.0, result);
  outer_multiply(view(drawn), view(noise_), 1.0, 1.0, result);
  std::vector<double> knockoffs;
  knockoffs.reserve(residuals.size());
  for (Index column = 0; column < order(); ++column) {
    const auto values = result.column(column);
    knockoffs.insert(knockoffs.end(), values.begin(), values.end());
  }
  return knockoffs;
}

} // namespace vigil::select
