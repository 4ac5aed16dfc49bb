// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/large_pages.hpp"

#include <cstdlib>
#include <memory>
#include <sys/mman.h>
#include <unistd.h>

namespace vigil {

namespace {

constexpr std::size_t least_bytes = std::size_t{1} << 22; // below, malloc's heap may hold them
constexpr std::size_t least_zeros = std::size_t{1} << 20; // below, the heap costs less
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

// Large ones begin at a large page: what is mapped before and after them is given back.
void* allocate_zeros(std::size_t bytes) noexcept {
  if (bytes < least_zeros) {
    return std::calloc(1, bytes);
  }
  const std::size_t whole = whole_pages(bytes), mapped = whole + large_page;
  if (whole < bytes || mapped < whole) {
    return nullptr;
  }
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

void free_zeros(void* first, std::size_t bytes) noexcept {
  if (bytes < least_zeros) {
    std::free(first);
  } else {
    munmap(first, whole_pages(bytes));
  }
}

} // namespace vigil
