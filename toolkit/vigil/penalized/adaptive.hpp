// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/penalized/cv_options.hpp"
#include "vigil/penalized/fit_paths.hpp"

#include <span>
#include <string>
#include <vector>

namespace vigil::penalized {

/// The first fit of an adaptive penalty: the path of the same penalty at the lambda of its smallest cross-validated
/// loss.
struct Pilot {
  double lambda = 0.0;
  std::vector<Index> feature;         ///< penalized columns with a coefficient, ascending
  std::vector<double> coefficient;    ///< on the prepared scale
  std::string undefined_because = {}; ///< empty: defined

  [[nodiscard]] bool undefined() const noexcept { return !undefined_because.empty(); }
};

/// One pilot for each item, all in one batch of cross-validations.
///
/// folds   drawn within the item's own rows, at the address item.key / "pilot": where an item is the training part of a
///         fold, its pilot knows nothing of the held-out rows
/// loss    partial likelihood, or deviance without times
/// requests, preparation  of the fits that the factors are for; named lambdas are not those of the pilot, which takes
///         the grid of its own largest lambda
/// source  Zou 2006, JASA 101:1418; Buehlmann and van de Geer 2011, Statistics for High-Dimensional Data, section 2.8
///         (the pilot); Kraemer, Schaefer, Boulesteix 2009, BMC Bioinformatics 10:384 (a pilot in every fold);
///         checked by tests/unit/penalized/adaptive_test
[[nodiscard]] std::vector<Pilot> fit_pilots(const FitBatch& batch,
                                            std::span<const PathRequest> requests,
                                            Index folds,
                                            const PreparationOptions& preparation,
                                            FitContext& context);

/// Penalty factors of the second fit, one per column:
///
///   v_j / max(|b_j|, 1e-6 max_k |b_k|),   v the factors of the pilot's own penalty, b the pilot on the prepared scale
///
/// infinity (the column is left out) where the pilot has no coefficient and v_j > 0; 0 where v_j = 0.
[[nodiscard]] std::vector<double>
adaptive_factors(const Pilot& pilot, const PenaltyOptions& penalty, const TrainingData& data);

} // namespace vigil::penalized
