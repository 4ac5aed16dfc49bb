// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/outcome.hpp"
#include "vigil/learn/learner.hpp"
#include "vigil/learn/record.hpp"

#include <string_view>

namespace vigil {

/// Throws InputError unless the record is of this kind.
void expect_kind(const Record& record, std::string_view kind);
[[nodiscard]] FitStatus status_from(const Record& record);

/// The outcome as time to one event. Throws ConfigError naming the learner.
[[nodiscard]] const SurvivalOutcome& survival_outcome(const Outcome& outcome,
                                                      std::string_view learner);

} // namespace vigil
