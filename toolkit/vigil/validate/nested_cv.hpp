// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/validate/scoring.hpp"

#include <span>
#include <vector>

namespace vigil {

/// Whether a measure is a mean over subjects of what subject_losses() gives: the Brier score and net benefit.
[[nodiscard]] bool has_subject_losses(const measure::Entry& entry);

/// What each subject adds to such a measure: e_i = W_i(t) h_i, of which the measure is the weighted mean; 0 outside the sample.
///
///   brier         h = (y - p)^2
///   net_benefit   h = 1(p >= p_t) {y - (1 - y) p_t / (1 - p_t)}
///
/// W with the censoring weights of the sample, which may come from more subjects than it has.
/// needs     has_subject_losses; a horizon that the censoring weights support; a risk for every subject of the sample
/// checked by tests/unit/validate/nested_cv_test
[[nodiscard]] std::vector<double> subject_losses(const EvaluationSample& sample,
                                                 const MeasureCell& cell,
                                                 const Prediction& prediction);

/// Losses around one outer fold of a cross-validation with K folds: of its own subjects by the model that was fitted without it;
/// and of everybody else, each by the model that was fitted without this fold and the subject's own.
struct NestedFold {
  std::vector<double> outer, inner;
};

/// An interval of the loss of the model fitted to all subjects.
struct NestedInterval {
  double estimate = not_available,
         se = not_available; ///< debiased; half of the width over the normal quantile
  double lower = not_available, upper = not_available;
  double cross_validated = not_available,
         nested = not_available; ///< mean losses of K-fold CV and of the pairs
  double mean_squared_error =
      not_available; ///< estimated, of the CV of n (K - 1) / K subjects; may be below 0
  double inflation = not_available; ///< of the naive standard error, within [1, sqrt K]
};

/// Nested cross-validation interval for a mean of losses.
///
///   a_k = (mean inner_k - mean outer_k)^2,  b_k = var(outer_k) / n_k,  MSE = mean over all folds of a_k - b_k
///   inflation = clip(sqrt(max(0, MSE)) / (sd(e) / sqrt n'), 1, sqrt K),  n' = n (K - 1) / K
///   Err_NCV = mean of e, e all inner losses;  Err_CV = mean of all outer losses
///   estimate = Err_NCV - (1 + ((K - 2) / K)^1.5) (Err_NCV - Err_CV)
///   se = inflation sd(e) / sqrt n,   estimate -+ z se
///
/// With R repeats a_k, b_k and e come from all R K outer folds; n stays the number of subjects: repeats make MSE steadier, not the
/// estimate better. Where the clip does not act the half width is z sqrt((K - 1) / K) sqrt(MSE), as published.
///
/// folds     K >= 3 for each of R repeats, in any order; at least two losses in every outer fold
/// subjects  n
/// cost      beside the K models of a repeat, K (K - 1) / 2 of pairs of folds left out, each of which serves both folds
/// limits    losses of equal weight; the loss must be a mean over subjects, which concordance is not
/// source    Bates, Hastie and Tibshirani 2024, JASA 119:1434 (arXiv 2104.00673), algorithm 1 and section 4;
///           checked by tests/reference/nested_cv_test against base R
[[nodiscard]] NestedInterval nested_cv_interval(std::span<const NestedFold> folds,
                                                Index folds_of_repeat,
                                                Index subjects,
                                                double level);

} // namespace vigil
