// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/simulate/net/molecular.hpp"

#include "vigil/base/random.hpp"
#include "vigil/simulate/net/draws.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace vigil::simulate::net {

namespace {

struct KindRow {
  BlockKind kind;
  std::string_view name;
  Index blocks; ///< among the first 60
};

// 12 trap blocks lie among the first 60; further ones, by the constant trap_blocks, come behind.
constexpr std::array kinds{KindRow{BlockKind::metastatic, "metastatic", 6},
                           KindRow{BlockKind::growth, "growth", 4},
                           KindRow{BlockKind::subtype, "subtype", 20},
                           KindRow{BlockKind::proliferation, "proliferation", 6},
                           KindRow{BlockKind::size, "size", 6},
                           KindRow{BlockKind::age, "age", 6},
                           KindRow{BlockKind::trap, "trap", 12},
                           KindRow{BlockKind::null, "null", 0}};

bool is_signal(BlockKind kind) {
  return kind == BlockKind::metastatic || kind == BlockKind::growth;
}

/// Weight of the driver in a block's factor.
double driver_weight(BlockKind kind, const Constants& c) {
  switch (kind) {
  case BlockKind::metastatic:
  case BlockKind::growth:
    return c.signal_weight;
  case BlockKind::proliferation:
    return c.proliferation_weight;
  case BlockKind::size:
    return c.size_weight;
  case BlockKind::age:
    return c.age_weight;
  case BlockKind::trap:
    return c.trap_weight;
  case BlockKind::subtype:
  case BlockKind::null:
    break;
  }
  return 0.0;
}

double draw_loading(RandomStream& stream, BlockKind kind, const Constants& c) {
  const bool signal = is_signal(kind);
  const double low = signal ? c.signal_loading_low : c.loading_low;
  const double high = signal ? c.signal_loading_high : c.loading_high;
  const double shape = signal ? c.signal_loading_shape : c.loading_shape;
  return low + (high - low) * symmetric_beta(stream, static_cast<Index>(shape));
}

RandomKey molecular_key(std::uint64_t seed) {
  return RandomKey(seed).child("molecular");
}

/// The subtype that a subtype block is about.
std::size_t block_subtype(std::uint64_t seed, Index block) {
  RandomStream stream(molecular_key(seed).child("block subtype").child(block));
  return at(stream.index_below(3));
}

/// What the file holds of x.
float on_scale(
    double x, MolecularScale scale, const RandomKey& key, Index patient, const Constants& c) {
  if (scale == MolecularScale::continuous) {
    return static_cast<float>(x);
  }
  if (scale == MolecularScale::methylation) {
    return static_cast<float>(expit(x));
  }
  RandomStream stream(key.child(patient));
  const double mean = std::exp(x + c.count_log_mean);
  return static_cast<float>(negative_binomial(stream.uniform(), mean, c.count_dispersion));
}

} // namespace

std::string_view name_of(BlockKind kind) noexcept {
  return kinds.at(static_cast<std::size_t>(kind)).name;
}

std::string_view name_of(FeatureRole role) noexcept {
  constexpr std::array<std::string_view, 6> names{
      "direct", "subtype", "weak", "clinical", "trap", "null"};
  return names.at(static_cast<std::size_t>(role));
}

Index planted_blocks(const Constants& constants) {
  Index blocks = static_cast<Index>(constants.trap_blocks);
  for (const KindRow& row : kinds) {
    blocks += row.kind == BlockKind::trap ? 0 : row.blocks;
  }
  return blocks;
}

std::vector<BlockKind> block_plan(const Design& design) {
  const auto traps = static_cast<Index>(design.constants.trap_blocks);
  std::vector<BlockKind> plan;
  Index first_traps = 0;
  for (const KindRow& row : kinds) {
    const Index count = row.kind == BlockKind::trap ? std::min(traps, row.blocks) : row.blocks;
    plan.insert(plan.end(), at(count), row.kind);
    first_traps += row.kind == BlockKind::trap ? count : 0;
  }
  // Fisher and Yates, so that the place of a block tells nothing.
  RandomStream stream(molecular_key(design.seed).child("plan"));
  for (Index last = size_of(plan) - 1; last > 0; --last) {
    std::swap(plan[at(last)], plan[at(stream.index_below(last + 1))]);
  }
  plan.insert(plan.end(), at(traps - first_traps), BlockKind::trap);
  const Index blocks = (design.features + block_width - 1) / block_width;
  plan.resize(at(blocks), BlockKind::null);
  return plan;
}

