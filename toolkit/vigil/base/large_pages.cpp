// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/large_pages.hpp"

#include <memory>
#include <sys/mman.h>
#include <unistd.h>

namespace vigil {

namespace {

constexpr std::size_t least_bytes = std::size_t{1} << 22; // below, malloc's heap may hold them

} // namespace

std::vector<float> zeros_in_large_pages(Index count) {
  std::vector<float> values;
  values.reserve(at(count));
#ifdef MADV_HUGEPAGE
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* first = values.data(); // not yet touched
  std::size_t bytes = values.capacity() * sizeof(float);
  if (bytes >= least_bytes && std::align(page, page, first, bytes) != nullptr) {
    madvise(first, bytes / page * page, MADV_HUGEPAGE); // refused: small pages as ever
  }
#endif
  values.resize(at(count));
  return values;
}

} // namespace vigil
