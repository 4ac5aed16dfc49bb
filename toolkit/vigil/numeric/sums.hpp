// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <span>

namespace vigil {

/// Sums in double, in ascending order of position, by eight interleaved partial sums that are added in a
/// fixed tree: the order depends on the length alone.
[[nodiscard]] double sum(std::span<const double> values);
[[nodiscard]] double dot(std::span<const double> left, std::span<const double> right);

/// Weighted moments of the finite cells of a column; NaN cells and zero weights are left out.
///
///   mean = sum w x / sum w,   variance = sum w (x - mean)^2 / sum w   (two passes, divisor W)
struct Moments {
  double weight = 0.0; ///< total weight of the finite cells
  double mean = 0.0;
  double variance = 0.0;
  Index finite = 0; ///< cells with positive weight and a finite value
  double smallest = 0.0, largest = 0.0;
};
[[nodiscard]] Moments weighted_moments(std::span<const double> values,
                                       std::span<const double> weights);
[[nodiscard]] Moments weighted_moments(std::span<const float> values,
                                       std::span<const double> weights);

} // namespace vigil
