// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/sweep_body.hpp"

#include <array>
#include <immintrin.h>

namespace vigil::penalized {

namespace {

struct Avx2Lanes {
  __m256 low, high;
  static Avx2Lanes zero() { return {_mm256_setzero_ps(), _mm256_setzero_ps()}; }
  static Avx2Lanes load(const float* from) {
    return {_mm256_loadu_ps(from), _mm256_loadu_ps(from + 8)};
  }
  static Avx2Lanes load_first(const float* from, Index count) {
    std::array<float, sweep_lanes> padded{};
    std::copy_n(from, count, padded.begin());
    return load(padded.data());
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

void sweep_avx2(const SweepTask& task) {
  sweep_all<Avx2Lanes, 2, 3>(task);
}

} // namespace vigil::penalized
