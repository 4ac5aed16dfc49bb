// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/cohort.hpp"
#include "vigil/penalized/penalty.hpp"

#include "apps/vigil/verb.hpp"
#include <string>
#include <string_view>

namespace vigil::app {

/// Whether an option is one of those that shape a penalty, limit coefficients or relax them, which stability does not take.
[[nodiscard]] bool is_penalty_option(std::string_view name) noexcept;

/// Reads and returns --penalty, reads --gamma, --lower, --upper. A limit is one number for all penalized columns or a table: feature,
/// lower (upper), features not named have none. l1_ratio and factor of the penalty have been read before.
/// Throws ConfigError and InputError for values and files that cannot be used.
[[nodiscard]] std::string
read_penalty(const Options& options, const Cohort& cohort, penalized::PenaltyOptions& penalty);

} // namespace vigil::app