FeatureParameters feature_parameters(const Design& design, BlockKind kind, Index feature) {
  const Constants& c = design.constants;
  RandomStream stream(molecular_key(design.seed).child("feature").child(feature));
  FeatureParameters result;
  result.mean = stream.normal();
  for (double& shift : result.platform_shift) {
    shift = c.platform_sd * stream.normal();
  }
  const double sign_level = stream.uniform();
  for (Index centre = 0; centre < design.centres; ++centre) {
    result.centre_shift.push_back(c.centre_sd * stream.normal());
    result.noise.push_back(std::exp(c.noise_log_sd * stream.normal()));
  }
  RandomStream loading(molecular_key(design.seed).child("loading").child(feature));
  result.loading = draw_loading(loading, kind, c);
  for (double& noise : result.noise) {
    noise *= std::sqrt(1.0 - result.loading * result.loading);
  }
  if (kind == BlockKind::subtype) {
    const double share = c.subtype_sign_share;
    const double sign = sign_level < share ? -1.0 : sign_level < 1.0 - share ? 0.0 : 1.0;
    result.subtype_shift.at(block_subtype(design.seed, feature / block_width)) =
        c.subtype_shift * sign;
  }
  return result;
}

FeatureRole
feature_role(const Constants& constants, BlockKind kind, const FeatureParameters& parameters) {
  const bool counts = std::fabs(parameters.loading) >= constants.direct_loading;
  const bool shifted = parameters.subtype_shift != Three{};
  switch (kind) {
  case BlockKind::metastatic:
  case BlockKind::growth:
    return counts ? FeatureRole::direct : FeatureRole::weak;
  case BlockKind::subtype:
    return counts && shifted ? FeatureRole::subtype : FeatureRole::weak;
  case BlockKind::proliferation:
  case BlockKind::size:
  case BlockKind::age:
    return FeatureRole::clinical;
  case BlockKind::trap:
    return FeatureRole::trap;
  case BlockKind::null:
    break;
  }
  return FeatureRole::null;
}

MolecularMatrix::MolecularMatrix(const Design& design,
                                 std::span<const Centre> centres,
                                 std::span<const Patient> patients,
                                 std::vector<bool> missing_row)
    : design_(design), centres_(centres), patients_(patients), missing_row_(std::move(missing_row)),
      plan_(block_plan(design)) {}

double MolecularMatrix::driver(BlockKind kind, const Patient& patient) const {
  const Constants& c = design_.constants;
  switch (kind) {
  case BlockKind::metastatic:
    return patient.metastatic_axis;
  case BlockKind::growth:
    return patient.growth_axis;
  case BlockKind::proliferation:
    return (std::log(patient.ki67) - c.log_ki67_mean) / c.log_ki67_sd;
  case BlockKind::size:
    return (std::log(patient.size) - c.log_size_mean) / c.log_size_sd;
  case BlockKind::age:
    return (patient.age - c.true_age_mean) / c.true_age_sd;
  case BlockKind::trap:
    return centres_[at(patient.centre)].standard_preference;
  case BlockKind::subtype:
  case BlockKind::null:
    break;
  }
  return 0.0;
}

std::vector<double> MolecularMatrix::block_factor(Index block) const {
  const BlockKind kind = plan_[at(block)];
  const double weight = driver_weight(kind, design_.constants);
  const double rest = std::sqrt(1.0 - weight * weight);
  RandomStream stream(molecular_key(design_.seed).child("factor").child(block));
  std::vector<double> factor;
  factor.reserve(patients_.size());
  for (const Patient& patient : patients_) {
    factor.push_back(weight * driver(kind, patient) + rest * stream.normal());
  }
  return factor;
}

void MolecularMatrix::fill_feature(Index feature,
                                   std::span<const double> factor,
                                   std::span<float> values) const {
  const FeatureParameters parameters =
      feature_parameters(design_, plan_[at(feature / block_width)], feature);
  RandomStream noise(molecular_key(design_.seed).child("noise").child(feature));
  const RandomKey count_key = molecular_key(design_.seed).child("count").child(feature);
  for (Index number = 0; number < size_of(patients_); ++number) {
    const Patient& patient = patients_[at(number)];
    const auto centre = at(patient.centre);
    const double e = unit_t8(noise);
    if (missing_row_[at(number)]) {
      values[at(number)] = std::numeric_limits<float>::quiet_NaN();
      continue;
    }
    const double x = parameters.mean + parameters.loading * factor[at(number)] +
                     parameters.subtype_shift.at(at(patient.subtype)) +
                     parameters.platform_shift.at(at(centres_[centre].platform)) +
                     parameters.centre_shift[centre] + parameters.noise[centre] * e;
    values[at(number)] = on_scale(x, design_.scale, count_key, number, design_.constants);
  }
}

void MolecularMatrix::fill(Index first,
                           Index count,
                           std::span<float> values,
                           Scheduler& scheduler) const {
  const Index patients = size_of(patients_);
  const Index first_block = first / block_width;
  const Index last_block = (first + count - 1) / block_width;
  scheduler.for_each(last_block - first_block + 1, [&](Index task, Index) {
    const Index block = first_block + task;
    const std::vector<double> factor = block_factor(block);
    const Index begin = std::max(first, block * block_width);
    const Index end = std::min(first + count, (block + 1) * block_width);
    for (Index feature = begin; feature < end; ++feature) {
      fill_feature(feature, factor, values.subspan(at((feature - first) * patients), at(patients)));
    }
  });
}

} // namespace vigil::simulate::net
