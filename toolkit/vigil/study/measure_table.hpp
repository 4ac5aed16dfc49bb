// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/cohort.hpp"
#include "vigil/measure/measure.hpp"
#include "vigil/storage/data_frame.hpp"
#include "vigil/validate/summary.hpp"

#include <limits>
#include <string>
#include <vector>

namespace vigil {

/// Where in a table of predictions the numbers are. Empty names take the defaults: time, event, score, and every
/// column called `risk@t`.
struct PredictionColumns {
  std::string time = {}, event = {}, cause = {}, score = {}, centre = {}, weight = {}, group = {};
  std::vector<std::string> risk = {}; ///< one per horizon
  std::vector<double> horizons = {};  ///< for `risk`; for measures of the score alone
};

/// A prediction with its outcome, ready to be measured. Rows are subjects, or with `group` rows of subjects.
struct MeasuredTable {
  Prediction prediction;
  Outcome outcome;
  CaseWeights weights;
  Grouping centre;
  std::vector<std::string> subject_ids;
  Grouping group = {}; ///< whose rows depend on each other; empty: every row is a subject
};

/// Anybody's predictions. `cohort`: join its outcome by subject id instead of reading time and event from the table.
/// Throws InputError for missing columns, text in them, subjects that the cohort does not have, and rows without a group
/// where a column of groups is named (of the table, or with a cohort the groups that the cohort was read with).
[[nodiscard]] MeasuredTable read_predictions(const storage::DataFrame& table,
                                             const PredictionColumns& columns,
                                             const Cohort* cohort);

struct MeasureOptions {
  std::vector<const measure::Entry*> measures;
  std::vector<double> horizons = {}, thresholds = {};
  double tau = std::numeric_limits<double>::infinity();
  double level = 0.95;
  bool censoring_by_centre = false;
  double min_censoring_survival = 0.10; ///< of the horizon gate
};

/// One row per measure, horizon and threshold; a measure that cannot be computed says why, as does one at a horizon that
/// the follow-up does not support (survival::horizon_support). With groups the standard errors are those of groups.
[[nodiscard]] std::vector<PerformanceRow> measure_rows(const MeasuredTable& table,
                                                       const MeasureOptions& options);

/// score minus `other` (another score of the same subjects), by influence values, for the measures of a score.
[[nodiscard]] std::vector<ComparisonRow> compare_scores(const MeasuredTable& table,
                                                        std::span<const double> other,
                                                        const std::string& other_name,
                                                        const MeasureOptions& options);

} // namespace vigil
