// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/variance_kernel.hpp"

#include <numeric>
#include <utility>

// The one body of the bounds, compiled by each kernel file for its own instructions. Everything here has internal linkage,
// so that no kernel gets another one's code.
namespace vigil::forest {
namespace {

using Half = float __attribute__((vector_size(4 * half_blocks)));

// Registers go by reference: by value they would follow another convention where a processor has none so wide.

/// Where lane `lane` of the sum of pairs of groups of W lanes comes from: group lane / W, of the first register where that
/// is even, of the second one (whose lanes count on) else.
template <int W>
constexpr int even_group(int lane) {
  return lane / (2 * W) * 2 * W + lane % W + (lane / W % 2 != 0 ? half_blocks : 0);
}

template <int W, int... I>
void add_groups(const Half& first,
                const Half& second,
                Half& sum,
                std::integer_sequence<int, I...>) {
  sum = __builtin_shufflevector(first, second, even_group<W>(I)...) +
        __builtin_shufflevector(first, second, (even_group<W>(I) + W)...);
}

/// Lane i of tile[0] becomes the sum over the lanes of tile[i]; the others are used up.
template <int W>
[[gnu::always_inline]] inline void add_lanes(Half* tile) {
  if constexpr (W < half_blocks) {
    for (int i = 0; i < half_blocks / W; i += 2) {
      add_groups<W>(
          tile[i], tile[i + 1], tile[i / 2], std::make_integer_sequence<int, half_blocks>());
    }
    add_lanes<2 * W>(tile);
  }
}

/// Registers by their number of lanes. (An alias whose size depends on a template parameter is a scalar to g++ 12.)
template <int Width>
struct Register;
template <>
struct Register<8> {
  using Floats = float __attribute__((vector_size(32)));
  using Integers = std::int32_t __attribute__((vector_size(32)));
};
template <>
struct Register<16> {
  using Floats = float __attribute__((vector_size(64)));
  using Integers = std::int32_t __attribute__((vector_size(64)));
};

/// All blocks in registers of Width lanes.
template <int Width>
class BlockSums {
  static constexpr int registers = time_blocks / Width;
  using Floats = typename Register<Width>::Floats;
  using Integers = typename Register<Width>::Integers;

public:
  explicit BlockSums(const float* kernel) {
    __builtin_memcpy(kernel_, kernel, sizeof kernel_);
    std::int32_t blocks[time_blocks];
    std::iota(blocks, blocks + time_blocks, 0);
    __builtin_memcpy(block_, blocks, sizeof block_);
  }

  void add(const BlockRow& row) {
    const Floats weight = Floats{} + row.weight, rest = Floats{} + row.part;
    const Integers reached = Integers{} + row.reached, passed = Integers{} + row.passed;
    for (int i = 0; i < registers; ++i) {
      at_start_[i] += block_[i] < reached ? weight : Floats{};
      at_end_[i] += block_[i] < passed ? weight : Floats{};
      part_[i] += block_[i] + 1 == reached ? rest : Floats{};
    }
  }

  /// The bound as eight sums of two blocks.
  void bound(Half& sum) const {
    Floats bound[registers];
    for (int i = 0; i < registers; ++i) {
      bound[i] = (kernel_[i] * at_end_[i] + part_[i]) * at_end_[i] + at_start_[i] * part_[i];
    }
    Half halves[2];
    __builtin_memcpy(halves, bound, sizeof halves);
    sum = halves[0] + halves[1];
  }

private:
  Floats kernel_[registers], at_start_[registers] = {}, at_end_[registers] = {},
                             part_[registers] = {};
  Integers block_[registers];
};

/// A bound after every Each rows.
template <int Width, std::size_t Each>
void scan_variance(const VarianceTask& task) {
  BlockSums<Width> sums(task.kernel);
  const std::uint32_t* place = task.places;
  float* bound = task.bound;
  Half tile[half_blocks] = {}; // what the last, shorter one leaves of the one before is not used
  for (std::size_t left = task.count; left > 0; bound += half_blocks) {
    for (int number = 0; number < half_blocks && left > 0; ++number) {
      const std::size_t rows = left < Each ? left : Each;
      left -= rows;
      for (std::size_t row = 0; row < rows; ++row, place += task.step) {
        sums.add(task.rows[*place]);
      }
      sums.bound(tile[number]);
    }
    add_lanes<1>(tile);
    __builtin_memcpy(bound, tile, sizeof tile[0]);
  }
}

template <int Width>
constexpr VarianceKernel variance_kernel{
    .scan = scan_variance<Width, 1>, .scan_coarsely = scan_variance<Width, rows_of_coarse_bound>};

} // namespace
} // namespace vigil::forest
