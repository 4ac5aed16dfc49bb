// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/random.hpp"
#include "vigil/base/text.hpp"
#include "vigil/cohort/cohort.hpp"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace vigil::test {

/// Shape of a drawn cohort. centres 0: no centre column; group_size 1: no group column.
struct SmallCohort {
  Index subjects = 60, markers = 6, clinical = 2, centres = 3, group_size = 1;
  std::uint64_t seed = 1;
};

/// Exponential survival that gets worse with the first marker and the first clinical column, about 40 %
/// censored; some missing cells in the last marker. A function of the shape alone.
[[nodiscard]] inline CohortParts small_parts(const SmallCohort& shape) {
  const RandomKey key(shape.seed);
  const Index n = shape.subjects;
  RandomStream cells(key.child("cells"));
  std::vector<float> markers(at(n * shape.markers));
  for (float& value : markers) {
    value = static_cast<float>(cells.normal());
  }
  for (Index i = 0; i < n && shape.markers > 1; i += 11) {
    markers[at((shape.markers - 1) * n + i)] = std::nanf("");
  }
  std::vector<FeatureInfo> info;
  for (Index j = 0; j < shape.markers; ++j) {
    info.push_back({.name = "m" + number_text(j + 1)});
  }
  ClinicalBlock clinical(n);
  std::vector<double> first(at(n), 0.0);
  for (Index j = 0; j < shape.clinical; ++j) {
    std::vector<double> values(at(n));
    for (double& value : values) {
      value = cells.normal();
    }
    first = j == 0 ? values : first;
    clinical.add({.name = "c" + number_text(j + 1), .marker = false, .penalized = false},
                 std::move(values));
  }
  SurvivalOutcome outcome;
  RandomStream times(key.child("times"));
  std::vector<std::string> ids, centres, groups;
  for (Index i = 0; i < n; ++i) {
    const double risk =
        (shape.markers > 0 ? 0.7 * static_cast<double>(markers[at(i)]) : 0.0) + 0.5 * first[at(i)];
    const double event = times.exponential() * std::exp(-risk),
                 censored = 1.6 * times.exponential();
    outcome.time.push_back(0.01 + std::fmin(event, censored));
    outcome.event.push_back(event <= censored ? 1 : 0);
    ids.push_back("s" + number_text(i + 1));
    centres.push_back(shape.centres > 0 ? std::string(1, static_cast<char>('A' + i % shape.centres))
                                        : "");
    groups.push_back("g" + number_text(i / shape.group_size));
  }
  CohortParts parts{.subject_ids = std::move(ids),
                    .features = FeatureMatrix(
                        resident_source(n, shape.markers, std::move(markers), 4), std::move(info)),
                    .clinical = std::move(clinical),
                    .outcome = std::move(outcome)};
  if (shape.centres > 0) {
    parts.centre = make_grouping(centres);
  }
  if (shape.group_size > 1) {
    parts.group = make_grouping(groups);
  }
  return parts;
}

[[nodiscard]] inline Cohort small_cohort(const SmallCohort& shape) {
  return Cohort(small_parts(shape));
}

} // namespace vigil::test
