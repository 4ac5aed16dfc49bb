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
};

} // namespace

const SweepKernel sweep_avx2{.sweep = sweep_all<Avx2Lanes, 4, 3, 8>, .bound = bound_all<Avx2Lanes>};

} // namespace vigil::penalized
