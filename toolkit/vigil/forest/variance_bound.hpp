// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/survival_node.hpp"
#include "vigil/forest/variance_kernel.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace vigil::forest {

/// Bounds from below of V, the variance of the log-rank numerator, for all cuts of a column at once.
///
/// With b_j = v_j / Y_j^2, A(t) = sum_{t_j <= t} v_j / Y_j and Y_Sj the weight at risk at t_j of one side S of a cut,
///
///   V = sum_S u_i A(T_i) - Q,   Q = sum_j b_j Y_Sj^2
///
/// whichever the side. The node's event times are put into 16 blocks. Within one Y_Sj falls from Y' at its first event time
/// to Y'' at its last, and a square lies below its chord: Y_Sj^2 <= (Y' + Y'') Y_Sj - Y' Y''. Hence
///
///   Q <= sum_blocks (b Y'' + P) Y'' + Y' P,   b = sum b_j,   P = sum b_j (Y_Sj - Y'')
///
/// where Y', Y'' and P add up over rows. A block of one event time is exact; else the bound is wrong by at most
/// b (Y' - Y'')^2 / 4. Blocks have equal steps of the third root of Y_j, which makes the sum of these nearly the smallest.
/// The first half of the cuts is scanned from the left and the second one from the right, so that the sums are those of
/// the smaller side and V does not drown in the difference.
///
/// Q is scanned in float. All terms are positive and no sum has more than m terms of relative error 2^-24, for m rows: the
/// relative error of the bound is at most k / (1 - k), k = (2 m + 12) 2^-24, below 1.25 k as m < 2^20. What double sums
/// over m rows and event times can lose here and in exact_variance is below 10^-9 of sum u_i A(T_i) over all. Both are taken off.
///
/// valid   for rows under observation from 0 in one stratum: Y_Sj must not grow
/// cost    about three nanoseconds per row; any_above: two
/// checked by tests/unit/forest/variance_bound_test
class VarianceBound {
public:
  void look_at(const SurvivalNode& node);
  /// lower.size() = rows - 1: entry i is for the cut with the first i + 1 of these places on its left.
  void scan(std::span<const std::uint32_t> places, std::vector<double>& lower);
  /// Whether some cut between two of these places, with at least `fewest` on either side, may have a U^2 / V above this gain:
  /// false is certain. Q is bounded at every fourth cut alone, which holds for those before it too, as it grows.
  [[nodiscard]] bool
  any_above(double gain, std::span<const std::uint32_t> places, std::size_t fewest);

private:
  void take_blocks(std::span<const SurvivalNode::EventTime> events);

  /// From the left or from the right.
  struct Half {
    std::vector<float> quadratic;
    std::vector<double> score, linear; ///< sums up to a cut; score: always on its left

    /// Whether score^2 scale > linear - factor Q - rounding at some of `count` cuts but the first ones. Overwrites the others.
    [[nodiscard]] bool
    any_above(double scale, double factor, double rounding, std::size_t first, std::size_t count);
  };
  struct Terms {
    std::int64_t score = 0;
    double linear = 0.0; ///< u A
  };
  template <class ScanKernel>
  void
  bound_halves(std::span<const std::uint32_t> places, std::size_t each, const ScanKernel& scan);

  void sum_halves(std::span<const std::uint32_t> places);

  std::vector<BlockRow> rows_; ///< by place
  std::vector<Terms> terms_;   ///< by place
  std::int64_t score_ = 0;     ///< of all
  std::array<Half, 2> halves_;
  std::vector<Index> block_; ///< by event time
  alignas(64) float kernel_[time_blocks] = {};
  double rounding_ = 0.0, design_ = 1.0, unit_ = 1.0;
};

} // namespace vigil::forest
