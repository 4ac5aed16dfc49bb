// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/survival/step_function.hpp"

#include <vector>

namespace vigil::survival {

/// Integrals from each of the times up to `until`, to `until`.
[[nodiscard]] std::vector<double> areas_until(const StepFunction& step, double until);

/// Integral from 0 to `until`; of a survival curve the restricted mean time. No time of the steps is below 0.
///
/// cost     O(steps)
/// source   Royston and Parmar 2013, BMC Med. Res. Methodol. 13:152; checked by tests/unit/survival/step_summary_test
[[nodiscard]] double integral(const StepFunction& step, double until);

/// First time from which the function is at most `level`; NaN: there is none.
/// checked by tests/unit/survival/step_summary_test
[[nodiscard]] double first_time_at_most(const StepFunction& step, double level);

} // namespace vigil::survival
