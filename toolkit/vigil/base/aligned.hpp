// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <limits>
#include <new>
#include <vector>

namespace vigil {

/// Memory that begins with a line of the processor's cache: a register of 64 bytes read from it touches one line, not two.
/// checked by tests/unit/base/large_pages_test
template <class Value>
struct LineAllocator {
  using value_type = Value;
  static constexpr std::align_val_t line{64};

  LineAllocator() = default;
  template <class Other> // NOLINTNEXTLINE(google-explicit-constructor): allocators convert
  constexpr LineAllocator(const LineAllocator<Other>& /*other*/) noexcept {}

  [[nodiscard]] Value* allocate(std::size_t count) {
    if (count > std::numeric_limits<std::size_t>::max() / sizeof(Value)) {
      throw std::bad_array_new_length();
    }
    return static_cast<Value*>(::operator new(count * sizeof(Value), line));
  }
  void deallocate(Value* first, std::size_t /*count*/) noexcept { ::operator delete(first, line); }

  friend constexpr bool operator==(LineAllocator, LineAllocator) noexcept { return true; }
};

template <class Value>
using AlignedVector = std::vector<Value, LineAllocator<Value>>;

} // namespace vigil
