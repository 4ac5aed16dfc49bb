// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/sort_kernel.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

// The one body of the sorting network, compiled by each kernel file for its own instructions. Everything here has internal
// linkage, so that no kernel gets another one's code.
namespace vigil::forest {
namespace {

/// The registers of an instruction set: wider ones than it has are taken apart into single keys by g++ 12.
using Keys8 = std::uint32_t __attribute__((vector_size(32)));
using Keys16 = std::uint32_t __attribute__((vector_size(64)));

template <class Keys>
constexpr int lanes = sizeof(Keys) / sizeof(std::uint32_t);
template <class Keys>
using EveryLane = std::make_integer_sequence<int, lanes<Keys>>;

// Registers go by reference: by value they would follow another convention where a processor has none so wide.

/// The smaller of each lane goes to the first, the larger to the second.
template <class Keys>
void order(Keys& first, Keys& second) {
  const Keys one = first, other = second;
  first = one < other ? one : other;
  second = one < other ? other : one;
}

/// Compares lane i with lane i ^ X; the larger one goes to the lane that has the highest bit of X.
template <int X, class Keys, int... I>
void exchange(Keys& values, std::integer_sequence<int, I...>) {
  constexpr int high = static_cast<int>(std::bit_floor(static_cast<unsigned>(X)));
  Keys smaller = values, larger = __builtin_shufflevector(values, values, (I ^ X)...);
  order(smaller, larger);
  values = __builtin_shufflevector(smaller, larger, ((I & high) != 0 ? I + lanes<Keys> : I)...);
}

/// Sorts groups of Width lanes, each of which first falls and then rises, or the other way round.
template <int Width, class Keys>
void merge_lanes(Keys& values) {
  if constexpr (Width > 1) {
    exchange<Width / 2>(values, EveryLane<Keys>());
    merge_lanes<Width / 2>(values);
  }
}

/// Sorts groups of Width lanes.
template <int Width, class Keys>
void sort_lanes(Keys& values) {
  if constexpr (Width > 1) {
    sort_lanes<Width / 2>(values);
    exchange<Width - 1>(values, EveryLane<Keys>());
    merge_lanes<Width / 2>(values);
  }
}

template <class Keys, int... I>
void reverse(Keys& values, std::integer_sequence<int, I...>) {
  values = __builtin_shufflevector(values, values, (lanes<Keys> - 1 - I)...);
}

/// R registers, a power of two: bitonic merging (Batcher 1968).
template <int R, class Keys>
void sort_registers(Keys* values) {
  if constexpr (R == 1) {
    sort_lanes<lanes<Keys>>(values[0]);
  } else {
    constexpr int half = R / 2;
    sort_registers<half>(values);
    sort_registers<half>(values + half);
    std::reverse(values + half, values + R);
    for (int i = 0; i < half; ++i) {
      reverse(values[half + i], EveryLane<Keys>());
      order(values[i], values[half + i]);
    }
    for (int step = half / 2; step >= 1; step /= 2) {
      for (int first = 0; first < R; first += 2 * step) {
        for (int i = first; i < first + step; ++i) {
          order(values[i], values[i + step]);
        }
      }
    }
    for (int i = 0; i < R; ++i) {
      merge_lanes<lanes<Keys>>(values[i]);
    }
  }
}

template <int R, class Keys>
void sort_padded(std::uint32_t* keys, std::size_t count) {
  std::fill(
      keys + count, keys + std::size_t{R} * lanes<Keys>, std::numeric_limits<std::uint32_t>::max());
  Keys values[R];
  __builtin_memcpy(values, keys, sizeof values);
  sort_registers<R>(values);
  __builtin_memcpy(keys, values, sizeof values);
}

/// Keys that R registers hold, or fewer.
template <int R, class Keys>
void sort_by_network(std::uint32_t* keys, std::size_t count) {
  if constexpr (R > 1) {
    if (count <= std::size_t{R} / 2 * lanes<Keys>) {
      sort_by_network<R / 2, Keys>(keys, count);
      return;
    }
  }
  sort_padded<R, Keys>(keys, count);
}

} // namespace
} // namespace vigil::forest
