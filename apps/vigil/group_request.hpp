// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/cohort.hpp"
#include "vigil/penalized/penalty.hpp"

#include "apps/vigil/verb.hpp"
#include <string_view>

namespace vigil::app {

/// Whether an option belongs to a penalty by group (--penalty, --groups, --within-group-share).
[[nodiscard]] bool is_group_option(std::string_view name) noexcept;

/// Reads these options. The file is a table: feature, group; features that it does not name are in no group.
/// Throws ConfigError for options that do not go together, InputError for features that are unknown or in two groups.
void read_groups(const Options& options, const Cohort& cohort, penalized::PenaltyOptions& penalty);

/// "elastic-net", "group" or "sparse-group".
[[nodiscard]] std::string_view penalty_name(const penalized::PenaltyOptions& penalty) noexcept;

} // namespace vigil::app
