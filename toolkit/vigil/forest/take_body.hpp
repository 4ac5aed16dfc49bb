// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace vigil::forest {
namespace {

/// SortKernel::take, one slot after another without a branch. Internal linkage, as sort_body.hpp.
inline std::size_t take_slots(std::uint32_t* slots, std::size_t lines, std::uint32_t* keys) {
  std::size_t count = 0;
  for (std::size_t slot = 0; slot < 16 * lines; ++slot) {
    const std::uint32_t key = std::exchange(slots[slot], 0U);
    keys[count] = key;
    count += key != 0 ? 1U : 0U;
  }
  return count;
}

} // namespace
} // namespace vigil::forest
