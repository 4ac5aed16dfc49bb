// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/outcome.hpp"

namespace vigil::survival {

/// Every cause is the event.
[[nodiscard]] SurvivalOutcome any_event(const Outcome& outcome);
/// One cause, from 1, is the event; the others are censorings.
[[nodiscard]] SurvivalOutcome only_cause(const Outcome& outcome, Index cause);

} // namespace vigil::survival
