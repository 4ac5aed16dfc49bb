// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/random.hpp"
#include "vigil/cohort/cohort.hpp"
#include "vigil/triage/cross_fit.hpp"
#include "vigil/triage/treatment_overlap.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace vigil::app {

/// What the rows of effect.tsv are of.
struct EffectRowOptions {
  std::vector<double> horizons = {};
  triage::TargetPopulation target = triage::TargetPopulation::everybody;
  double level = 0.95;
  bool has_rule = false;
  std::span<const Index> group =
      {}; ///< of each subject: influences are summed within groups; or empty
};

/// By horizon, then by estimator; with cross-fitted models also rows "aiptw-cross-fit". treat: whom a rule would treat.
[[nodiscard]] std::vector<triage::EffectRow> effect_rows_of(const triage::TreatmentModels& models,
                                                            const triage::CrossFit* cross_fit,
                                                            const std::vector<bool>& treat,
                                                            const EffectRowOptions& options);

/// Folds 1 .. K of the subjects, stratified by arm and event, groups of rows whole.
[[nodiscard]] std::vector<Index> cross_fit_folds_of(const Cohort& cohort,
                                                    std::span<const std::uint8_t> treated,
                                                    Index folds,
                                                    const RandomKey& key);

} // namespace vigil::app
