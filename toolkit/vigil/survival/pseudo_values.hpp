// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/case_weights.hpp"
#include "vigil/cohort/outcome.hpp"

#include <vector>

namespace vigil::survival {

/// Pseudo-values of a cumulative incidence: what each subject would have to contribute for the mean to be the estimate.
///
///   theta_i = n F_k(t) - (n - 1) F_k(t; without one row of subject i),   F_k Aalen-Johansen, n rows
///
/// cause     from 1; with a single event theta_i of S is 1 - theta_i of F_1
/// weights   times drawn: a subject drawn twice has one value, of leaving out one of its rows. Undefined (NaN) with
///           sampling weights other than 1, for those absent, and for all where there is one row
/// entry     allowed
/// cost      O(n log n + (distinct entry, time, cause) x distinct times)
/// source    Andersen, Klein, Rosthoj 2003, Biometrika 90:15; checked by tests/reference/survival_test
[[nodiscard]] std::vector<double>
pseudo_values(const Outcome& outcome, const CaseWeights& weights, Index cause, double horizon);

} // namespace vigil::survival
