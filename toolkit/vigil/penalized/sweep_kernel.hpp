// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

namespace vigil::penalized {

/// Products of float columns with float directions: out[d][c] = sum_i columns[c * length + i] * directions[d][i].
///
/// order   sixteen lanes of fused multiply-adds over at most 1024 rows, lanes added in a fixed tree, these sums added
///         in double: the bits depend on the column and the direction alone, and are the same for every kernel
struct SweepTask {
  const float* columns; ///< `count` columns, `length` apart
  Index length, count;
  const float* const* directions; ///< `length` values each
  Index number;                   ///< of directions
  double* const* out;             ///< `count` values for each direction
};

constexpr Index sweep_lanes = 16;
constexpr Index sweep_rows = 1024; ///< added in float before double takes over

void sweep_avx512(const SweepTask& task);
void sweep_avx2(const SweepTask& task);
void sweep_plain(const SweepTask& task);

} // namespace vigil::penalized
