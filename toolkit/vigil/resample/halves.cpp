// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/resample/draw_units.hpp"
#include "vigil/resample/plan.hpp"
#include "vigil/resample/weights_where.hpp"

namespace vigil {

namespace {

void check_pairs(const DrawUnits& units, Index pairs) {
  if (pairs < 1) {
    throw ConfigError({.where = "complementary pairs",
                       .found = number_text(pairs),
                       .expected = "at least 1 pair",
                       .remedy = "ask for 50 pairs",
                       .problem = "cannot draw half samples"});
  }
  if (units.units() < 2) {
    throw InputError({.where = "analysed subjects",
                      .found = number_text(units.units()) + " independent subjects",
                      .expected = "at least 2 subjects (or groups)",
                      .remedy = "check the subjects kept",
                      .problem = "cannot draw half samples"});
  }
}

/// Half 0 or 1 of each subject; -1: in no unit.
std::vector<Index> half_of_subjects(const DrawUnits& units, Index subjects, const RandomKey& key) {
  const std::vector<Index> half_of_unit = deal(units, 2, key);
  std::vector<Index> half_of(at(subjects), no_index);
  for (Index unit = 0; unit < units.units(); ++unit) {
    for (const Index subject : units.members[at(unit)]) {
      half_of[at(subject)] = half_of_unit[at(unit)];
    }
  }
  return half_of;
}

} // namespace

ResamplePlan complementary_halves(const TrainingData& data,
                                  const CaseWeights& within,
                                  Index pairs,
                                  const RandomKey& key) {
  const auto units = std::make_shared<const DrawUnits>(draw_units(data, within));
  check_pairs(*units, pairs);
  auto maker = [units, within, key](Index number) {
    const Index pair = number / 2, half = number % 2;
    const RandomKey address = key.child("stability").child(pair);
    const std::vector<Index> half_of = half_of_subjects(*units, within.subjects(), address);
    return Resample{.label = "pair " + number_text(pair + 1) + " half " + number_text(half + 1),
                    .train = weights_where(within, [&](Index i) { return half_of[at(i)] == half; }),
                    .test =
                        weights_where(within, [&](Index i) { return half_of[at(i)] == 1 - half; }),
                    .key = address.child("half").child(half),
                    .repeat = pair + 1,
                    .fold = half + 1};
  };
  constexpr Index block = 20;
  return {"complementary-halves",
          2 * pairs,
          block,
          fingerprint_of(*units, within, key),
          std::move(maker)};
}

} // namespace vigil
