// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/validate/null_tally.hpp"
#include "vigil/validate/validate.hpp"

#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace vigil {

/// Outcomes that mean nothing, and what each learner makes of them.
///
/// records   of the study itself: what the real outcome gave on the same resamples stands beside
/// tau       pairs count whose earlier event is at or before it
struct NullCheckTask {
  const Cohort& cohort;
  const ResamplePlan& plan;
  std::span<const NamedLearner> learners;
  std::span<const ResampleRecord> records = {};
  Index permutations = 100;
  RandomKey key;
  double tau = std::numeric_limits<double>::infinity();
  int cause = 1;
};

/// The resamples that the check runs on: the folds of the first repeat, every centre of loco, the one split; of a
/// bootstrap and of subsamples the first five.
[[nodiscard]] std::vector<Index> null_check_resamples(const ResamplePlan& plan);

/// The outcome with its rows (entry, time, event or cause together) permuted within centre, among the subjects of
/// `within`. Address: key / "outcome" / centre, subjects without a centre together.
[[nodiscard]] Outcome
permuted_outcome(const TrainingData& data, const CaseWeights& within, const RandomKey& key);

/// One permutation of the outcome for one learner, numbered from 0: what is computed in one go.
struct NullUnit {
  Index learner = 0, permutation = 0;
};

/// Of all units, learner by learner and permutation by permutation, those with the numbers shard.number, + shard.count, ...
[[nodiscard]] std::vector<NullUnit> null_units(const NullCheckTask& task, const Shard& shard = {});

/// Called once for each unit, as it is finished: in any order, by one thread at a time.
using NullUnitSink = std::function<void(const NullUnit& unit, const NullTally& tally)>;

/// The whole pipeline of each unit's learner on an outcome that means nothing (label permutation): the outcome rows are
/// permuted within centre; prepare, tune, select and fit anew on the resamples' training weights; pairs of test subjects
/// within one centre and one fold, each once whatever the sampling weights, and the penalized columns of the models.
///
/// A tally depends on the task, its learner and its permutation alone: not on the other units, on how many permutations
/// there are, or on threads.
/// between   called before each unit; may throw to stop
/// throws    what the learners and the sink throw
/// cost      of a unit: one repeat of the validation; units of a small resident matrix run side by side
/// source    Radmacher, McShane and Simon 2002, J. Comput. Biol. 9:505; Ojala and Garriga 2010, JMLR 11:1833;
///           checked by tests/unit/validate/null_check_test
void compute_null_units(const NullCheckTask& task,
                        std::span<const NullUnit> units,
                        const NullUnitSink& finished,
                        const std::function<void()>& between,
                        FitContext& context);

/// The same quantities with the real outcome, from task.records.
[[nodiscard]] NullTally study_tally(const NullCheckTask& task, const std::string& learner);

} // namespace vigil
