// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace vigil::forest {

constexpr int time_blocks = 16; ///< of a node's event times: lanes of a register
constexpr int half_blocks = time_blocks / 2;

/// A row as the kernel reads it.
struct alignas(16) BlockRow {
  float weight = 0.0F; ///< u
  float part =
      0.0F; ///< u (B_i - B before its last block) where that block ends after the row, else 0
  std::int32_t reached = 0; ///< blocks with an event time at which it is at risk
  std::int32_t passed = 0;  ///< blocks at all of whose event times it is at risk
};

/// Upper bounds of Q = sum_j b_j Y_j^2 of the rows taken so far, one after each row or after every fourth, and after the last.
struct VarianceTask {
  const BlockRow* rows;
  const float* kernel; ///< by block: sum of b_j
  const std::uint32_t* places;
  std::ptrdiff_t step; ///< 1: places ascend from the first; -1: they descend from it
  std::size_t count;
  float* bound; ///< with room for as many as there are, rounded up to whole registers
};
constexpr std::size_t rows_of_coarse_bound = 4;

/// The bounds of VarianceBound; every term is positive, so that rounding is relative.
/// checked by tests/unit/forest/variance_bound_test
struct VarianceKernel {
  void (*scan)(const VarianceTask& task);
  void (*scan_coarsely)(const VarianceTask& task); ///< after every fourth row
};
extern const VarianceKernel variance_avx512, variance_avx2;

} // namespace vigil::forest
