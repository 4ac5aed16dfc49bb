// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/column_sums_body.hpp"

#include <immintrin.h>

namespace vigil {

namespace {

struct Avx512Lanes {
  static constexpr Index width = 8, fours = 8;
  __m512d value;
  static Avx512Lanes zero() { return {_mm512_setzero_pd()}; }
  static Avx512Lanes same(double each) { return {_mm512_set1_pd(each)}; }
  static Avx512Lanes load(const double* from) { return {_mm512_loadu_pd(from)}; }
  void store(double* to) const { _mm512_storeu_pd(to, value); }
  friend Avx512Lanes operator+(Avx512Lanes left, Avx512Lanes right) {
    return {_mm512_add_pd(left.value, right.value)};
  }
  static Avx512Lanes add_product(Avx512Lanes left, Avx512Lanes right, Avx512Lanes sum) {
    return {_mm512_fmadd_pd(left.value, right.value, sum.value)};
  }
  // Four rows of columns c and c + 4 in one register; each half is then turned by itself. (The forms with a mask, here of
  // ones: g++ 12 warns of what the others leave undefined, GCC bug 105593.)
  static void read_four(const float* const* columns, Index row, Avx512Lanes (&out)[4]) {
    constexpr __mmask8 all = 0xff;
    __m512d pair[4];
    for (Index c = 0; c < 4; ++c) {
      pair[c] = _mm512_maskz_cvtps_pd(
          all, _mm256_set_m128(_mm_loadu_ps(columns[c + 4] + row), _mm_loadu_ps(columns[c] + row)));
    }
    const __m512d low_ab = _mm512_maskz_unpacklo_pd(all, pair[0], pair[1]);
    const __m512d high_ab = _mm512_maskz_unpackhi_pd(all, pair[0], pair[1]);
    const __m512d low_cd = _mm512_maskz_unpacklo_pd(all, pair[2], pair[3]);
    const __m512d high_cd = _mm512_maskz_unpackhi_pd(all, pair[2], pair[3]);
    const __m512i first = _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13);
    const __m512i last = _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15);
    out[0] = {_mm512_permutex2var_pd(low_ab, first, low_cd)};
    out[1] = {_mm512_permutex2var_pd(high_ab, first, high_cd)};
    out[2] = {_mm512_permutex2var_pd(low_ab, last, low_cd)};
    out[3] = {_mm512_permutex2var_pd(high_ab, last, high_cd)};
  }
};

} // namespace

void column_sums_avx512(const ColumnSumsTask& task) {
  sums_of_columns<Avx512Lanes>(task);
}

} // namespace vigil
