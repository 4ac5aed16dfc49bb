// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/measure/evaluation_rows.hpp"

namespace vigil::measure {

/// Empty, or why the risk by the horizon cannot be observed: the horizon is not finite, or follow-up ends before it
/// with subjects still at risk. A horizon at which everybody left is censored is observed.
[[nodiscard]] std::string observed_risk_problem(const Evaluation& evaluation,
                                                const EvaluationRows& rows);

/// Kaplan-Meier (one cause) or Aalen-Johansen (competing causes) risk of the event of interest by the horizon.
///
///   F(t) = mean_i 1(T_i <= t, event of interest) / G(T_i-)
///
/// which is the product-limit estimate where G is the reverse Kaplan-Meier of the same rows. Needs no G beyond
/// the last event, so it holds its last value where follow-up ends before the horizon.
/// gradient  W_i y_i - F + censoring term, the infinitesimal jackknife of the estimate
/// source    Kaplan and Meier 1958; Aalen and Johansen 1978; Robins and Rotnitzky 1992
[[nodiscard]] WeightedMean observed_risk(const Evaluation& evaluation, const EvaluationRows& rows);

} // namespace vigil::measure
