// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/checked_bounds.hpp"

#include <limits>

namespace vigil::penalized {

namespace {

constexpr double rounded_up = 1.0001;
constexpr float sum_rounded_up =
    1.000001F; // covers the three roundings of a bound that is carried over
constexpr float infinite = std::numeric_limits<float>::infinity();

} // namespace

CheckedBounds::CheckedBounds(Index markers) : bound_(at(markers), infinite) {}

double CheckedBounds::distance(const ResidualSubspace& subspace,
                               std::span<const double> residual) const {
  if (residual_.empty()) {
    return std::numeric_limits<double>::infinity();
  }
  std::vector<double> change(residual.begin(), residual.end());
  for (std::size_t row = 0; row < change.size(); ++row) {
    change[row] -= residual_[row];
  }
  return rounded_up * subspace.norm(change);
}

void CheckedBounds::move_to(const ResidualSubspace& subspace,
                            std::span<const double> residual,
                            std::span<const float> norm) {
  if (!residual_.empty()) {
    const auto moved = static_cast<float>(distance(subspace, residual));
    for (std::size_t marker = 0; marker < bound_.size(); ++marker) {
      bound_[marker] = sum_rounded_up * bound_[marker] + moved * norm[marker];
    }
  }
  residual_.assign(residual.begin(), residual.end());
}

void CheckedBounds::set(Index marker, double bound) {
  bound_[at(marker)] = sum_rounded_up * static_cast<float>(bound);
}

} // namespace vigil::penalized
