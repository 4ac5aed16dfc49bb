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

/// What sweeps say of markers at a later residual (ResidualSubspace): out[c] = sum_k part[k] * products[k][c].
/// Fused multiply-adds in the order of k: the same bits for every kernel.
struct MixTask {
  const float* const* products; ///< `number` lists of `count` values
  const float* part;            ///< `number` values
  Index number, count;
  float* out;
};

/// Whether |value[c]| + norm[c] rest + uncentred[c] slack > limit factor[c], or is not a number, and so is
/// checked[c] + norm[c] moved: bit c % 16 of over[c / 16]. The same bits for every kernel.
struct ExcessTask {
  const float *value, *norm, *uncentred, *factor;
  const float* checked; ///< null: the second is not asked
  float rest, slack, limit, moved;
  Index count;
  std::uint16_t* over;
};

struct SweepKernel {
  void (*sweep)(const SweepTask& task);
  void (*mix)(const MixTask& task);
  void (*find_excess)(const ExcessTask& task);
};
extern const SweepKernel sweep_avx512, sweep_avx2, sweep_plain;

} // namespace vigil::penalized
