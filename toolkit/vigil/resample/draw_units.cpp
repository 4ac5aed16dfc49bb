// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/resample/draw_units.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <variant>

namespace vigil {

namespace {

std::vector<std::vector<Index>> units_of(const TrainingData& data, const CaseWeights& within) {
  std::vector<std::vector<Index>> members;
  std::map<Index, Index> unit_of_group;
  for (const Index subject : within.support()) {
    const Index group = data.group.empty() ? no_index : data.group[at(subject)];
    if (group == no_index) {
      members.push_back({subject});
      continue;
    }
    const auto [place, is_new] = unit_of_group.try_emplace(group, size_of(members));
    if (is_new) {
      members.emplace_back();
    }
    members[at(place->second)].push_back(subject);
  }
  return members;
}

void shuffle(std::vector<Index>& values, RandomStream& stream) {
  for (Index last = size_of(values) - 1; last > 0; --last) {
    std::swap(values[at(last)], values[at(stream.index_below(last + 1))]);
  }
}

} // namespace

bool has_events(const Outcome& outcome) {
  return std::holds_alternative<SurvivalOutcome>(outcome) ||
         std::holds_alternative<CompetingRisksOutcome>(outcome);
}

Index event_code(const Outcome& outcome, Index subject) {
  if (const auto* survival = std::get_if<SurvivalOutcome>(&outcome)) {
    return survival->event[at(subject)];
  }
  if (const auto* competing = std::get_if<CompetingRisksOutcome>(&outcome)) {
    return competing->cause[at(subject)];
  }
  if (const auto* binary = std::get_if<BinaryOutcome>(&outcome)) {
    return binary->label[at(subject)];
  }
  return 0;
}

Index DrawUnits::event_units() const noexcept {
  Index count = 0;
  for (const Stratum& stratum : strata) {
    count += stratum.event > 0 ? size_of(stratum.units) : 0;
  }
  return count;
}

DrawUnits draw_units(const TrainingData& data, const CaseWeights& within) {
  VIGIL_EXPECTS(within.subjects() == data.subjects());
  DrawUnits result;
  result.members = units_of(data, within);
  std::map<std::pair<Index, Index>, std::vector<Index>> strata; // (-event, centre)
  for (Index unit = 0; unit < result.units(); ++unit) {
    const std::vector<Index>& subjects = result.members[at(unit)];
    const Index centre = data.centre.empty() ? 0 : data.centre[at(subjects.front())];
    Index event = 0;
    for (const Index subject : subjects) {
      event = std::max(event, event_code(data.outcome, subject));
    }
    strata[{-event, centre}].push_back(unit);
  }
  for (auto& [place, units] : strata) {
    result.strata.push_back(
        {.event = -place.first, .centre = place.second, .units = std::move(units)});
  }
  return result;
}

std::vector<Index> deal(const DrawUnits& units, Index folds, const RandomKey& key) {
  std::vector<Index> fold_of(at(units.units()), 0);
  Index next = RandomStream(key.child("start")).index_below(folds);
  for (const DrawUnits::Stratum& stratum : units.strata) {
    std::vector<Index> order = stratum.units;
    RandomStream stream(key.child("stratum").child(stratum.event).child(stratum.centre));
    shuffle(order, stream);
    for (const Index unit : order) {
      fold_of[at(unit)] = next;
      next = (next + 1) % folds;
    }
  }
  return fold_of;
}

std::vector<std::uint32_t>
draw_with_replacement(const DrawUnits& units, Index subjects, const RandomKey& key) {
  std::vector<std::uint32_t> drawn(at(subjects), 0);
  for (const DrawUnits::Stratum& stratum : units.strata) {
    RandomStream stream(key.child(stratum.event).child(stratum.centre));
    for (Index draw = 0; draw < size_of(stratum.units); ++draw) {
      const Index unit = stratum.units[at(stream.index_below(size_of(stratum.units)))];
      for (const Index subject : units.members[at(unit)]) {
        ++drawn[at(subject)];
      }
    }
  }
  return drawn;
}

void add_weights(Digest& digest, const CaseWeights& weights) {
  std::vector<std::uint32_t> times;
  std::vector<double> sampling;
  for (Index subject = 0; subject < weights.subjects(); ++subject) {
    times.push_back(weights.times(subject));
    sampling.push_back(weights.sampling(subject));
  }
  digest.add_values(std::span<const std::uint32_t>(times));
  digest.add_values(std::span<const double>(sampling));
}

void add_key(Digest& digest, const RandomKey& key) {
  digest.add_values(std::span<const std::uint32_t>(key.words()));
}

std::string
fingerprint_of(const DrawUnits& units, const CaseWeights& within, const RandomKey& key) {
  Digest digest;
  add_key(digest, key);
  add_weights(digest, within);
  for (const std::vector<Index>& subjects : units.members) {
    digest.add_values(std::span<const Index>(subjects));
  }
  for (const DrawUnits::Stratum& stratum : units.strata) {
    const std::vector<Index> name{stratum.event, stratum.centre};
    digest.add_values(std::span<const Index>(name));
    digest.add_values(std::span<const Index>(stratum.units));
  }
  return digest.hex();
}

} // namespace vigil
