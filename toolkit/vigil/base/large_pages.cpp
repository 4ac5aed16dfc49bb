// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/large_pages.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <mutex>
#include <sys/mman.h>
#include <unistd.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace vigil {

namespace {

constexpr std::size_t least_bytes = std::size_t{1} << 22; // below, malloc's heap may hold them
constexpr std::size_t least_block = std::size_t{1} << 20; // below, the heap costs less
constexpr std::size_t largest_block = std::size_t{1} << 46;
constexpr std::size_t large_page = std::size_t{1} << 21;

// Refused: small pages as ever.
void ask_for_large_pages([[maybe_unused]] void* first, [[maybe_unused]] std::size_t bytes) {
#ifdef MADV_HUGEPAGE
  madvise(first, bytes, MADV_HUGEPAGE);
#endif
}

std::size_t whole_pages(std::size_t bytes) {
  return (bytes + large_page - 1) / large_page * large_page;
}

// Powers of two, so that a block fits the next one who asks: what is not touched is address space alone.
std::size_t whole_block(std::size_t bytes) {
  return std::bit_ceil(std::max(bytes, large_page));
}

} // namespace

std::vector<float> zeros_in_large_pages(Index count) {
  std::vector<float> values;
  values.reserve(at(count));
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* first = values.data(); // not yet touched
  std::size_t bytes = values.capacity() * sizeof(float);
  if (bytes >= least_bytes && std::align(page, page, first, bytes) != nullptr) {
    ask_for_large_pages(first, bytes / page * page);
  }
  values.resize(at(count));
  return values;
}

// The heap is grown once by as much as it keeps, which is address space alone, so that all of it can be told to be of
// large pages. Heaps of further threads are not: glibc maps them on its own.
void keep_freed_heap([[maybe_unused]] Index bytes) noexcept {
#ifdef __GLIBC__
  constexpr int largest_in_heap =
      32 << 20; // the most that glibc takes; larger ones are mapped each on its own
  constexpr int usual_growth = 1 << 17;
  const int kept = static_cast<int>(std::min<Index>(bytes, std::numeric_limits<int>::max() / 2));
  mallopt(M_MMAP_THRESHOLD, largest_in_heap);
  mallopt(M_TRIM_THRESHOLD, 2 * kept);
  mallopt(M_TOP_PAD, kept);
  void* first = sbrk(0);
  void* volatile probe =
      std::malloc(largest_in_heap / 2); // volatile: or the compiler leaves both out
  std::free(probe);
  mallopt(M_TOP_PAD, usual_growth);
  const auto grown =
      static_cast<std::size_t>(static_cast<std::byte*>(sbrk(0)) - static_cast<std::byte*>(first));
  std::size_t room = grown;
  if (grown > large_page && std::align(large_page, large_page, first, room) != nullptr) {
    ask_for_large_pages(first, room / large_page * large_page);
  }
#endif
}

namespace {

// What is mapped before and after a block that begins at a large page is given back.
void* map_block(std::size_t whole) noexcept {
  const std::size_t mapped = whole + large_page;
  void* first = mmap(
      nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (first == MAP_FAILED) {
    return nullptr;
  }
  void* aligned = first;
  std::size_t room = mapped;
  std::align(large_page, whole, aligned, room);
  if (room < mapped) {
    munmap(first, mapped - room);
  }
  if (room > whole) {
    munmap(static_cast<std::byte*>(aligned) + whole, room - whole);
  }
  ask_for_large_pages(aligned, whole);
  return aligned;
}

// Blocks between their owners, by the logarithm of their size; each begins with the place of the next.
struct Stock {
  std::mutex mutex;
  int keepers = 0;
  std::array<void*, 64> first = {};

  void put(void* block, std::size_t whole) noexcept {
    void*& list = first[static_cast<std::size_t>(std::countr_zero(whole))];
    ::new (block) void*(list);
    list = block;
  }
  // null: there is none
  [[nodiscard]] void* take(std::size_t whole) noexcept {
    void*& list = first[static_cast<std::size_t>(std::countr_zero(whole))];
    void* block = list;
    if (block != nullptr) {
      list = *static_cast<void**>(block);
    }
    return block;
  }
};

Stock& stock() {
  static Stock only;
  return only;
}

} // namespace

KeptBlocks::KeptBlocks() noexcept {
  const std::lock_guard lock(stock().mutex);
  ++stock().keepers;
}

KeptBlocks::~KeptBlocks() {
  const std::lock_guard lock(stock().mutex);
  if (--stock().keepers > 0) {
    return;
  }
  for (std::size_t whole = large_page; whole <= largest_block; whole *= 2) {
    while (void* block = stock().take(whole)) {
      munmap(block, whole);
    }
  }
}

void* FreshZeros::allocate(std::size_t bytes) noexcept {
  if (bytes < least_block) {
    return std::calloc(1, bytes);
  }
  return bytes > largest_block ? nullptr : map_block(whole_pages(bytes));
}

void FreshZeros::release(void* first, std::size_t bytes) noexcept {
  if (bytes < least_block) {
    std::free(first);
  } else {
    munmap(first, whole_pages(bytes));
  }
}

void* AnyContent::allocate(std::size_t bytes) noexcept {
  if (bytes < least_block) {
    void* block = std::malloc(bytes);
#ifdef _GLIBCXX_ASSERTIONS // no number: nobody may use what he has not written
    if (block != nullptr) {
      std::memset(block, 0xff, bytes);
    }
#endif
    return block;
  }
  if (bytes > largest_block) {
    return nullptr;
  }
  const std::size_t whole = whole_block(bytes);
  {
    const std::lock_guard lock(stock().mutex);
    if (void* block = stock().take(whole)) {
      return block;
    }
  }
  return map_block(whole);
}

void AnyContent::release(void* first, std::size_t bytes) noexcept {
  if (bytes < least_block) {
    std::free(first);
    return;
  }
  const std::size_t whole = whole_block(bytes);
  {
    const std::lock_guard lock(stock().mutex);
    if (stock().keepers > 0) {
      stock().put(first, whole);
      return;
    }
  }
  munmap(first, whole);
}

} // namespace vigil
