// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/left_side.hpp"

#include <bit>
#include <immintrin.h>

namespace vigil::forest {

namespace {

constexpr std::size_t at_once = 16, half = 8; // rows
constexpr unsigned all = 0xFF;

/// Of sixteen rows which are on the left: ranks out of the aligned words of 32 bits that hold them.
class LeftMask {
public:
  explicit LeftMask(const LeftSide& side)
      : odd_((reinterpret_cast<std::uintptr_t>(side.ranks()) >> 1) & 1U),
        words_(side.ranks() - odd_), shift_(_mm512_set1_epi32(side.shift())),
        last_(_mm512_set1_epi32(side.last())) {}
  [[nodiscard]] __mmask16 at_rows(const std::uint32_t* rows) const {
    const __m512i numbers =
        _mm512_add_epi32(_mm512_loadu_si512(rows), _mm512_set1_epi32(static_cast<int>(odd_)));
    const __m512i word = _mm512_i32gather_epi32(_mm512_srli_epi32(numbers, 1), words_, 4);
    const __m512i bits = _mm512_slli_epi32(_mm512_and_si512(numbers, _mm512_set1_epi32(1)), 4);
    const __m512i rank = _mm512_sub_epi32(_mm512_srlv_epi32(word, bits), shift_);
    return _mm512_cmple_epu32_mask(_mm512_and_si512(rank, _mm512_set1_epi32(0xFFFF)), last_);
  }

private:
  std::uintptr_t odd_;
  const void* words_; ///< aligned: such a word never ends outside of a page
  __m512i shift_, last_;
};

// Lanes moved down by so many, zeros from above.
template <int by>
__m512d moved_down(__m512d value) {
  return _mm512_castsi512_pd(_mm512_maskz_alignr_epi64(static_cast<__mmask8>(all >> by),
                                                       _mm512_castpd_si512(value),
                                                       _mm512_castpd_si512(value),
                                                       by));
}

void sum(const LeftSide& side,
         std::span<const std::uint32_t> rows,
         const double* weight,
         double* left) {
  const LeftMask mask(side);
  double total = 0.0;
  std::size_t place = rows.size();
  while (place % at_once != 0) {
    --place;
    total += static_cast<double>(side.has(rows[place])) * weight[place];
    left[place] = total;
  }
  const auto sum_half = [&](std::size_t first, unsigned is_left) {
    __m512d sums = _mm512_maskz_loadu_pd(static_cast<__mmask8>(is_left & all), weight + first);
    sums = _mm512_add_pd(sums, moved_down<1>(sums));
    sums = _mm512_add_pd(sums, moved_down<2>(sums));
    sums = _mm512_add_pd(sums, moved_down<4>(sums));
    sums = _mm512_add_pd(sums, _mm512_set1_pd(total));
    _mm512_storeu_pd(left + first, sums);
    total = left[first];
  };
  while (place > 0) {
    place -= at_once;
    const unsigned is_left = mask.at_rows(rows.data() + place);
    sum_half(place + half, is_left >> half);
    sum_half(place, is_left);
  }
}

// Lanes moved down by so many, zeros from above.
template <int by>
__m512i moved_down(__m512i value) {
  return _mm512_maskz_alignr_epi32(static_cast<__mmask16>(0xFFFFU >> by), value, value, by);
}

void count(const LeftSide& side, std::span<const std::uint32_t> rows, double* left) {
  const LeftMask mask(side);
  int total = 0;
  std::size_t place = rows.size();
  while (place % at_once != 0) {
    --place;
    total += static_cast<int>(side.has(rows[place]));
    left[place] = total;
  }
  while (place > 0) {
    place -= at_once;
    const __mmask16 is_left = mask.at_rows(rows.data() + place);
    __m512i sums = _mm512_maskz_set1_epi32(is_left, 1);
    sums = _mm512_add_epi32(sums, moved_down<1>(sums));
    sums = _mm512_add_epi32(sums, moved_down<2>(sums));
    sums = _mm512_add_epi32(sums, moved_down<4>(sums));
    sums = _mm512_add_epi32(sums, moved_down<8>(sums));
    sums = _mm512_add_epi32(sums, _mm512_set1_epi32(total));
    total += std::popcount(static_cast<unsigned>(is_left));
    _mm512_storeu_pd(left + place, _mm512_cvtepi32_pd(_mm512_castsi512_si256(sums)));
    _mm512_storeu_pd(left + place + half, _mm512_cvtepi32_pd(_mm512_extracti64x4_epi64(sums, 1)));
  }
}

} // namespace

const LeftWeightKernel left_weight_avx512{.sum = sum, .count = count};

} // namespace vigil::forest
