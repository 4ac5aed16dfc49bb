// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/validate/validate.hpp"

#include <span>
#include <string>
#include <vector>

namespace vigil {

/// A model fitted on all subjects: the one that is frozen, validated elsewhere and used for triage.
struct FinalModel {
  std::string learner;
  AnyModel model;
  ResampleRecord
      apparent; ///< its predictions for the subjects it was fitted on; resample = no_index
};

/// What the final models are fitted on. `weights`: who takes part; `key`: of the study.
struct FinalTask {
  const Cohort& cohort;
  const CaseWeights& weights;
  std::span<const NamedLearner> learners;
  PredictionRequest request;
  RandomKey key;
};

/// Each learner once on all weights, in the order of the learners; addresses are key / "final" / "fit" / name. These
/// fits, and no others of a study, are asked for their diagnostics.
[[nodiscard]] std::vector<FinalModel> fit_final(const FinalTask& task, FitContext& context);

/// Predictions of one frozen model for every subject of a cohort.
struct ExternalPrediction {
  std::string learner;
  FitStatus status = FitStatus::undefined;
  Prediction prediction;
};

/// Every model on another cohort, whose columns are found by name.
/// Throws InputError that lists missing columns.
[[nodiscard]] std::vector<ExternalPrediction> predict_external(std::span<const FinalModel> models,
                                                               const Cohort& cohort,
                                                               const PredictionRequest& request,
                                                               FitContext& context);

} // namespace vigil
