// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/left_side.hpp"

#include <bit>
#include <immintrin.h>

namespace vigil::forest {

namespace {

constexpr std::size_t lanes = 8;
constexpr __mmask8 all = 0xFF;

/// Ranks of eight rows, out of the aligned words of 32 bits that hold them: such a word never ends outside of a page.
class RankGather {
public:
  explicit RankGather(const std::uint16_t* ranks) {
    const auto odd = static_cast<int>((reinterpret_cast<std::uintptr_t>(ranks) >> 1) & 1U);
    words_ = ranks - odd;
    odd_ = _mm256_set1_epi32(odd);
  }
  [[nodiscard]] __m256i at_rows(const std::uint32_t* rows) const {
    const __m256i half =
        _mm256_add_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(rows)), odd_);
    const __m256i word =
        _mm256_i32gather_epi32(static_cast<const int*>(words_), _mm256_srli_epi32(half, 1), 4);
    const __m256i shift = _mm256_slli_epi32(_mm256_and_si256(half, _mm256_set1_epi32(1)), 4);
    return _mm256_and_si256(_mm256_srlv_epi32(word, shift), _mm256_set1_epi32(0xFFFF));
  }

private:
  const void* words_;
  __m256i odd_;
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
  const RankGather gather(side.ranks());
  const __m256i shift = _mm256_set1_epi32(side.shift()), last = _mm256_set1_epi32(side.last());
  const __m256i low = _mm256_set1_epi32(0xFFFF);
  double total = 0.0;
  std::size_t place = rows.size();
  while (place % lanes != 0) {
    --place;
    total += static_cast<double>(side.has(rows[place])) * weight[place];
    left[place] = total;
  }
  while (place > 0) {
    place -= lanes;
    const __m256i rank =
        _mm256_and_si256(_mm256_sub_epi32(gather.at_rows(rows.data() + place), shift), low);
    const __m256i above = _mm256_cmpgt_epi32(rank, last);
    const auto is_left = static_cast<__mmask8>(
        ~static_cast<unsigned>(_mm256_movemask_ps(_mm256_castsi256_ps(above))));
    __m512d sums = _mm512_maskz_loadu_pd(is_left, weight + place);
    sums = _mm512_add_pd(sums, moved_down<1>(sums));
    sums = _mm512_add_pd(sums, moved_down<2>(sums));
    sums = _mm512_add_pd(sums, moved_down<4>(sums));
    sums = _mm512_add_pd(sums, _mm512_set1_pd(total));
    _mm512_storeu_pd(left + place, sums);
    total = left[place];
  }
}

/// Of sixteen rows which are on the left.
class LeftMask {
public:
  explicit LeftMask(const LeftSide& side)
      : odd_((reinterpret_cast<std::uintptr_t>(side.ranks()) >> 1) & 1U),
        words_(side.ranks() - odd_), shift_(_mm512_set1_epi32(side.shift())),
        last_(_mm512_set1_epi32(side.last())) {}
  [[nodiscard]] __mmask16 at_rows(const std::uint32_t* rows) const {
    const __m512i half =
        _mm512_add_epi32(_mm512_loadu_si512(rows), _mm512_set1_epi32(static_cast<int>(odd_)));
    const __m512i word = _mm512_i32gather_epi32(_mm512_srli_epi32(half, 1), words_, 4);
    const __m512i bits = _mm512_slli_epi32(_mm512_and_si512(half, _mm512_set1_epi32(1)), 4);
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
__m512i moved_down(__m512i value) {
  return _mm512_maskz_alignr_epi32(static_cast<__mmask16>(0xFFFFU >> by), value, value, by);
}

void count(const LeftSide& side, std::span<const std::uint32_t> rows, double* left) {
  constexpr std::size_t lanes16 = 16;
  const LeftMask mask(side);
  int total = 0;
  std::size_t place = rows.size();
  while (place % lanes16 != 0) {
    --place;
    total += static_cast<int>(side.has(rows[place]));
    left[place] = total;
  }
  while (place > 0) {
    place -= lanes16;
    const __mmask16 is_left = mask.at_rows(rows.data() + place);
    __m512i sums = _mm512_maskz_set1_epi32(is_left, 1);
    sums = _mm512_add_epi32(sums, moved_down<1>(sums));
    sums = _mm512_add_epi32(sums, moved_down<2>(sums));
    sums = _mm512_add_epi32(sums, moved_down<4>(sums));
    sums = _mm512_add_epi32(sums, moved_down<8>(sums));
    sums = _mm512_add_epi32(sums, _mm512_set1_epi32(total));
    total += std::popcount(static_cast<unsigned>(is_left));
    _mm512_storeu_pd(left + place, _mm512_cvtepi32_pd(_mm512_castsi512_si256(sums)));
    _mm512_storeu_pd(left + place + lanes, _mm512_cvtepi32_pd(_mm512_extracti64x4_epi64(sums, 1)));
  }
}

} // namespace

const LeftWeightKernel left_weight_avx512{.sum = sum, .count = count};

} // namespace vigil::forest
