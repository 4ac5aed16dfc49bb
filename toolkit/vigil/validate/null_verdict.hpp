// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/validate/null_check.hpp"
#include "vigil/validate/summary.hpp"

#include <span>
#include <string>
#include <vector>

namespace vigil {

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

/// Permutations in which one of `candidates` columns may be selected: the smallest k with
/// P(Binomial(permutations, rate) > k) <= 0.001 / candidates.
[[nodiscard]] Index selection_limit(Index permutations, double rate, Index candidates);

/// Whether any learner predicts outcomes that mean nothing, or selects a column in too many of them.
///
///   C_b = concordant pairs / comparable pairs of permutation b = 1 .. B
///   limit = 0.5 + 3 sd(C_b) / sqrt(B);   failed: mean C_b > limit
///   S_j = permutations in which column j is in more than half of the models, q = mean S_j / B over candidates
///   failed: some S_j > selection_limit(B, min(1, 2 q), candidates); not judged in a cohort with centres
///
/// C_b has mean 0.5 for every learner whose models depend on training outcomes alone: given these, the outcomes of the
/// test subjects of a centre are in random order. Candidates are the
/// penalized columns; the rate is doubled because columns of other shape are selected more often by chance, and a learner
/// that takes half of them and more chooses too little to be judged by it. Within centres, differences between them stay,
/// and columns that tell centres apart are rightly selected again and again: there selections are counted, not judged.
///
/// tallies   of null_units(task), in their order
/// source    as compute_null_units(); checked by tests/unit/validate/null_check_test
[[nodiscard]] NullCheck judge_null_check(const NullCheckTask& task,
                                         std::span<const NullTally> tallies);

} // namespace vigil
