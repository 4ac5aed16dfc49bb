// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/sweep_body.hpp"

#include <array>
#include <immintrin.h>

namespace vigil::penalized {

namespace {

struct Avx512Lanes {
  using Part = Avx512Lanes;
  static constexpr int parts = 1;
  static Avx512Lanes of(const Part (&all)[parts]) { return all[0]; }

  __m512 value;
  static Avx512Lanes zero() { return {_mm512_setzero_ps()}; }
  static Avx512Lanes all(float value) { return {_mm512_set1_ps(value)}; }
  static Avx512Lanes load(const float* from) { return {_mm512_loadu_ps(from)}; }
  static Avx512Lanes load_first(const float* from, Index count) {
    const auto mask = static_cast<__mmask16>((1U << static_cast<unsigned>(count)) - 1U);
    return {_mm512_maskz_loadu_ps(mask, from)};
  }
  void store(float* to) const { _mm512_storeu_ps(to, value); }
  [[nodiscard]] Avx512Lanes absolute() const { return {_mm512_abs_ps(value)}; }
  [[nodiscard]] Avx512Lanes smaller(Avx512Lanes other) const {
    return {_mm512_maskz_min_ps(0xFFFF, value, other.value)}; // g++ 12 warns of the one without
  }
  [[nodiscard]] std::uint16_t not_at_most(Avx512Lanes other) const {
    return _mm512_cmp_ps_mask(value, other.value, _CMP_NLE_UQ);
  }
  void add_product(Avx512Lanes left, Avx512Lanes right) {
    value = _mm512_fmadd_ps(left.value, right.value, value);
  }
  // Lane i with i + 8, then with i + 4, i + 2, i + 1: the tree of every kernel.
  [[nodiscard]] float total() const {
    alignas(64) std::array<float, sweep_lanes> lanes;
    _mm512_store_ps(lanes.data(), value);
    const __m256 eight =
        _mm256_add_ps(_mm256_load_ps(lanes.data()), _mm256_load_ps(lanes.data() + 8));
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
  }
  // The tree of total(), eight side by side: each step halves the lanes of every sum. (Forms with a mask as above.)
  static void add_totals(const Avx512Lanes (&all)[8], double* sums) {
    constexpr __mmask16 every = 0xFFFF;
    __m512 two[4], four[2];
    for (int pair = 0; pair < 4; ++pair) {
      const __m512 left = all[2 * pair].value, right = all[2 * pair + 1].value;
      two[pair] = _mm512_add_ps(_mm512_maskz_shuffle_f32x4(every, left, right, 0x44),
                                _mm512_maskz_shuffle_f32x4(every, left, right, 0xEE));
    }
    for (int pair = 0; pair < 2; ++pair) {
      const __m512 left = two[2 * pair], right = two[2 * pair + 1];
      four[pair] = _mm512_add_ps(_mm512_maskz_shuffle_f32x4(every, left, right, 0x88),
                                 _mm512_maskz_shuffle_f32x4(every, left, right, 0xDD));
    }
    const __m512 pairs = _mm512_add_ps(_mm512_maskz_shuffle_ps(every, four[0], four[1], 0x44),
                                       _mm512_maskz_shuffle_ps(every, four[0], four[1], 0xEE));
    const __m512 totals = _mm512_add_ps(_mm512_maskz_shuffle_ps(every, pairs, pairs, 0x88),
                                        _mm512_maskz_shuffle_ps(every, pairs, pairs, 0xDD));
    const __m512i place = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 0, 0, 0, 0, 0, 0, 0, 0);
    alignas(64) std::array<float, sweep_lanes> ordered;
    _mm512_store_ps(ordered.data(), _mm512_maskz_permutexvar_ps(every, place, totals));
    const __m512d doubles = _mm512_maskz_cvtps_pd(0xFF, _mm256_load_ps(ordered.data()));
    _mm512_storeu_pd(sums, _mm512_add_pd(_mm512_loadu_pd(sums), doubles));
  }
};

} // namespace

const SweepKernel sweep_avx512{.sweep = sweep_all<Avx512Lanes, 4, 6, 8>,
                               .bound = bound_all<Avx512Lanes>};

} // namespace vigil::penalized
