// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/marker_norms.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
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
  const std::vector<float> zeros(factor.size(), 0.0F);
  MarkerNorms norms{.norm = zeros, .uncentred = zeros, .centre = zeros, .inverse_scale = zeros};
  for (Index marker = 0; marker < markers; ++marker) {
    if (factor[at(marker)] == not_kept) {
      continue;
    }
    const auto rule = item.preparation.column(marker);
    const double centre = rule.centre - data.features.offset(marker);
    const double unit = root / rule.scale;
    const auto inverse_scale = static_cast<float>(1.0 / rule.scale);
    const auto centre_float = static_cast<float>(centre);
    if (!std::isnormal(inverse_scale) || !std::isfinite(centre_float)) {
      norms.norm[at(marker)] = norms.uncentred[at(marker)] = infinite;
      continue;
    }
    norms.centre[at(marker)] = centre_float;
    norms.inverse_scale[at(marker)] = inverse_scale;
    norms.norm[at(marker)] = static_cast<float>(unit * rule.spread);
    norms.uncentred[at(marker)] =
        static_cast<float>(unit * std::sqrt(rule.spread * rule.spread + centre * centre));
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
