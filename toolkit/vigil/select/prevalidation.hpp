// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/select/null_model.hpp"

#include <string>
#include <vector>

namespace vigil::select {

/// folds        each scored by a model of the others; folds of their own inside choose the penalty
/// draws        permutations of the features through the whole pipeline; 0: no p
struct PrevalidationOptions {
  Index folds = 5, inner_folds = 5, draws = 99;
  survival::Ties ties = survival::Ties::breslow;
  std::string impute = "median";
};

struct Prevalidation {
  std::vector<double> score = {}; ///< by subject; NaN: not in the analysis
  std::vector<Index> fold = {};   ///< by subject, from 1; 0: not in the analysis
  double z = 0.0;                 ///< signed root of the likelihood ratio
  double coefficient = 0.0;       ///< of the score, beside the adjusted columns
  double p = 0.0;                 ///< one-sided; NaN without draws
  Index draws = 0;
  std::string undefined_because = {}; ///< not empty: all numbers are NaN
};

/// Does a score of the features, trained here, add to the adjusted columns? Pre-validation: the score of a subject comes from a model
/// that has not seen him.
///
///   model  Cox lasso in which the features are penalized, the adjusted columns are not, lambda of the smallest cross-validated loss
///   score  its part of the features, sum_j b_j (x_j - training mean)
///   z      sign(b) sqrt(2 (log L with - log L without the score)), b its coefficient beside the adjusted columns, in the model of all
///          subjects; 0 where the score is the same for all
///   p      (1 + #{z_b >= z}) / (1 + draws), z_b: the same, features permuted within centre and stratum against all else
///
/// The Wald or chi-square p of the score is not given: it is too small (12 to 16 % below 0.05 without an effect, n = 150, ridge), as
/// scores of subjects in different folds share their training data.
///
/// randomness  folds at key / "folds", the inner ones of fold k at key / k; permutation b at key / "permutation" / b, with
///             inner folds at key / "draw" / b / k. The folds are the same in each permutation
/// undefined   the null model; fewer events (or groups) than folds, also in the training rows; p with groups: rows of a group cannot be
///             exchanged
/// cost        folds x (inner_folds + 1) paths for each draw and once more
/// source      Tibshirani, Efron 2002, Stat. Appl. Genet. Mol. Biol. 1(1):1; Hoefling, Tibshirani 2008, Ann. Appl. Stat. 2:643;
///             checked by tests/unit/select/prevalidation_test, tests/property/added_value_test
[[nodiscard]] Prevalidation prevalidation(const NullModel& null,
                                          const TrainingData& data,
                                          const CaseWeights& within,
                                          const PrevalidationOptions& options,
                                          const RandomKey& key,
                                          FitContext& context);

} // namespace vigil::select
