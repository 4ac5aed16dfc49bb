// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/sweep_body.hpp"

#include <immintrin.h>

namespace vigil::penalized {

namespace {

// All ones in the first `count` of eight lanes.
__m256i first_lanes(Index count) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)),
                            _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

struct EightLanes {
  __m256 value;
  static EightLanes zero() { return {_mm256_setzero_ps()}; }
  static EightLanes load(const float* from) { return {_mm256_loadu_ps(from)}; }
  static EightLanes load_first(const float* from, Index count) {
    return {_mm256_maskload_ps(from, first_lanes(count))};
  }
  void add_product(EightLanes left, EightLanes right) {
    value = _mm256_fmadd_ps(left.value, right.value, value);
  }
};

struct Avx2Lanes {
  using Part = EightLanes;
  static constexpr int parts = 2;
  static Avx2Lanes of(const Part (&both)[parts]) { return {both[0].value, both[1].value}; }

  __m256 low, high;
  static Avx2Lanes zero() { return {_mm256_setzero_ps(), _mm256_setzero_ps()}; }
  static Avx2Lanes all(float value) { return {_mm256_set1_ps(value), _mm256_set1_ps(value)}; }
  static Avx2Lanes load(const float* from) {
    return {_mm256_loadu_ps(from), _mm256_loadu_ps(from + 8)};
  }
  static Avx2Lanes load_first(const float* from, Index count) {
    return {_mm256_maskload_ps(from, first_lanes(count)),
            count > 8 ? _mm256_maskload_ps(from + 8, first_lanes(count - 8)) : _mm256_setzero_ps()};
  }
  void store(float* to) const {
    _mm256_storeu_ps(to, low);
    _mm256_storeu_ps(to + 8, high);
  }
  [[nodiscard]] Avx2Lanes absolute() const {
    const __m256 sign = _mm256_set1_ps(-0.0F);
    return {_mm256_andnot_ps(sign, low), _mm256_andnot_ps(sign, high)};
  }
  [[nodiscard]] Avx2Lanes smaller(Avx2Lanes other) const {
    return {_mm256_min_ps(low, other.low), _mm256_min_ps(high, other.high)};
  }
  [[nodiscard]] std::uint16_t not_at_most(Avx2Lanes other) const {
    const int first = _mm256_movemask_ps(_mm256_cmp_ps(low, other.low, _CMP_NLE_UQ));
    const int second = _mm256_movemask_ps(_mm256_cmp_ps(high, other.high, _CMP_NLE_UQ));
    return static_cast<std::uint16_t>(first | (second << 8));
  }
  void add_product(Avx2Lanes left, Avx2Lanes right) {
    low = _mm256_fmadd_ps(left.low, right.low, low);
    high = _mm256_fmadd_ps(left.high, right.high, high);
  }
  [[nodiscard]] float total() const {
    const __m256 eight = _mm256_add_ps(low, high);
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
  }
  // The tree of total(), eight side by side: each step halves the lanes of every sum.
  static void add_totals(const Avx2Lanes (&all)[8], double* sums) {
    __m256 four[4], two[2];
    for (int pair = 0; pair < 4; ++pair) {
      const Avx2Lanes &left = all[2 * pair], &right = all[2 * pair + 1];
      const __m256 one = _mm256_add_ps(left.low, left.high);
      const __m256 other = _mm256_add_ps(right.low, right.high);
      four[pair] = _mm256_add_ps(_mm256_permute2f128_ps(one, other, 0x20),
                                 _mm256_permute2f128_ps(one, other, 0x31));
    }
    for (int pair = 0; pair < 2; ++pair) {
      const __m256 left = four[2 * pair], right = four[2 * pair + 1];
      two[pair] =
          _mm256_add_ps(_mm256_shuffle_ps(left, right, 0x44), _mm256_shuffle_ps(left, right, 0xEE));
    }
    // sums 0 2 4 6 and 1 3 5 7
    const __m256 totals = _mm256_add_ps(_mm256_shuffle_ps(two[0], two[1], 0x88),
                                        _mm256_shuffle_ps(two[0], two[1], 0xDD));
    const __m256 ordered =
        _mm256_permutevar8x32_ps(totals, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
    const __m256d first = _mm256_cvtps_pd(_mm256_castps256_ps128(ordered));
    const __m256d last = _mm256_cvtps_pd(_mm256_extractf128_ps(ordered, 1));
    _mm256_storeu_pd(sums, _mm256_add_pd(_mm256_loadu_pd(sums), first));
    _mm256_storeu_pd(sums + 4, _mm256_add_pd(_mm256_loadu_pd(sums + 4), last));
  }
};

} // namespace

const SweepKernel sweep_avx2{.sweep = sweep_all<Avx2Lanes, 4, 3, 8>, .bound = bound_all<Avx2Lanes>};

} // namespace vigil::penalized
