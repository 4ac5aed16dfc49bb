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

/// Sums of one column under one weighting about its first value of positive weight, c:
///   first = sum w (x - c),  second = sum w (x - c)^2
/// so that mean = c + first / W, variance = second / W - (first / W)^2, with a cancellation of at most n to 1;
/// second is 0 exactly where the column is constant. c is NaN without weight.
struct MomentSums {
  double origin = 0.0, first = 0.0, second = 0.0;
};
/// A weighting as the sums want it: a value per row, and the first row of positive weight (no_index: none).
struct RowWeights {
  const double* values = nullptr;
  Index first_row = no_index;
};
/// One column under several weightings. Values in rows of weight 0 may be anything. Eight lanes, added in a fixed tree:
/// a sum depends on the column's rows of positive weight alone. cost 5 flops per value and weighting.
void moment_sums(std::span<const double> values,
                 std::span<const RowWeights> weightings,
                 std::span<MomentSums> out);

} // namespace vigil
