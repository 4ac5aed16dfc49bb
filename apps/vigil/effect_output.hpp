// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/cohort.hpp"
#include "vigil/triage/treatment_effect.hpp"
#include "vigil/triage/treatment_overlap.hpp"

#include "apps/vigil/session.hpp"
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace vigil::app {

/// What every result of an effect rests on; said on the screen and in summary.json.
inline constexpr std::string_view effect_assumptions =
    "no unmeasured confounding: the columns of the models hold all that decided the treatment and "
    "bears on the event; censoring independent given its model; the models right";

/// The words of a request, for the record.
struct EffectWords {
  std::string treatment, treated_level, target, treat_if;
  std::string ties, censoring;
  double level = 0.95;
  Index cross_fit = 0; ///< folds; 0: none
};

/// What an effect wrote and printed is made of.
struct EffectResult {
  std::vector<triage::EffectRow> rows;
  triage::TreatmentOverlap overlap;
  std::vector<std::string> warnings;
};

/// effect.tsv, overlap.tsv, balance.tsv, with centres centres.tsv, and summary.json.
void write_effect(const EffectResult& result,
                  const EffectWords& words,
                  const triage::TreatedCohort& treated,
                  const Cohort& cohort,
                  const std::filesystem::path& folder);
void say_effect(const EffectResult& result, const EffectWords& words, Session& session);

} // namespace vigil::app
