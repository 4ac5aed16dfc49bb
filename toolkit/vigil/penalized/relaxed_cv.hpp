// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/penalized/cv_curve.hpp"
#include "vigil/penalized/held_out_loss.hpp"
#include "vigil/penalized/relaxed.hpp"

#include <span>
#include <vector>

namespace vigil::penalized {

/// Cross-validation of mixtures of a path and its relaxed fits: coefficients
///
///   gamma b_penalized + (1 - gamma) b_relaxed,   gamma in {0, 0.25, 0.5, 0.75, 1}
///
/// intercepts alike. gamma = 1 is the path itself. The other curves end where the relaxed fits of all rows or of some
/// fold end, so that every point has every fold.
struct RelaxedValidation {
  RelaxedPath path; ///< of all rows
  struct Curve {
    double gamma = 1.0;
    std::vector<double> loss, loss_se; ///< by point
  };
  std::vector<Curve> curves; ///< gamma ascending
  Index best = no_index;     ///< curve of the smallest loss; of equal ones the largest gamma
  Index minimum = no_index;  ///< its point; of equal ones the largest lambda
};

/// One fold of a cross-validation; without a fit (no events) it does not count.
struct RelaxedFold {
  const PathFitter* fitter = nullptr;
  FoldRows rows;
};

/// data       of the path of all rows, as markers; folds have theirs
/// full       the path of all rows
/// folds      repeats x folds, as in `penalized`
/// penalized  the losses of gamma = 1 at the points that were compared; the losses of the others are of the same kind
/// per_repeat folds of a repeat
/// cost       the relaxed paths, and four losses for each point and fold
/// source     Hastie, Tibshirani, Tibshirani 2020, Stat. Sci. 35:579; checked by tests/reference/glmnet_relaxed_test,
///            tests/unit/penalized/relaxed_test
[[nodiscard]] RelaxedValidation cross_validate_relaxed(const TrainingData& data,
                                                       const PathFitter& full,
                                                       std::span<const RelaxedFold> folds,
                                                       const HeldOutLoss& loss,
                                                       const CvCurve& penalized,
                                                       Index per_repeat,
                                                       const MarkerColumns& markers,
                                                       Scheduler& scheduler);

} // namespace vigil::penalized
