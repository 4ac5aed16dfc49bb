// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/triage/treatment_effect.hpp"

#include <memory>
#include <span>
#include <vector>

namespace vigil::triage {

/// Models that are fitted without each fold in turn, so that no subject is judged by models that have seen it.
///
///   score_i = Q_a + 1(A_i = a)/p_a (V_i + M_i - Q_a), every model that of the folds without i
///
/// The mean over all subjects is the cross-fitted aiptw, its error that of these values.
/// fold_of  1 .. K of each subject
/// throws   InputError where a model fails without a fold, an arm has fewer than 20 effective subjects, (sum w)^2 / sum w^2 with w = 1 / p_a, or
///          G is below 0.05 for a subject
/// cost     K times that of TreatmentModels and of augmented_scores
/// source   Chernozhukov et al. 2018, Econometrics J. 21:C1 (definition 3.2); checked by tests/unit/triage/cross_fit_test and
///          tests/reference/treatment_effect_test (plain R)
class CrossFit {
public:
  CrossFit(const TreatedCohort& cohort,
           const TreatmentModelOptions& options,
           std::span<const Index> fold_of);

  [[nodiscard]] Index folds() const noexcept { return size_of(models_); }
  /// The values whose mean is the estimate.
  [[nodiscard]] std::vector<double> scores(bool treated, double horizon) const;

private:
  /// (sum w)^2 / sum w^2 of an arm, w = 1 / p by the models without each subject's fold.
  [[nodiscard]] double effective_subjects(bool treated) const;

  std::vector<std::unique_ptr<const TreatmentModels>> models_; ///< each without its fold
  std::vector<Index> fold_of_;
};

} // namespace vigil::triage
