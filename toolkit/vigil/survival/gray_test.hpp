// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/case_weights.hpp"
#include "vigil/cohort/outcome.hpp"
#include "vigil/survival/group_test.hpp"

#include <span>
#include <vector>

namespace vigil::survival {

struct GrayTest {
  GroupTest test = {};
  std::vector<double> subjects = {}, observed = {}, expected = {}; ///< per group
};

/// Test that groups have the same cumulative incidence of one cause, for k groups, within strata.
///
///   R_g(u) = Y_g(u) (1 - F_g(u-)) / S_g(u-),   h_g(u) = Y_g(u) / S_g(u-),   a dot: sum over groups
///   z_g    = sum over event times u of d_g(u) - d(u) R_g(u) / R.(u)             d: of the cause
///   F(u)   = sum_{s <= u} d(s) / h.(s),   dGamma(u) = d(u) / h.(u) / (1 - F(u-))          pooled
///   V_gk   = sum over groups r and times u of
///              a_gr a_kr d(u) / h.(u) / h_r(u) c_1  +  b_gr b_kr S_r(u-) e_r(u) / Y_r(u) / h_r(u) c_2
///   q_gr   = h_r (1(g = r) - h_g / h.),   t_gr(u) = sum_{s > u} q_gr(s) dGamma(s)
///   a_gr   = q_gr + (1 - (1 - F) / S_r) t_gr,   b_gr = -(1 - F) / S_r t_gr             S_r, F at u
///   chi2   = z' V^-1 z without the last group, degrees of freedom groups - 1
///   F_g, S_g  Aalen-Johansen and Kaplan-Meier (any cause) of group g;   e_r events of other causes
///   c_1 = 1 - (d - 1) / (h. S_r(u-) - 1),  c_2 = 1 - (e_r - 1) / (Y_r - 1): tied events, 1 for one event
///
/// cause     from 1; with a single event it is a test of the hazard, close to the log-rank test
/// group     one level per subject, 0 .. k - 1; no_index: left out
/// stratum   one level per subject (no_index: left out), or empty; z and V are summed over strata
/// weights   times drawn. Undefined with sampling weights other than 1, and with delayed entry
/// cost      O(n log n + k^2 times)
/// source    Gray 1988, Ann. Statist. 16:1141; the tie factors are those that reproduce the published program, found
///           from its output; checked by tests/reference/gray_test
[[nodiscard]] GrayTest gray_test(const Outcome& outcome,
                                 const CaseWeights& weights,
                                 Index cause,
                                 std::span<const Index> group,
                                 std::span<const Index> stratum = {});

} // namespace vigil::survival
