// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <span>
#include <vector>

namespace vigil::penalized {

/// Proves for most columns, without reading them, that a residual leaves them at zero.
///
/// A sweep over the matrix was made for each of K directions q_k, orthonormal in the metric sum r_i s_i / w_i; C holds
/// their products with all columns. Any later residual is r = Q a + e, and for a column z, centred and scaled,
///
///   |z'r| <= |sum_k a_k C_zk| + norm_z ||e|| + slack uncentred_z sum_k |a_k|
///   slack  = 1.01 (min(n, 64) + 4 + K + 10) 2^-24
///
/// by Cauchy and Schwarz in the weighted metric; the slack covers float products of at most 1024 rows in 16 lanes (64 in
/// each, whichever the n rows of positive weight are), their centring and scaling by floats, C in float and its
/// combination in float. The directions are held as the floats that were swept, so that r = Q a + e is
/// exact to double rounding. With case weights 0 and 1 the metric is the plain one on the resample's own rows.
///
/// source  design of the project (docs/methods/certificate.md); checked by tests/unit/penalized/residual_subspace_test
class ResidualSubspace {
public:
  /// weight: of each row, positive. most: directions held at once.
  ResidualSubspace(std::span<const double> weight, Index markers, Index most);

  struct Split {
    std::vector<float> part;  ///< a, in float for the combination
    std::vector<double> rest; ///< e, by row
    double rest_norm = 0.0;
    double part_sum = 0.0; ///< sum_k |a_k|
  };
  [[nodiscard]] Split split(std::span<const double> residual) const;
  [[nodiscard]] Index directions() const noexcept { return size_of(direction_); }
  [[nodiscard]] bool full() const noexcept { return directions() == most_; }
  /// Forgets the oldest direction; a split has to be made anew.
  void drop_oldest();
  /// Adds a direction: values / norm, as floats. Its products have to be filled in.
  void add(std::span<const double> values, double norm);
  /// The last direction by row, and where its products with the prepared columns belong.
  [[nodiscard]] std::span<const float> last_direction() const { return direction_.back(); }
  [[nodiscard]] std::span<float> last_products();

  /// C_zk of direction k for every marker.
  [[nodiscard]] std::span<const float> products(Index direction) const {
    return products_[at(direction)];
  }
  [[nodiscard]] double slack(const Split& split) const noexcept;
  /// ||r|| in the metric, and the slack of one float product of the residual itself.
  [[nodiscard]] double norm(std::span<const double> residual) const noexcept;
  [[nodiscard]] double product_slack(double norm) const noexcept;

private:
  [[nodiscard]] double roundings(double further) const noexcept;

  std::vector<double> inverse_weight_;
  Index markers_, most_;
  std::vector<std::vector<float>> direction_; ///< oldest first
  std::vector<std::vector<float>> products_;  ///< markers for each direction
};

} // namespace vigil::penalized
