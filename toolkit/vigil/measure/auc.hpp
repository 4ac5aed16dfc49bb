// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/measure/measure.hpp"

namespace vigil::measure {

/// Who a case at time t is compared with when other causes compete.
enum class Controls {
  event_free,              ///< definition 1: nothing happened by t
  event_free_or_competing, ///< definition 2: no event of interest by t (the default: what triage asks)
};

struct AucOptions {
  Controls controls = Controls::event_free_or_competing;
  bool by_score = false; ///< rank by the score even where a risk at the horizon is predicted
  /// An event exactly at t is a case. false (the convention of timeROC): it belongs to neither side.
  bool event_at_horizon_is_case = true;
};

/// Cumulative/dynamic area under the ROC curve at t = the evaluation's horizon.
///
///   AUC(t) = sum_ij a_i b_j k_ij / (sum a_i sum b_j)
///   a_i  = w_i 1(T_i <= t, event) / G(T_i-)
///   b_j  = w_j 1(T_j > t) / G(t);  definition 2 also w_j 1(T_j <= t, competing) / G(T_j-)
///   k_ij = 1(m_i > m_j) + 1(m_i = m_j) / 2
///
/// marker     predicted risk at the horizon, or the score where the prediction has no such risk
/// influence  psi_i = a_i (k_i. - AUC) / a_bar + b_i (k_.i - AUC) / b_bar + censoring term
/// ties       an event exactly at t is a case, a subject censored exactly at t is neither
/// undefined  no case or no control; horizon infinite or with G = 0; missing markers; delayed entry
/// cost       O(n log n)
/// source     Uno et al. 2007, JASA 102:527; Hung and Chiang 2010, Can. J. Stat. 38:8; Blanche, Dartigues and
///            Jacqmin-Gadda 2013, Stat. Med. 32:5381; checked by tests/reference/discrimination_test
[[nodiscard]] Estimate auc(const Evaluation& evaluation, const AucOptions& options);
/// Definition 2 (the same as definition 1 when nothing competes).
[[nodiscard]] Estimate auc(const Evaluation& evaluation);
/// Definition 1.
[[nodiscard]] Estimate auc_event_free_controls(const Evaluation& evaluation);

} // namespace vigil::measure
