// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/measure/measure.hpp"
#include "vigil/report/report.hpp"
#include "vigil/resample/plan.hpp"
#include "vigil/validate/final_fit.hpp"
#include "vigil/validate/validate.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace vigil {

/// Finished values as rows of the tables.

[[nodiscard]] report::InputSummary input_summary(const Cohort& cohort, const std::string& id);
/// "1 learner", "1,546 subjects": a count and its noun, with an s unless there is one.
[[nodiscard]] std::string count_text(Index value, std::string_view noun);
/// "686 subjects, 9 markers, 0 clinical columns, 299 events, 4 centres".
[[nodiscard]] std::string counts_line(const report::InputSummary& summary);

/// Held-out predictions of every resample, under the name that performance.tsv gives the scheme.
void add_predictions(std::span<const ResampleRecord> records,
                     const Cohort& cohort,
                     const ResamplePlan& plan,
                     const std::string& scheme,
                     report::PredictionTable& table);
void add_external_predictions(std::span<const ExternalPrediction> predictions,
                              const Cohort& cohort,
                              const std::string& id,
                              report::PredictionTable& table);

[[nodiscard]] std::vector<report::FoldRow> fold_rows(const Cohort& cohort,
                                                     const ResamplePlan& plan);
[[nodiscard]] std::vector<report::SelectedFeatureRow>
selected_feature_rows(std::span<const ResampleRecord> records,
                      std::span<const FinalModel> models,
                      const Cohort& cohort);
[[nodiscard]] std::vector<report::CoefficientRow>
coefficient_rows(std::span<const FinalModel> models, const Cohort& cohort);

/// Tests of proportional hazards of the Cox models among them.
[[nodiscard]] std::vector<report::HazardTestRow> hazard_rows(std::span<const FinalModel> models);

/// Calibration of one learner's risks at one horizon, by groups and smooth.
[[nodiscard]] report::CalibrationSummary calibration_summary(const measure::Evaluation& evaluation,
                                                             const std::string& learner,
                                                             const std::string& resampling);

/// The same of the subjects that have a risk there; nothing where the horizon is not predicted or the follow-up does not support it.
[[nodiscard]] std::optional<report::CalibrationSummary>
calibration_at(double horizon,
               const Cohort& cohort,
               const Prediction& prediction,
               const std::string& learner,
               const std::string& resampling);

/// One held-out prediction for each subject: those of the first repeat, put together over its folds. Subjects that
/// were never held out have NaN.
[[nodiscard]] Prediction held_out_prediction(std::span<const ResampleRecord> records,
                                             const std::string& learner,
                                             const ResamplePlan& plan,
                                             Index subjects);

} // namespace vigil
