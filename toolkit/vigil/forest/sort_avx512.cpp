// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/sort_body.hpp"

#include <immintrin.h>

namespace vigil::forest {

namespace {

std::size_t take_lines(std::uint32_t* slots, std::size_t lines, std::uint32_t* keys) {
  std::uint32_t* end = keys;
  for (std::size_t line = 0; line < lines; ++line, slots += 16) {
    const __m512i some = _mm512_load_si512(slots);
    const __mmask16 there = _mm512_test_epi32_mask(some, some);
    _mm512_storeu_si512(end, _mm512_maskz_compress_epi32(there, some));
    _mm512_store_si512(slots, _mm512_setzero_si512());
    end += std::popcount(static_cast<unsigned>(there));
  }
  return static_cast<std::size_t>(end - keys);
}

} // namespace

const SortKernel sort_avx512{.sort = sort_by_network<most_sorted / lanes<Keys16>, Keys16>,
                             .take = take_lines};

} // namespace vigil::forest
