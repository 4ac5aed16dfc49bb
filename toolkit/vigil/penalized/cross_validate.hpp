// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/penalized/adaptive.hpp"
#include "vigil/penalized/cv_options.hpp"
#include "vigil/penalized/fit_paths.hpp"
#include "vigil/penalized/relaxed_cv.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace vigil::penalized {

/// Cross-validation of one path; points are those that the full fit and every fold have solved.
struct CrossValidation {
  PathFit path; ///< of all rows of the item, cut to the points that were compared
  std::vector<double> loss, loss_se; ///< by point; weighted by HeldOutLoss::weight of the folds
  std::vector<double> fold_loss;     ///< points x (repeats x folds), NaN where a fold cannot say
  std::vector<double> fold_weight;   ///< repeats x folds
  std::vector<std::vector<Index>> fold_of; ///< repeat, subject; from 1, 0 = not present
  Index minimum = no_index;    ///< point of the smallest loss; the larger lambda of two equal ones
  Index one_se = no_index;     ///< largest lambda whose loss is within one SE of the smallest
  Index stopped_at = no_index; ///< point of the early stop; no_index: the grid was run to its end
  std::optional<RelaxedValidation> relaxed = {}; ///< with relax: of the points above
  std::vector<Pilot> pilots =
      {}; ///< adaptive only: of all rows, then of the training rows of repeats x folds
  std::string undefined_because = {};

  [[nodiscard]] bool undefined() const noexcept { return minimum == no_index; }
};

/// Cross-validated paths, one per item: folds over the item's support, stratified by centre x event, groups together,
/// drawn at the address item.key / "inner" / repeat. All folds of all items and the full fits advance along lambda
/// together, in shared passes.
///
/// loss_se     sqrt(sum w (l - mean)^2 / sum w / (folds - 1)) over the folds of a repeat, root mean square over repeats
/// early stop  (unless full_grid) at least 20 points, then when for 10 points in a row the paired difference to the
///             best point so far, over folds, is above 2 of its own SE: a function of the folds' losses alone
/// adaptive    a pilot for the full fit and one for each fold, from its training rows alone, before the paths begin
/// undefined   fewer events (or groups) than folds; loss brier: nobody at risk beyond the horizon, delayed entry; a pilot that is
///             undefined
/// source      Verweij and van Houwelingen 1993, Stat. Med. 12:2305 (the loss); Breiman et al. 1984 (one SE);
///             checked by tests/unit/penalized/cross_validate_test
[[nodiscard]] std::vector<CrossValidation> cross_validate(const FitBatch& batch,
                                                          std::span<const PathRequest> requests,
                                                          const CvOptions& options,
                                                          FitContext& context);

} // namespace vigil::penalized
