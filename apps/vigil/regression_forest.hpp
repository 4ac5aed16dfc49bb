// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/cohort.hpp"
#include "vigil/forest/forest_options.hpp"

#include "apps/vigil/verb.hpp"
#include <cstdint>
#include <filesystem>

namespace vigil::app {

/// vigil forest of an outcome that is no time: the forest with its tables, into the folder.
void run_regression_forest(const Invocation& invocation,
                           const Cohort& cohort,
                           const forest::ForestOptions& options,
                           std::uint64_t seed,
                           const std::filesystem::path& folder);

} // namespace vigil::app
