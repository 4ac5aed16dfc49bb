// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/validate/summary.hpp"
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

/// One row of null_check.tsv. `selected`: mean number of penalized columns in the models of its folds.
struct NullCheckRow {
  std::string learner = {};
  Index permutation = 0; ///< from 1
  double within_centre_concordance = not_available;
  double selected = not_available;
};

/// What the permutations say of one learner. `study_`: the same quantity with the real outcome.
struct NullCheckVerdict {
  std::string learner = {};
  Index permutations = 0; ///< those with a concordance
  double concordance = not_available, se = not_available, limit = not_available;
  double study_concordance = not_available;
  double selected = not_available, study_selected = not_available;
  Index candidates = 0;      ///< penalized columns, which a learner may choose
  Index selection_limit = 0; ///< permutations in which one column may be selected
  Index most_selected = 0;   ///< those of the column that was selected most often
  bool failed = false;
  std::string because = {}; ///< why it failed, or why it could not be judged; else empty
};

struct NullCheck {
  std::vector<NullCheckRow> rows; ///< learner by learner, by permutation
  std::vector<NullCheckVerdict> verdicts;

  [[nodiscard]] bool failed() const noexcept;
};

/// The resamples that the check runs on: the folds of the first repeat, every centre of loco, the one split; of a
/// bootstrap and of subsamples the first five.
[[nodiscard]] std::vector<Index> null_check_resamples(const ResamplePlan& plan);

/// The outcome with its rows (entry, time, event or cause together) permuted within centre, among the subjects of
/// `within`. Address: key / "outcome" / centre, subjects without a centre together.
[[nodiscard]] Outcome
permuted_outcome(const TrainingData& data, const CaseWeights& within, const RandomKey& key);

/// Permutations in which one of `candidates` columns may be selected: the smallest k with
/// P(Binomial(permutations, rate) > k) <= 0.001 / candidates.
[[nodiscard]] Index selection_limit(Index permutations, double rate, Index candidates);

/// The whole pipeline of each learner on outcomes that mean nothing (label permutation).
///
///   b = 1 .. B: permute the outcome rows within centre; prepare, tune, select and fit anew on the resamples'
///   training weights; C_b = concordant pairs / comparable pairs, pairs within one centre and one test fold
///   limit = 0.5 + 3 sd(C_b) / sqrt(B);   failed: mean C_b > limit
///   S_j = permutations in which column j is in more than half of the models, q = mean S_j / B over candidates
///   failed: some S_j > selection_limit(B, min(1, 2 q), candidates); not judged in a cohort with centres
///
/// C_b has mean 0.5 for every learner whose models depend on training outcomes alone: given these, the outcomes of the
/// test subjects of a centre are in random order. Pairs count once whatever the sampling weights. Candidates are the
/// penalized columns; the rate is doubled because columns of other shape are selected more often by chance, and a learner
/// that takes half of them and more chooses too little to be judged by it. Within centres, differences between them stay,
/// and columns that tell centres apart are rightly selected again and again: there selections are counted, not judged.
///
/// between   called before each permutation of each learner; may throw to stop
/// throws    what the learners throw
/// cost      B times one repeat of the validation; permutations of a small resident matrix run side by side
/// source    Radmacher, McShane and Simon 2002, J. Comput. Biol. 9:505; Ojala and Garriga 2010, JMLR 11:1833;
///           checked by tests/unit/validate/null_check_test
[[nodiscard]] NullCheck
null_check(const NullCheckTask& task, const std::function<void()>& between, FitContext& context);

} // namespace vigil
