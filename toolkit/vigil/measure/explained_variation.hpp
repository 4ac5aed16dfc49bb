// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/measure/measure.hpp"
#include "vigil/survival/cox_likelihood.hpp"

namespace vigil::measure {

struct RoystonD {
  Estimate d;  ///< log hazard ratio between the halves of the scores
  Estimate r2; ///< explained variation on the log hazard scale
  double wald_se = std::numeric_limits<double>::quiet_NaN(); ///< of d
};
/// Royston and Sauerbrei's D and R2_D of the score.
///
///   z_i = Phi^-1((rank_i - 3/8) / (n + 1/4)), equal scores share the mean of theirs
///   D   = sqrt(8/pi) beta, beta from Cox's model on z;   R2_D = (D^2/k^2) / (pi^2/6 + D^2/k^2),  k^2 = 8/pi
///
/// Depends on the order of the scores alone. Other causes count as censorings; all follow-up is used.
/// influence  of beta, and of the ranks that each subject moves; wald_se holds the ranks fixed
/// undefined  as calibration_slope
/// cost       O(n log n)
/// source     Royston and Sauerbrei 2004, Stat. Med. 23:723; checked by tests/reference/model_measures_test,
///            tests/reference/royston_altman_2013_test
[[nodiscard]] RoystonD fit_royston_d(const Evaluation& evaluation,
                                     survival::Ties ties = survival::Ties::efron);
[[nodiscard]] Estimate royston_d(const Evaluation& evaluation);
[[nodiscard]] Estimate r2_d(const Evaluation& evaluation);

/// Goenen and Heller's concordance probability of a log hazard ratio score; uses no outcome.
///
///   K = 2 / (n (n - 1)) SUM_{i<j} 1 / (1 + exp(-|score_i - score_j|))
///
/// Depends on the scale of the score: recalibrate it before external use. Tied pairs count 1/2.
/// influence  2 (mean_j k_ij - K), of a score that is given: what fitting it adds is not in there
/// cost       O(n^2)
/// source     Goenen and Heller 2005, Biometrika 92:965; checked by tests/reference/model_measures_test
[[nodiscard]] Estimate goenen_heller(const Evaluation& evaluation);

/// Kent and O'Quigley's R2_PM = var(score) / (pi^2/6 + var(score)), variance with divisor n - 1; uses no outcome.
///
/// influence  of the variance
/// source     Kent and O'Quigley 1988, Biometrika 75:525; checked by tests/reference/model_measures_test
[[nodiscard]] Estimate kent_oquigley_r2(const Evaluation& evaluation);

/// Explained variation by the likelihood of Cox's model of the score (the slope of calibration_slope is fitted).
///
///   LR = 2 (log L(slope) - log L(0)),   n subjects, e events (both by weight)
///   nagelkerke_r2          = (1 - exp(-LR / n)) / (1 - exp(2 log L(0) / n))
///   oquigley_xu_stare_r2   = 1 - exp(-LR / e)
///
/// influence  none: their intervals are a bootstrap's
/// undefined  as calibration_slope
/// source     Nagelkerke 1991, Biometrika 78:691; O'Quigley, Xu and Stare 2005, Stat. Med. 24:479;
///            checked by tests/reference/model_measures_test
[[nodiscard]] Estimate nagelkerke_r2(const Evaluation& evaluation);
[[nodiscard]] Estimate oquigley_xu_stare_r2(const Evaluation& evaluation);

} // namespace vigil::measure
