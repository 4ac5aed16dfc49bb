// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/measure/measure.hpp"

namespace vigil::measure {

/// How a rule "act where the predicted risk reaches the threshold" sorts subjects by what happens by the horizon.
///
///   sensitivity = mean W_i y_i a_i / mean W_i y_i              a_i = 1(p_i >= p_t), y_i = 1(T_i <= t, event of interest)
///   specificity = mean W_i (1 - y_i)(1 - a_i) / mean W_i (1 - y_i)
///   ppv         = mean W_i y_i a_i / mean W_i a_i
///   npv         = mean W_i (1 - y_i)(1 - a_i) / mean W_i (1 - a_i)
///
/// A competing event is no event (as in definition 2 of AUC). Numerator and denominator have the same weights, so that
/// values lie in [0, 1].
/// influence  of the quotient, with the censoring term
/// undefined  nobody in the denominator; threshold outside (0, 1); else as brier
/// cost       O(n log n)
/// source     Blanche, Dartigues and Jacqmin-Gadda 2013, Stat. Med. 32:5381; Uno et al. 2007, JASA 102:527;
///            checked by tests/unit/measure/threshold_rates_test
[[nodiscard]] Estimate sensitivity(const Evaluation& evaluation);
[[nodiscard]] Estimate specificity(const Evaluation& evaluation);
[[nodiscard]] Estimate ppv(const Evaluation& evaluation);
[[nodiscard]] Estimate npv(const Evaluation& evaluation);

} // namespace vigil::measure
