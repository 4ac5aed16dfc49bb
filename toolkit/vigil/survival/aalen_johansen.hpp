// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/case_weights.hpp"
#include "vigil/cohort/outcome.hpp"
#include "vigil/survival/step_function.hpp"

#include <vector>

namespace vigil::survival {

struct AalenJohansen {
  StepFunction event_free; ///< S(t): free of every cause
  std::vector<StepFunction>
      incidence; ///< F_k(t), cause k at incidence[k - 1]; steps at all event times
};

/// Cumulative incidence of every cause, with case weights.
///
///   F_k(t) = sum_{u <= t} S(u-) d_k(u) / Y(u),   S the Kaplan-Meier estimate for any event;  sum_k F_k = 1 - S
///
/// outcome   competing risks; a single event gives one curve, 1 - S
/// ties      events leave before censorings; several causes at one time share its risk set
/// cost      O(n log n + causes x times)
/// source    Aalen and Johansen 1978, Scand. J. Stat. 5:141; checked by tests/reference/survival_test
[[nodiscard]] AalenJohansen aalen_johansen(const Outcome& outcome, const CaseWeights& weights);

/// Cumulative incidence at one horizon with how it moves with each subject.
struct Incidence {
  double value = 0.0;
  double se = 0.0;               ///< infinitesimal jackknife
  std::vector<double> influence; ///< psi per subject, weighted sum 0; 0 for those absent
};

/// F_k(t) with its infinitesimal jackknife.
///
///   psi_i = W dF_k(t) / dw_i,   SE^2 = sum_i m_i (s_i psi_i / W)^2,   W total weight,
///   m times drawn, s sampling weight; with unit weights SE = sd(psi) / sqrt(n), divisor n
///
/// cause     from 1; with a single event the survival curve is 1 - F_1
/// horizon   in the cohort's unit
/// entry     allowed (risk sets on (entry, time])
/// cost      O(n log n)
/// source    Jaeckel 1972; Therneau and Grambsch 2000 for the use in survival curves, derived here from the
///           definition; checked by tests/reference/survival_test and by differences in tests/unit/survival
[[nodiscard]] Incidence cumulative_incidence(const Outcome& outcome,
                                             const CaseWeights& weights,
                                             Index cause,
                                             double horizon);

/// Variance of F_k(t) by Aalen's counting processes, tied events as a sample without replacement.
///
///   var F_k(t) = sum over causes j, times u <= t of g_j(u)^2 d_j(u) c_j(u)
///   g_j(u)     = S(u-) / Y(u) (1(j = k) - (F_k(t) - F_k(u)) / S(u)),   c_j = 1 - (d_j - 1) / (Y - 1); 1 for d_j <= 1
///
/// For large risk sets it equals the infinitesimal jackknife; it counts events, and is NaN with sampling weights other
/// than 1.
/// cost      O(n log n)
/// source    Aalen 1978, Scand. J. Stat. 5:141 and Ann. Statist. 6:701; checked by tests/reference/gray_test
[[nodiscard]] double
aalen_variance(const Outcome& outcome, const CaseWeights& weights, Index cause, double horizon);

} // namespace vigil::survival
