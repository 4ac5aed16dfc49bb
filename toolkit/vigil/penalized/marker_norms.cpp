// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/marker_norms.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace vigil::penalized {

namespace {

constexpr float not_kept = 1e30F;
constexpr double rounded_up = 1.00001; // a norm as float

} // namespace

void MarkerNorms::summarise(std::span<const float> factor) {
  constexpr Index lanes = 8; // largest and smallest do not depend on the order
  const Index markers = size_of(norm);
  strips.resize(at(strips_of(markers)));
  for (Index first = 0; first < markers; first += marker_strip) {
    std::array<float, lanes> largest{}, uncentred_largest{}, smallest;
    smallest.fill(std::numeric_limits<float>::max());
    const Index last = std::min(markers, first + marker_strip);
    const auto take = [&](Index lane, Index marker) {
      largest[at(lane)] = std::max(largest[at(lane)], norm[at(marker)]);
      uncentred_largest[at(lane)] = std::max(uncentred_largest[at(lane)], uncentred[at(marker)]);
      smallest[at(lane)] = std::min(smallest[at(lane)], factor[at(marker)]);
    };
    Index marker = first;
    for (; marker + lanes <= last; marker += lanes) {
      for (Index lane = 0; lane < lanes; ++lane) {
        take(lane, marker + lane);
      }
    }
    for (; marker < last; ++marker) {
      take(0, marker);
    }
    strips[at(first / marker_strip)] = {
        .norm = *std::max_element(largest.begin(), largest.end()),
        .uncentred = *std::max_element(uncentred_largest.begin(), uncentred_largest.end()),
        .factor = *std::min_element(smallest.begin(), smallest.end())};
  }
}

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
  MarkerNorms norms{.norm = std::vector<float>(factor.size(), 0.0F),
                    .uncentred = std::vector<float>(factor.size(), 0.0F)};
  for (Index marker = 0; marker < markers; ++marker) {
    if (factor[at(marker)] == not_kept) {
      continue;
    }
    const auto rule = item.preparation.column(marker);
    const double centre = rule.centre - data.features.info(marker).offset;
    const double unit = root / rule.scale;
    norms.norm[at(marker)] = static_cast<float>(unit * rule.spread);
    norms.uncentred[at(marker)] =
        static_cast<float>(unit * std::sqrt(rule.spread * rule.spread + centre * centre));
  }
  norms.summarise(factor);
  return norms;
}

} // namespace vigil::penalized
