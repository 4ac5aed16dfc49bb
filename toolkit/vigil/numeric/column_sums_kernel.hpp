// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <cstdint>

namespace vigil {

/// Sums of float columns x under several weightings w, about zero:
///
///   first = sum_i w_i x_i,   second = sum_i w_i x_i^2
///
/// order   rows in fours: the terms of a four are added by fused multiply-adds, in ascending order from zero, and the
///         fours in ascending order. The bits depend on the column and the weighting alone, and are the same for every
///         kernel, and for a weighting of 0 and 1 as bits or as weights (x finite).
struct ColumnSumsTask {
  const float* columns; ///< `count` columns, `rows` apart
  Index rows, count;
  const std::uint64_t* bits; ///< row 64 s + b of weighting u: bit b of bits[s * units + u]
  Index units;               ///< weightings of 0 and 1 alone; a multiple of four
  const double* weights;     ///< row 4 f + r of weighting v: weights[(f * others + v) * 4 + r]
  Index others;
  double *first, *second; ///< `count` values of each weighting, those of bits first
  double* scratch;        ///< column_sums_scratch * (units + others) values
};

constexpr Index column_sums_scratch = 16;

using ColumnSumsKernel = void (*)(const ColumnSumsTask&);
void column_sums_avx512(const ColumnSumsTask& task);
void column_sums_avx2(const ColumnSumsTask& task);
void column_sums_plain(const ColumnSumsTask& task);

} // namespace vigil
