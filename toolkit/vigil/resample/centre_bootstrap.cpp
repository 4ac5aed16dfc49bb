// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/resample/plan.hpp"
#include "vigil/resample/replicate_plan.hpp"

#include <map>
#include <memory>
#include <numeric>
#include <set>

namespace vigil {

namespace {

/// Centres as units, all in one stratum.
DrawUnits centre_units(const TrainingData& data, const CaseWeights& within) {
  std::map<Index, std::vector<Index>> members;
  Index homeless = 0;
  for (const Index subject : within.support()) {
    const Index centre = data.centre.empty() ? no_index : data.centre[at(subject)];
    homeless += centre == no_index ? 1 : 0;
    members[centre].push_back(subject);
  }
  members.erase(no_index);
  if (size_of(members) < fewest_drawn_centres) {
    throw InputError(
        {.where = "centre column, analysed subjects",
         .found = number_text(size_of(members)) + (members.size() == 1 ? " centre" : " centres"),
         .expected = "at least " + number_text(fewest_drawn_centres) + " centres",
         .remedy = "take another scheme: nested-cv, bootstrap, or loco",
         .problem = "cannot draw centres with replacement"});
  }
  if (homeless > 0) {
    throw InputError({.where = "centre column, analysed subjects",
                      .found = number_text(homeless) + (homeless == 1 ? " subject" : " subjects") +
                               " without a centre",
                      .expected = "a centre for every subject: others could be in no sample",
                      .remedy = "name their centre, or leave them out with subjects = [...]",
                      .problem = "cannot draw centres with replacement"});
  }
  DrawUnits units;
  for (auto& [centre, subjects] : members) {
    units.members.push_back(std::move(subjects));
  }
  std::vector<Index> all(units.members.size());
  std::iota(all.begin(), all.end(), Index{0});
  units.strata.push_back({.event = 0, .centre = 0, .units = std::move(all)});
  return units;
}

/// A group with members in two centres would train and test at once.
void check_groups(const TrainingData& data, const CaseWeights& within) {
  std::map<Index, Index> centre_of_group;
  std::set<Index> scattered;
  for (const Index subject : within.support()) {
    const Index group = data.group.empty() ? no_index : data.group[at(subject)];
    if (group != no_index) {
      const Index centre = data.centre[at(subject)];
      const auto known = centre_of_group.emplace(group, centre).first;
      if (known->second != centre) {
        scattered.insert(group);
      }
    }
  }
  if (!scattered.empty()) {
    throw InputError(
        {.where = "group column, analysed subjects",
         .found = number_text(size_of(scattered)) + " groups with members in more than one centre",
         .expected = "every group within one centre",
         .remedy = "leave the rows of its other centres out, or take the scheme bootstrap",
         .problem = "cannot draw centres with replacement"});
  }
}

} // namespace

ResamplePlan centre_bootstrap(const TrainingData& data,
                              const CaseWeights& within,
                              Index replicates,
                              const RandomKey& key) {
  VIGIL_EXPECTS(within.subjects() == data.subjects());
  if (replicates < 1) {
    throw ConfigError({.where = "bootstrap replicates",
                       .found = number_text(replicates),
                       .expected = "at least 1 replicate",
                       .remedy = "ask for 200 replicates",
                       .problem = "cannot draw bootstrap samples"});
  }
  const auto units = std::make_shared<const DrawUnits>(centre_units(data, within));
  check_groups(data, within);
  return replicate_plan("centre-bootstrap", replicates, units, within, key);
}

} // namespace vigil
