// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/case_weights.hpp"
#include "vigil/cohort/outcome.hpp"
#include "vigil/survival/step_function.hpp"

namespace vigil::survival {

/// together: d / Y. one_by_one: tied events as if they had happened one after another.
enum class TiedEvents { together, one_by_one };

struct NelsonAalen {
  StepFunction hazard;   ///< H(t); 0 before the first event
  StepFunction variance; ///< var H(t)
};

/// Cumulative hazard of any event by the Nelson-Aalen estimator, with case weights.
///
///   together    H(t) = sum_{u <= t} d(u) / Y(u)                       var = sum d(u) / Y(u)^2
///   one_by_one  H(t) = sum_{u <= t} sum_{j < m(u)} w(u) / (Y(u) - j w(u))   var = sum sum w(u) / (Y(u) - j w(u))^2
///   m(u)  tied events (times drawn);  w(u) = d(u) / m(u), their mean weight
///
/// returns   steps at the distinct event times; without events: no steps, H = 0
/// ties      subjects censored at u are still at risk at u
/// cost      O(n log n)
/// source    Nelson 1972; Aalen 1978, Ann. Statist. 6:701; Fleming and Harrington 1984 for one_by_one;
///           checked by tests/reference/survival_test
[[nodiscard]] NelsonAalen nelson_aalen(const Outcome& outcome,
                                       const CaseWeights& weights,
                                       TiedEvents ties = TiedEvents::together);

} // namespace vigil::survival
