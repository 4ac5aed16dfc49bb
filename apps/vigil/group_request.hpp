// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/cohort.hpp"
#include "vigil/penalized/penalty.hpp"

#include "apps/vigil/verb.hpp"
#include <string>

namespace vigil::app {

/// Reads --groups and --within-group-share for the --penalty of that name. The file is a table: feature, group; features
/// that it does not name are in no group.
/// Throws ConfigError for options that do not go together, InputError for features that are unknown or in two groups.
void read_groups(const Options& options,
                 const std::string& name,
                 const Cohort& cohort,
                 penalized::PenaltyOptions& penalty);

} // namespace vigil::app
