// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/column_sums_body.hpp"

#include <immintrin.h>

namespace vigil {

namespace {

struct Avx2Lanes {
  static constexpr Index width = 4, fours = 16;
  __m256d value;
  static Avx2Lanes zero() { return {_mm256_setzero_pd()}; }
  static Avx2Lanes same(double each) { return {_mm256_set1_pd(each)}; }
  static Avx2Lanes load(const double* from) { return {_mm256_loadu_pd(from)}; }
  void store(double* to) const { _mm256_storeu_pd(to, value); }
  friend Avx2Lanes operator+(Avx2Lanes left, Avx2Lanes right) {
    return {_mm256_add_pd(left.value, right.value)};
  }
  static Avx2Lanes add_product(Avx2Lanes left, Avx2Lanes right, Avx2Lanes sum) {
    return {_mm256_fmadd_pd(left.value, right.value, sum.value)};
  }
  // Four rows of four columns, turned.
  static void read_four(const float* const* columns, Index row, Avx2Lanes (&out)[4]) {
    const __m256d a = _mm256_cvtps_pd(_mm_loadu_ps(columns[0] + row));
    const __m256d b = _mm256_cvtps_pd(_mm_loadu_ps(columns[1] + row));
    const __m256d c = _mm256_cvtps_pd(_mm_loadu_ps(columns[2] + row));
    const __m256d d = _mm256_cvtps_pd(_mm_loadu_ps(columns[3] + row));
    const __m256d low_ab = _mm256_unpacklo_pd(a, b), high_ab = _mm256_unpackhi_pd(a, b);
    const __m256d low_cd = _mm256_unpacklo_pd(c, d), high_cd = _mm256_unpackhi_pd(c, d);
    out[0] = {_mm256_permute2f128_pd(low_ab, low_cd, 0x20)};
    out[1] = {_mm256_permute2f128_pd(high_ab, high_cd, 0x20)};
    out[2] = {_mm256_permute2f128_pd(low_ab, low_cd, 0x31)};
    out[3] = {_mm256_permute2f128_pd(high_ab, high_cd, 0x31)};
  }
};

} // namespace

void column_sums_avx2(const ColumnSumsTask& task) {
  sums_of_columns<Avx2Lanes>(task);
}

} // namespace vigil
