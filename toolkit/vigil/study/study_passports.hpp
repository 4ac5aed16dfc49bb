// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/learner.hpp"
#include "vigil/report/report.hpp"

#include <span>
#include <string>
#include <vector>

namespace vigil {

/// An external cohort of a study.
struct NamedCohort {
  std::string id;
  const Cohort& cohort;
};

/// Most passports of a learner.
inline constexpr Index most_passports = 20;

/// passport and replication of the report, from its selected features: of each learner the penalized columns that the model of all
/// subjects holds or at least half of the resamples selected, by falling frequency, at most most_passports. Nothing where the outcome
/// is not the time to one event. An external cohort of another outcome, or without the marker, says so in its row.
/// checked by tests/unit/study/study_passports_test
void add_passports(const Cohort& cohort,
                   std::span<const NamedCohort> externals,
                   FitContext& context,
                   report::Report& report);

} // namespace vigil
