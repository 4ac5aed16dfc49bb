// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace vigil {

/// Two estimates of the error of a model on new subjects, from its error on those it was fitted to and the error of the models
/// of resamples on those that they left out.
///
///   .632     0.368 apparent + 0.632 left_out
///   .632+    (1 - w) apparent + w min(left_out, gamma),   w = 0.632 / (1 - 0.368 R)
///            R = (min(left_out, gamma) - apparent) / (gamma - apparent), 0 where left_out or gamma is not above apparent
///
/// gamma     error where predictions and outcomes have nothing to do with each other; 0.5 for concordance and AUC
/// R         relative overfitting, from 0 (none: .632+ is .632) to 1 (w = 1: the error on subjects left out)
/// NaN       where an argument is
/// source    Efron 1983, JASA 78:316; Efron and Tibshirani 1997, JASA 92:548;
///           checked by tests/unit/validate/error_632_test
[[nodiscard]] double error_632(double apparent, double left_out);
[[nodiscard]] double error_632_plus(double apparent, double left_out, double gamma);

/// gamma of the Brier score at a horizon: the mean over all pairs of an outcome and a prediction.
///
///   sum_ij w_i w_j W_i (y_i - p_j)^2 / (sum w)^2
///
/// happened   y_i: 1 for the event by the horizon
/// inverse    W_i: censoring weights; 0 for those who left before
/// cost       O(n): y, y p and p^2 have separate means
[[nodiscard]] double no_information_brier(std::span<const double> weight,
                                          std::span<const double> inverse,
                                          std::span<const double> happened,
                                          std::span<const double> risk);

} // namespace vigil
