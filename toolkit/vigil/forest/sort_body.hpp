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

using Lanes = std::uint32_t __attribute__((vector_size(64)));

// Registers go by reference: by value they would follow another convention where a processor has none so wide.

/// Compares lane i with lane i ^ X; the larger one goes to the lane that has the highest bit of X.
template <int X, int... I>
void exchange(Lanes& values, std::integer_sequence<int, I...>) {
  constexpr int high = static_cast<int>(std::bit_floor(static_cast<unsigned>(X)));
  const Lanes other = __builtin_shufflevector(values, values, (I ^ X)...);
  const Lanes smaller = values < other ? values : other;
  const Lanes larger = values < other ? other : values;
  values = __builtin_shufflevector(smaller, larger, ((I & high) != 0 ? I + sorted_lanes : I)...);
}

template <int... X>
void exchange_all(Lanes& values) {
  (exchange<X>(values, std::make_integer_sequence<int, sorted_lanes>()), ...);
}

/// The smaller of each lane goes to the first, the larger to the second.
template <class Vector>
void order(Vector& first, Vector& second) {
  const Vector one = first, other = second;
  first = one < other ? one : other;
  second = one < other ? other : one;
}

template <int... I>
void reverse(Lanes& values, std::integer_sequence<int, I...>) {
  values = __builtin_shufflevector(values, values, (sorted_lanes - 1 - I)...);
}

/// R registers, a power of two: bitonic merging (Batcher 1968).
template <int R>
void sort_registers(Lanes* values) {
  if constexpr (R == 1) {
    exchange_all<1, 3, 1, 7, 2, 1, 15, 4, 2, 1>(values[0]);
  } else {
    constexpr int half = R / 2;
    sort_registers<half>(values);
    sort_registers<half>(values + half);
    std::reverse(values + half, values + R);
    for (int i = 0; i < half; ++i) {
      reverse(values[half + i], std::make_integer_sequence<int, sorted_lanes>());
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
      exchange_all<8, 4, 2, 1>(values[i]);
    }
  }
}

template <int R>
void sort_padded(std::uint32_t* keys, std::size_t count) {
  std::fill(keys + count,
            keys + std::size_t{R} * sorted_lanes,
            std::numeric_limits<std::uint32_t>::max());
  Lanes values[R];
  __builtin_memcpy(values, keys, sizeof values);
  sort_registers<R>(values);
  __builtin_memcpy(keys, values, sizeof values);
}

/// Keys that R registers hold, or fewer.
template <int R>
void sort_by_network(std::uint32_t* keys, std::size_t count) {
  if constexpr (R > 1) {
    if (count <= std::size_t{R} / 2 * sorted_lanes) {
      sort_by_network<R / 2>(keys, count);
      return;
    }
  }
  sort_padded<R>(keys, count);
}

} // namespace
} // namespace vigil::forest
