// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/simulate/net/centres.hpp"

#include "vigil/base/random.hpp"
#include "vigil/base/text.hpp"
#include "vigil/numeric/sums.hpp"
#include "vigil/simulate/net/draws.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace vigil::simulate::net {

namespace {

/// Mean 0 and SD 1 (divisor n - 1); all 0 where the values are equal.
std::vector<double> standardized(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  const double mean = sum(values) / n;
  std::vector<double> deviation;
  for (const double value : values) {
    deviation.push_back(value - mean);
  }
  const double sd = std::sqrt(dot(deviation, deviation) / (n - 1.0));
  if (sd == 0.0) {
    return std::vector<double>(values.size(), 0.0);
  }
  for (double& value : deviation) {
    value /= sd;
  }
  return deviation;
}

/// True for the round(share x n) centres with the smallest draws: exactly so many, whichever they are.
std::vector<bool> chosen(const RandomKey& key, Index centres, double share) {
  std::vector<std::pair<double, Index>> draws;
  for (Index centre = 0; centre < centres; ++centre) {
    RandomStream stream(key.child(centre));
    draws.emplace_back(stream.uniform(), centre);
  }
  std::sort(draws.begin(), draws.end());
  std::vector<bool> result(at(centres), false);
  const auto count = std::min<Index>(centres, std::llround(share * static_cast<double>(centres)));
  for (Index place = 0; place < count; ++place) {
    result[at(draws[at(place)].second)] = true;
  }
  return result;
}

Centre draw_centre(const RandomKey& key, const Constants& c) {
  RandomStream stream(key);
  Centre centre;
  centre.share = log_normal(stream, 1.0, c.volume_log_sd); // made to sum to 1 later
  centre.size_shift = c.centre_size_sd * stream.normal();
  centre.ki67_shift = c.centre_ki67_sd * stream.normal();
  centre.preference = c.preference_sd * stream.normal();
  centre.preference_size = c.preference_size_sd * stream.normal();
  centre.quality = c.quality_sd * stream.normal();
  centre.metastatic_slope = c.metastatic_slope_sd * stream.normal();
  centre.early_interval =
      bernoulli(stream, c.frequent_imaging_share) ? c.frequent_interval : c.usual_interval;
  centre.platform = categorical(stream, c.platform_share);
  centre.scanner = log_normal(stream, 1.0, c.scanner_log_sd);
  centre.assay = log_normal(stream, 1.0, c.assay_log_sd);
  centre.preference += bernoulli(stream, 0.5) ? c.overlap_shift : -c.overlap_shift;
  return centre;
}

void add_surgeons(Centre& centre, const RandomKey& key, const Design& design) {
  const Constants& c = design.constants;
  RandomStream stream(key.child("surgeons"));
  const double mean = c.surgeons_per_volume * static_cast<double>(design.centres) * centre.share;
  const auto most = static_cast<Index>(c.most_surgeons);
  const Index count = std::min(most, 1 + poisson(stream, mean));
  for (Index surgeon = 0; surgeon < count; ++surgeon) {
    centre.surgeons.push_back(c.surgeon_sd * stream.normal());
  }
}

std::string centre_name(Index centre, Index centres) {
  std::string digits = number_text(centre + 1);
  const std::size_t width = std::max<std::size_t>(2, number_text(centres).size());
  return "C" + std::string(width - std::min(width, digits.size()), '0') + digits;
}

} // namespace

std::vector<Centre> make_centres(const Design& design) {
  const Constants& c = design.constants;
  const RandomKey key = RandomKey(design.seed).child("centres");
  const Index count = design.centres;
  std::vector<Centre> centres;
  for (Index number = 0; number < count; ++number) {
    centres.push_back(draw_centre(key.child(number), c));
    centres.back().name = centre_name(number, count);
  }
  const auto no_pet = chosen(key.child("no PET"), count, c.no_pet_share);
  const auto no_molecular = chosen(key.child("no molecular"), count, c.no_molecular_share);
  const auto europe = chosen(key.child("Europe"), count, c.europe_share);
  std::vector<double> volume, log_volume, preference;
  for (const Centre& centre : centres) {
    volume.push_back(centre.share);
    log_volume.push_back(std::log(centre.share));
    preference.push_back(centre.preference);
  }
  const double total = sum(volume);
  const auto volume_score = standardized(log_volume);
  const auto preference_score = standardized(preference);
  for (Index number = 0; number < count; ++number) {
    Centre& centre = centres[at(number)];
    centre.share /= total;
    centre.quality += c.quality_volume * volume_score[at(number)];
    centre.standard_preference = preference_score[at(number)];
    centre.pet = !no_pet[at(number)];
    centre.molecular = !no_molecular[at(number)];
    centre.europe = europe[at(number)];
    add_surgeons(centre, key.child(number), design);
    if (number >= count - static_cast<Index>(c.new_centres)) {
      centre.held_out = true;
      centre.size_shift += c.new_centre_size;
      centre.ki67_shift += c.new_centre_ki67;
    }
  }
  return centres;
}

} // namespace vigil::simulate::net
