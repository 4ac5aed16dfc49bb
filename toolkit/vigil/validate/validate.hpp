// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/cohort.hpp"
#include "vigil/learn/any_learner.hpp"
#include "vigil/resample/plan.hpp"
#include "vigil/validate/columns.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace vigil {

/// A learner as a study names it, with what happens to the columns before it sees them.
struct NamedLearner {
  std::string name;
  AnyLearner learner;
  PreparationOptions preparation = {};
  ColumnSelection columns = {};
  std::optional<CombatOptions> combat = {}; ///< before everything else
};

/// What is to be validated. `apparent`: predict the training subjects of each resample too; a bootstrap always
/// does, because its optimism needs them.
struct ValidationTask {
  const Cohort& cohort;
  const ResamplePlan& plan;
  std::span<const NamedLearner> learners;
  PredictionRequest request;
  Shard shard = {};
  bool apparent = false;
};

/// One learner on one block of resamples [first, last): what a process computes in one go. `number` is the place
/// among all units of the task, the same for every number of shards.
struct WorkUnit {
  Index number = 0, learner = 0, first = 0, last = 0;
};

enum class FoldRole : std::uint8_t { train, test };

/// Where a resample cut a column; NaN: it could choose no cut.
struct ChosenCut {
  std::string column = {};
  double cut = std::numeric_limits<double>::quiet_NaN();
};

/// Predictions of one resample: what a shard holds; every measure is computed from these.
struct ResampleRecord {
  std::string learner;
  Index resample = 0;         ///< number in the plan; no_index: the final model on all subjects
  std::vector<Index> subject; ///< ascending
  std::vector<FoldRole> role; ///< one per subject
  Prediction prediction;      ///< rows as in `subject`
  std::vector<SelectedFeature> selected; ///< column numbers of the whole cohort
  FitStatus status = FitStatus::undefined;
  std::vector<ChosenCut> cuts = {}; ///< of the columns that training sets cut
};

/// Units of this shard in ascending number: units number, number + count, .. of all (learner by learner, block
/// by block).
[[nodiscard]] std::vector<WorkUnit> work_units(const ValidationTask& task);

/// Fits and predicts one unit, for validate(): its resamples in ascending number.
[[nodiscard]] std::vector<ResampleRecord>
validate_unit(const ValidationTask& task, const WorkUnit& unit, FitContext& context);

/// Called once per resample, in the order of units and of resamples within a unit, from the calling thread.
using RecordSink = std::function<void(const ResampleRecord& record)>;

/// Fits and predicts every unit of the shard.
///
/// Each unit is one pass for the preparations of all its resamples and one `fit_all` batch; preparations see
/// training weights only. The address of a fit is resample.key / "fit" / learner name, so that a record is a
/// function of cohort, plan, learner and resample alone: not of threads, shards or the other learners.
///
/// throws    what the cohort, the column selections and the learners throw
/// checked by tests/unit/validate/validate
void validate(const ValidationTask& task, const RecordSink& finished, FitContext& context);

} // namespace vigil
