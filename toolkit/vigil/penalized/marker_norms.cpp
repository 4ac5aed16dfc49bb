// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/marker_norms.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vigil::penalized {

namespace {

constexpr float not_kept = 1e30F;
constexpr float infinite = std::numeric_limits<float>::infinity();
constexpr double rounded_up = 1.00001; // a norm as float

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
  return norms;
}

} // namespace vigil::penalized
