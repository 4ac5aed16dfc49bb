// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/cohort.hpp"
#include "vigil/learn/prediction.hpp"
#include "vigil/storage/data_frame.hpp"
#include "vigil/survival/censoring_model.hpp"

#include <span>
#include <string>
#include <vector>

namespace vigil {

/// Where in a table of predictions the numbers are. Empty names take the defaults: time, event, score, and every
/// column called `risk@t`.
struct PredictionColumns {
  std::string time = {}, event = {}, cause = {}, score = {}, centre = {}, weight = {}, group = {};
  std::string own_risk = {};          ///< risk by the row's own time; default own_risk, where it is
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
  std::vector<double> own_risk = {};            ///< by each row's own time; empty: not given
  survival::CensoringCovariates censoring = {}; ///< of a model of censoring; no columns: none
};

/// Anybody's predictions. `cohort`: join its outcome by subject id instead of reading time and event from the table.
/// Throws InputError for missing columns, text in them, subjects that the cohort does not have, and rows without a group
/// where a column of groups is named (of the table, or with a cohort the groups that the cohort was read with).
[[nodiscard]] MeasuredTable read_predictions(const storage::DataFrame& table,
                                             const PredictionColumns& columns,
                                             const Cohort* cohort);

/// Columns of risks at these horizons. Throws InputError for a number outside [0, 1].
[[nodiscard]] RiskTable read_risks(const storage::DataFrame& table,
                                   std::span<const std::string> columns,
                                   std::span<const double> horizons);

/// Rows of the cohort for the subjects of the table. Throws InputError naming those that the cohort does not have.
[[nodiscard]] std::vector<Index> join_subjects(const storage::DataFrame& table,
                                               const Cohort& cohort);

} // namespace vigil
