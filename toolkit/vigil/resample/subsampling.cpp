// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/resample/draw_units.hpp"
#include "vigil/resample/plan.hpp"
#include "vigil/resample/weights_where.hpp"

#include <cmath>
#include <utility>

namespace vigil {

namespace {

/// Units drawn from each stratum: together the nearest whole number to the share of all, in each stratum within one of it.
std::vector<Index> drawn_per_stratum(const DrawUnits& units, double share) {
  std::vector<Index> counts;
  Index before = 0, drawn = 0;
  for (const DrawUnits::Stratum& stratum : units.strata) {
    before += size_of(stratum.units);
    const auto until = static_cast<Index>(std::lround(share * static_cast<double>(before)));
    counts.push_back(until - drawn);
    drawn = until;
  }
  return counts;
}

/// Whether each subject is drawn.
std::vector<bool> draw_without_replacement(const DrawUnits& units,
                                           std::span<const Index> counts,
                                           Index subjects,
                                           const RandomKey& key) {
  std::vector<bool> drawn(at(subjects), false);
  for (Index number = 0; number < size_of(units.strata); ++number) {
    const DrawUnits::Stratum& stratum = units.strata[at(number)];
    RandomStream stream(key.child(stratum.event).child(stratum.centre));
    std::vector<Index> order = stratum.units;
    for (Index place = 0; place < counts[at(number)]; ++place) {
      std::swap(order[at(place)], order[at(place + stream.index_below(size_of(order) - place))]);
      for (const Index subject : units.members[at(order[at(place)])]) {
        drawn[at(subject)] = true;
      }
    }
  }
  return drawn;
}

} // namespace

ResamplePlan subsampling(const TrainingData& data,
                         const CaseWeights& within,
                         Index replicates,
                         const RandomKey& key) {
  constexpr double share = 0.632;
  const auto units = std::make_shared<const DrawUnits>(draw_units(data, within));
  if (replicates < 1) {
    throw ConfigError({.where = "subsampling replicates",
                       .found = number_text(replicates),
                       .expected = "at least 1 replicate",
                       .remedy = "ask for 200 replicates",
                       .problem = "cannot draw subsamples"});
  }
  if (units->units() < 2) {
    throw InputError({.where = "analysed subjects",
                      .found = number_text(units->units()) + " independent subjects",
                      .expected = "at least 2 subjects (or groups)",
                      .remedy = "check the subjects kept",
                      .problem = "cannot draw subsamples"});
  }
  auto maker = [units, counts = drawn_per_stratum(*units, share), within, key](Index number) {
    const std::vector<bool> drawn = draw_without_replacement(
        *units, counts, within.subjects(), key.child("subsampling").child(number));
    return Resample{.label = "replicate " + number_text(number + 1),
                    .train = weights_where(within, [&](Index i) { return drawn[at(i)]; }),
                    .test = weights_where(within, [&](Index i) { return !drawn[at(i)]; }),
                    .key = key.child("resample").child(number),
                    .repeat = number + 1,
                    .fold = 0};
  };
  constexpr Index block = 20;
  return {"subsampling", replicates, block, fingerprint_of(*units, within, key), std::move(maker)};
}

} // namespace vigil
