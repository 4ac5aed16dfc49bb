// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/resample/plan.hpp"

namespace vigil {

/// The folds of stratified_folds, as they are there; after them, for each repeat, every pair of its folds left out together: what an
/// interval by nested cross-validation needs.
///
/// order     R K folds; then repeat by repeat the pairs (1, 2), (1, 3), .., (K - 1, K). The others train, both folds test
/// throws    as stratified_folds; ConfigError for fewer than 3 folds, of which a pair would leave nobody to train
/// checked by tests/unit/resample/fold_pairs_test
[[nodiscard]] ResamplePlan folds_and_pairs(const TrainingData& data,
                                           const CaseWeights& within,
                                           const FoldOptions& options,
                                           const RandomKey& key);

/// K (K - 1) / 2.
[[nodiscard]] constexpr Index pairs_of_folds(Index folds) {
  return folds * (folds - 1) / 2;
}

/// Place of the pair of two different folds (from 0) among the pairs of a repeat.
[[nodiscard]] Index pair_number(Index one, Index other, Index folds);

} // namespace vigil
