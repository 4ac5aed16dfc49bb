// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace vigil::forest {

constexpr std::size_t most_sorted = 256; ///< keys at once

/// checked by tests/unit/forest/key_order_test
struct SortKernel {
  /// Sorts different numbers, ascending: by a network in registers, without a branch.
  /// keys   aligned to 64 bytes, with room for 16, 32, 64, 128 or 256: what is beyond count is overwritten
  void (*sort)(std::uint32_t* keys, std::size_t count);
  /// Copies what is not 0, in order, and leaves zeros; returns how many that are.
  /// slots  lines of 16, aligned to 64 bytes
  /// keys   with room for a line more: what is beyond the copies is overwritten
  std::size_t (*take)(std::uint32_t* slots, std::size_t lines, std::uint32_t* keys);
};
extern const SortKernel sort_avx512, sort_avx2, sort_plain;

} // namespace vigil::forest
