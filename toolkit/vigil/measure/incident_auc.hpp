// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/measure/measure.hpp"

namespace vigil::measure {

/// Incident/dynamic AUC at t = the evaluation's horizon: does the score rank those who fail about t above those who are still free of
/// the event?
///
///   A_i    = sum_{T_j > T_i} w_j k_ij / sum_{T_j > T_i} w_j          k_ij = 1(m_i > m_j) + 1(m_i = m_j) / 2, m the score
///   AUC(t) = sum w_i A_i / sum w_i over the events nearest to t in time: e^0.8 of all e events, and those equally near
///
/// Censored subjects are controls until they leave; no weights by G. A competing event leaves like a censoring.
/// The mean of A over all events with the weights f(t) S(t) of Kaplan-Meier, Heagerty and Zheng's iAUC, is uno_c: its pairs beside an event
/// number n S(T_i) G(T_i-), and f(T_i) = 1 / (n G(T_i-)).
///
/// influence  none: its interval is a bootstrap's
/// undefined  no horizon; no event with anybody left behind it; a subject without score; delayed entry
/// cost       O(n log n)
/// source     Heagerty and Zheng 2005, Biometrics 61:92; Saha-Chaudhuri and Heagerty 2013, Biostatistics 14:42 (weighted mean
///            rank); checked by tests/unit/measure/incident_auc_test
[[nodiscard]] Estimate auc_incident(const Evaluation& evaluation);

} // namespace vigil::measure
