// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <cstdint>

namespace vigil::penalized {

/// Products of float columns with float directions: out[d][c] = sum_i columns[c][i] * directions[d][i].
///
/// order   sixteen lanes of fused multiply-adds over at most 1024 rows, lanes added in a fixed tree, these sums added
///         in double: the bits depend on the column and the direction alone, and are the same for every kernel
struct SweepTask {
  const float* const* columns;    ///< `length` values each
  Index length, count;            ///< count: of columns
  const float* const* directions; ///< `length` values each
  Index number;                   ///< of directions
  double* const* out;             ///< `count` values for each direction
};

constexpr Index sweep_lanes = 16;
constexpr Index sweep_rows = 1024; ///< added in float before double takes over

/// What is known of markers at a residual (MarkerBounds), sixteen at a time. Where
///
///   held[c] + norm[c] moved <= limit factor[c]
///
/// for all sixteen, nothing is done. The others are listed, ascending; for each of their markers
///
///   combined[c] = sum_k part[k] products[k][c]
///   bound       = |combined[c]| + norm[c] rest + uncentred[c] slack
///   held[c]     = min(held[c], raise bound - norm[c] settled)
///
/// over is said of a marker whose two bounds are both more than limit factor[c], or no numbers; pointed of one whose
/// |combined[c]| alone is. Fused multiply-adds in this order: the same bits for every kernel.
struct BoundTask {
  const float* const* products; ///< `number` lists of `count` values
  const float* part;            ///< `number` values
  Index number, count;
  const float *norm, *uncentred, *factor;
  bool same; ///< all norms and factors are those of the first marker: no others are read
  float rest, slack, limit, moved, raise, settled;
  float* held;     ///< null: nothing is held, and the bound is not
  float* combined; ///< of markers that were computed
  // one entry for each sixteen that is listed; room for all
  std::int32_t* sixteen;         ///< c / 16
  std::uint16_t *over, *pointed; ///< bit c % 16
};

struct SweepKernel {
  void (*sweep)(const SweepTask& task);
  Index (*bound)(const BoundTask& task); ///< how many are listed
};
extern const SweepKernel sweep_avx512, sweep_avx2, sweep_plain;

} // namespace vigil::penalized
