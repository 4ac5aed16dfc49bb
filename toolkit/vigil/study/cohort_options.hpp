// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/options.hpp"
#include "vigil/learn/preparation.hpp"
#include "vigil/storage/cohort_reader.hpp"

#include <filesystem>

namespace vigil {

/// The request to read a cohort: "Reading a cohort" of docs/cli.md, with the keys of a study file ("-" of an option
/// is "_" of a key). `file` is where the cohort is; the same code reads [data], [[external]] and the command line.
/// Throws ConfigError for values that contradict each other or cannot be understood.
[[nodiscard]] storage::CohortRequest cohort_request(const Options& options,
                                                    const std::filesystem::path& file);

/// impute and standardize. Throws ConfigError for another word.
[[nodiscard]] PreparationOptions preparation_options(const Options& options);

/// Features of the verbs that look for markers: everything numeric unless columns are named.
void features_by_default(storage::CohortRequest& request);

} // namespace vigil
