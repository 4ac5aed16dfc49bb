// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/training_data.hpp"
#include "vigil/learn/preparation.hpp"

#include <limits>
#include <optional>
#include <string_view>
#include <vector>

namespace vigil::penalized {

/// partial_likelihood  -2 {log L(all rows) - log L(training rows)} at the fold's coefficients, per event held out
/// deviance            -2 log L(held-out rows alone), per event held out; families without event times: their deviance
///                     at the fitted intercept, per unit of weight
/// concordance         1 - Harrell's C of the held-out rows
/// brier               IPCW Brier score of the held-out rows at a horizon, per unit of weight held out (HeldOutLoss)
enum class CvLoss { partial_likelihood, deviance, concordance, brier };
[[nodiscard]] std::string_view name_of(CvLoss loss) noexcept;
[[nodiscard]] std::optional<CvLoss> parse_cv_loss(std::string_view text) noexcept;

struct CvOptions {
  Index folds = 5, repeats = 1;
  CvLoss loss = CvLoss::partial_likelihood;
  /// Of the Brier score, in the cohort's unit of time; NaN: none. Whether the cohort's follow-up supports it
  /// (survival::horizon_support) is the caller's question.
  double horizon = std::numeric_limits<double>::quiet_NaN();
  bool full_grid = false; ///< no early stop
  bool adaptive =
      false; ///< penalty factors from pilots (adaptive.hpp), anew for each fold's training rows
  bool relax =
      false; ///< mixtures with the relaxed fits too (relaxed_cv.hpp), on the same folds and points
  PreparationOptions preparation = {}; ///< fitted anew on each fold's training rows
  /// Folds named by the user: fold_of[repeat][subject], from 1, 0 = in none; empty: drawn.
  std::vector<std::vector<Index>> fold_of = {};
};

/// Throws ConfigError for fewer than 2 folds, no repeat, a loss that the outcome does not have, the loss brier without
/// a horizon > 0, or named folds that are not one list of numbers from 0 to `folds` for each repeat.
void check_cv(const CvOptions& options, const TrainingData& data);

} // namespace vigil::penalized
