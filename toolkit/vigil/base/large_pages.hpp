// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <cstddef>
#include <limits>
#include <new>
#include <type_traits>
#include <vector>

namespace vigil {

/// `count` zeros, in large pages where the system gives them to those who ask (Linux: madvise). A pass over hundreds of
/// megabytes then needs few address translations: paths at 500 x 100,000 take an eighth less time.
/// checked by tests/unit/base/large_pages_test
[[nodiscard]] std::vector<float> zeros_in_large_pages(Index count);

/// From now on the heap keeps up to `bytes` of what is freed for the next one who asks, instead of giving it back to the
/// system and asking again: hundreds of fits come and go, and fresh pages cost more than what is computed in them. For
/// the start of a program; does nothing where the C library has no such setting.
/// checked by tests/unit/base/large_pages_test
void keep_freed_heap(Index bytes) noexcept;

/// While one of them lives, blocks of AnyContent that are freed are kept for the next one who asks for as much. The last
/// one to go gives them back. Any thread.
/// checked by tests/unit/base/large_pages_test
class KeptBlocks {
public:
  KeptBlocks() noexcept;
  ~KeptBlocks();
  KeptBlocks(const KeptBlocks&) = delete;
  KeptBlocks& operator=(const KeptBlocks&) = delete;
  KeptBlocks(KeptBlocks&&) = delete;
  KeptBlocks& operator=(KeptBlocks&&) = delete;
};

/// Memory that is zero as it comes, from 1 MiB on in large pages of its own. allocate: nullptr when there is none.
struct FreshZeros {
  [[nodiscard]] static void* allocate(std::size_t bytes) noexcept;
  static void release(void* first, std::size_t bytes) noexcept;
};
/// The same with whatever it holds, and with KeptBlocks.
struct AnyContent {
  [[nodiscard]] static void* allocate(std::size_t bytes) noexcept;
  static void release(void* first, std::size_t bytes) noexcept;
};

/// Of vectors that grow to many megabytes: a new value is what the memory holds, and is written by nobody before its
/// first use. What a vector has shrunk by and grows by again holds the old values.
/// checked by tests/unit/base/large_pages_test
template <class Value, class Memory>
struct LargeAllocator {
  static_assert(std::is_trivially_copyable_v<Value>);
  using value_type = Value;

  LargeAllocator() = default;
  template <class Other> // NOLINTNEXTLINE(google-explicit-constructor): allocators convert
  constexpr LargeAllocator(const LargeAllocator<Other, Memory>& /*other*/) noexcept {}

  [[nodiscard]] Value* allocate(std::size_t count) {
    if (count > std::numeric_limits<std::size_t>::max() / sizeof(Value)) {
      throw std::bad_array_new_length();
    }
    void* first = Memory::allocate(count * sizeof(Value));
    if (first == nullptr) {
      throw std::bad_alloc();
    }
    return static_cast<Value*>(first);
  }
  void deallocate(Value* first, std::size_t count) noexcept {
    Memory::release(first, count * sizeof(Value));
  }
  /// Of a new value: as it comes.
  void construct(Value* /*place*/) noexcept {}
  template <class From>
  void construct(Value* place, const From& from) {
    ::new (place) Value(from);
  }

  friend constexpr bool operator==(LargeAllocator, LargeAllocator) noexcept { return true; }
};

template <class Value>
using ZeroAllocator = LargeAllocator<Value, FreshZeros>;
template <class Value>
using BlockAllocator = LargeAllocator<Value, AnyContent>;

} // namespace vigil
