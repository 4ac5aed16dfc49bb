// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/measure/measure.hpp"

namespace vigil::measure {

/// Brier score of the predicted risk at t = the evaluation's horizon, censoring weighted.
///
///   BS(t) = mean_i W_i(t) (y_i - p_i)^2,   y_i = 1(T_i <= t, event of interest)
///
/// The same for one cause and for competing causes (a competing event is y = 0).
/// influence  psi_i = W_i (y_i - p_i)^2 - BS + censoring term
/// undefined  no risk at the horizon, or missing for a subject; horizon infinite or with G = 0; delayed entry
/// cost       O(n log n)
/// source     Graf et al. 1999, Stat. Med. 18:2529; Gerds and Schumacher 2006, Biom. J. 48:1029; Schoop et al.
///            2011, Biom. J. 53:88; checked by tests/reference/accuracy_test
[[nodiscard]] Estimate brier(const Evaluation& evaluation);

/// Where the risk of a prediction without covariates came from.
enum class NullSource { training_set, evaluation };

struct NullBrier {
  Estimate estimate;
  double risk = std::numeric_limits<double>::quiet_NaN();
  NullSource source = NullSource::evaluation;
};
/// Brier score of one risk for everybody: the evaluation's NullRisk (of the training set), or where that is
/// absent the Kaplan-Meier (Aalen-Johansen) risk of the evaluated subjects themselves.
[[nodiscard]] NullBrier null_brier(const Evaluation& evaluation);

/// Index of prediction accuracy, 1 - BS / BS_null, with null_brier as the reference.
///
/// source  Kattan and Gerds 2018, Diagn. Progn. Res. 2:7; checked by tests/reference/accuracy_test
[[nodiscard]] Estimate ipa(const Evaluation& evaluation);

/// Integrated Brier score of predicted curves up to tau = the evaluation's horizon.
///
///   IBS = (1 / tau) INT_0^tau BS(u) du, exact: BS is constant between the union of observed and curve times
///
/// influence  the integral of the influence of BS(u)
/// undefined  the prediction has no curves; else as brier
/// cost       O(n K), K the number of those times
/// source     Graf et al. 1999; checked by tests/reference/accuracy_test
[[nodiscard]] Estimate ibs(const Evaluation& evaluation);

struct LogScore {
  Estimate estimate;
  Index clipped = 0; ///< subjects whose risk was moved to [1/(2n), 1 - 1/(2n)]
};
/// Negative log-likelihood at the horizon, mean_i W_i (-y log p - (1 - y) log(1 - p)).
///
/// source  Gerds and Schumacher 2006; checked by tests/unit/measure/losses_test
[[nodiscard]] LogScore log_score_with_clipping(const Evaluation& evaluation);
[[nodiscard]] Estimate log_score(const Evaluation& evaluation);

} // namespace vigil::measure
