// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/resample/draw_units.hpp"
#include "vigil/resample/plan.hpp"
#include "vigil/resample/weights_where.hpp"

#include <set>

namespace vigil {

namespace {

std::vector<Index> centres_present(const TrainingData& data, const CaseWeights& within) {
  std::set<Index> present;
  if (!data.centre.empty()) {
    for (const Index subject : within.support()) {
      present.insert(data.centre[at(subject)]);
    }
    present.erase(no_index);
  }
  return {present.begin(), present.end()};
}

/// Who may not train while `centre` tests: its subjects, and everybody of a group that has one of them.
std::vector<bool> held_back(std::span<const Index> centre_of,
                            std::span<const Index> group_of,
                            const CaseWeights& within,
                            Index centre) {
  std::set<Index> groups;
  std::vector<bool> held(centre_of.size(), false);
  for (const Index subject : within.support()) {
    held[at(subject)] = centre_of[at(subject)] == centre;
    if (held[at(subject)] && !group_of.empty()) {
      groups.insert(group_of[at(subject)]);
    }
  }
  groups.erase(no_index);
  for (const Index subject : within.support()) {
    if (!group_of.empty() && groups.count(group_of[at(subject)]) > 0) {
      held[at(subject)] = true;
    }
  }
  return held;
}

} // namespace

ResamplePlan
leave_one_centre_out(const TrainingData& data, const CaseWeights& within, const RandomKey& key) {
  VIGIL_EXPECTS(within.subjects() == data.subjects());
  const std::vector<Index> centres = centres_present(data, within);
  if (centres.size() < 2) {
    throw InputError({.where = "centre column, analysed subjects",
                      .found = centres.empty() ? "no centre" : "a single centre",
                      .expected = "at least two centres",
                      .remedy = "name the centre column, or use another scheme, e.g. repeated-cv",
                      .problem = "cannot leave one centre out"});
  }
  const std::vector<Index> centre_of(data.centre.begin(), data.centre.end());
  const std::vector<Index> group_of(data.group.begin(), data.group.end());
  auto maker = [centres, centre_of, group_of, within, key](Index number) {
    const Index centre = centres[at(number)];
    const std::vector<bool> held = held_back(centre_of, group_of, within, centre);
    return Resample{.label = "centre " + number_text(centre + 1),
                    .train = weights_where(within, [&](Index i) { return !held[at(i)]; }),
                    .test =
                        weights_where(within, [&](Index i) { return centre_of[at(i)] == centre; }),
                    .key = key.child("resample").child(number),
                    .repeat = 1,
                    .fold = centre + 1};
  };
  Digest digest;
  add_key(digest, key);
  add_weights(digest, within);
  digest.add_values(std::span<const Index>(centre_of));
  digest.add_values(std::span<const Index>(group_of));
  constexpr Index block = 10;
  return {"loco", size_of(centres), block, digest.hex(), std::move(maker)};
}

} // namespace vigil
