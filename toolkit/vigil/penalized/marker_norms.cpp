// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/marker_norms.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <immintrin.h>
#include <limits>
#include <utility>

namespace vigil::penalized {

namespace {

constexpr float not_kept = 1e30F;
constexpr float infinite = std::numeric_limits<float>::infinity();
constexpr double rounded_up = 1.00001; // a norm as float
constexpr float nearly_all = 0.999999F;

// Smallest and largest of values that are 0 or more: as bits they have the same order.
std::pair<float, float> range_of(std::span<const float> values) {
  std::uint32_t least = 0x7f800000U, largest = 0;
  for (const float value : values) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    least = std::min(least, bits);
    largest = std::max(largest, bits);
  }
  return {std::bit_cast<float>(least), std::bit_cast<float>(largest)};
}

constexpr Index four = 4;

// Four markers that are kept, or whatever as_usual() is false of.
void set_four(MarkerNorms& norms,
              Index first,
              const TrainingData& data,
              const Preparation& preparation,
              double root) {
  const auto first_rule = preparation.column(first), second_rule = preparation.column(first + 1),
             third_rule = preparation.column(first + 2),
             fourth_rule = preparation.column(first + 3);
  const auto of_each = [&](const auto& value) { // not by way of memory, which would wait for each
    return _mm256_setr_pd(
        value(first_rule, 0), value(second_rule, 1), value(third_rule, 2), value(fourth_rule, 3));
  };
  using Rule = Preparation::Column;
  const __m256d centre = of_each([&](const Rule& rule, Index lane) {
    return rule.centre - data.features.offset(first + lane);
  });
  const __m256d spread = of_each([](const Rule& rule, Index) { return rule.spread; });
  const __m256d scale = of_each([](const Rule& rule, Index) { return rule.scale; });
  const __m256d inverse_scale = _mm256_div_pd(_mm256_set1_pd(1.0), scale);
  const __m256d unit = _mm256_mul_pd(_mm256_set1_pd(root), inverse_scale);
  const __m256d square =
      _mm256_add_pd(_mm256_mul_pd(spread, spread), _mm256_mul_pd(centre, centre));
  const auto store = [&](std::vector<float>& list, __m256d values) {
    _mm_storeu_ps(list.data() + first, _mm256_cvtpd_ps(values));
  };
  store(norms.centre, centre);
  store(norms.inverse_scale, inverse_scale);
  store(norms.norm, _mm256_mul_pd(unit, spread));
  store(norms.uncentred, _mm256_mul_pd(unit, _mm256_sqrt_pd(square)));
}

// Comparisons that are false of what is no number.
bool as_usual(const MarkerNorms& norms, Index marker) {
  using Limits = std::numeric_limits<float>;
  const float inverse_scale = norms.inverse_scale[at(marker)];
  return inverse_scale >= Limits::min() && inverse_scale <= Limits::max() &&
         std::fabs(norms.centre[at(marker)]) <= Limits::max() &&
         norms.uncentred[at(marker)] <= Limits::max();
}

void set_one(MarkerNorms& norms,
             Index marker,
             bool kept,
             const TrainingData& data,
             const Preparation& preparation,
             double root) {
  float &norm = norms.norm[at(marker)], &uncentred = norms.uncentred[at(marker)];
  float &stored_centre = norms.centre[at(marker)], &inverse = norms.inverse_scale[at(marker)];
  norm = uncentred = stored_centre = inverse = 0.0F;
  if (!kept) {
    return;
  }
  const auto rule = preparation.column(marker);
  const double centre = rule.centre - data.features.offset(marker);
  const double unit = root / rule.scale;
  const auto inverse_scale = static_cast<float>(1.0 / rule.scale);
  const auto centre_float = static_cast<float>(centre);
  if (!std::isnormal(inverse_scale) || !std::isfinite(centre_float)) {
    norm = uncentred = infinite;
    return;
  }
  stored_centre = centre_float;
  inverse = inverse_scale;
  norm = static_cast<float>(unit * rule.spread);
  uncentred = static_cast<float>(unit * std::sqrt(rule.spread * rule.spread + centre * centre));
}

} // namespace

std::vector<float> marker_factors(std::span<const double> factor, Index markers) {
  std::vector<float> result(at(markers));
  std::transform(factor.begin(), factor.begin() + markers, result.begin(), [](double value) {
    return value < 0.0 ? not_kept : static_cast<float>(value);
  });
  return result;
}

MarkerNorms marker_norms(const TrainingData& data,
                         const FitItem& item,
                         const CaseWeights& prepared_on,
                         std::span<const float> factor) {
  double most = 0.0;
  for (const Index subject : item.weights.support()) {
    most = std::max(most, item.weights[subject] / prepared_on[subject]);
  }
  const double root = rounded_up * std::sqrt(most * prepared_on.total());
  const Index markers = size_of(factor);
  MarkerNorms norms;
  for (auto* each : {&norms.norm, &norms.uncentred, &norms.centre, &norms.inverse_scale}) {
    each->resize(at(markers));
  }
  Index first = 0;
  for (; first + four <= markers; first += four) {
    set_four(norms, first, data, item.preparation, root);
  }
  for (Index marker = 0; marker < markers; ++marker) {
    if (marker >= first || factor[at(marker)] == not_kept || !as_usual(norms, marker)) {
      set_one(norms, marker, factor[at(marker)] != not_kept, data, item.preparation, root);
    }
  }
  // Equal but for their rounding: all become the largest.
  const auto [least, largest] = range_of(norms.norm);
  const auto [lightest, heaviest] = range_of(factor);
  norms.same = least > nearly_all * largest && largest < infinite && lightest == heaviest;
  if (norms.same) {
    std::fill(norms.norm.begin(), norms.norm.end(), largest);
  }
  return norms;
}

} // namespace vigil::penalized
