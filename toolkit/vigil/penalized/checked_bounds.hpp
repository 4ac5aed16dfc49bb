// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/penalized/residual_subspace.hpp"

#include <span>
#include <vector>

namespace vigil::penalized {

/// What products with earlier residuals say of the markers: z'r0 bounds z'r near r0, by Cauchy and Schwarz in the
/// metric of ResidualSubspace,
///
///   |z'r| <= |z'r0| + norm_z ||r - r0||
///
/// One bound per marker, for one residual; infinite until there is a product.
/// cost  move_to: O(markers); 4 bytes per marker
/// checked by tests/unit/penalized/checked_bounds_test
class CheckedBounds {
public:
  CheckedBounds() = default;
  explicit CheckedBounds(Index markers);

  /// A little more than ||r - r0||; infinite before the first move_to().
  [[nodiscard]] double distance(const ResidualSubspace& subspace,
                                std::span<const double> residual) const;
  /// Carries all bounds over to this residual. norm: MarkerNorms::norm.
  void move_to(const ResidualSubspace& subspace,
               std::span<const double> residual,
               std::span<const float> norm);
  /// bound: at least |z'r| of the present residual.
  void set(Index marker, double bound);
  [[nodiscard]] std::span<const float> values() const noexcept { return bound_; }

private:
  std::vector<float> bound_;
  std::vector<double> residual_; ///< by row
};

} // namespace vigil::penalized
