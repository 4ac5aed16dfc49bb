// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/combat.hpp"
#include "vigil/learn/options.hpp"
#include "vigil/learn/preparation.hpp"
#include "vigil/storage/cohort_reader.hpp"

#include <filesystem>
#include <optional>

namespace vigil {

/// The request to read a cohort: "Reading a cohort" of docs/cli.md, with the keys of a study file ("-" of an option
/// is "_" of a key). `file` is where the cohort is; the same code reads [data], [[external]] and the command line.
/// Throws ConfigError for values that contradict each other or cannot be understood.
[[nodiscard]] storage::CohortRequest cohort_request(const Options& options,
                                                    const std::filesystem::path& file);

/// impute, standardize, the filter: filter = { keep, by } of a study, or filter_keep and filter_by; and the cuts to choose:
/// choose_cut = { columns, rule } of a study, or the columns alone. Throws ConfigError for another word, and for cuts beside a
/// filter by score.
[[nodiscard]] PreparationOptions preparation_options(const Options& options);

/// combat = { batch, covariates, unseen } of a study, or combat, combat_covariates and combat_unseen, where combat is the
/// column of the batch. Nothing: none is asked for. Throws ConfigError for one without a batch.
[[nodiscard]] std::optional<CombatOptions> combat_options(const Options& options);

/// Gives a learner's section the preparation that is written in `from`, so that what the learner prepares itself (inner
/// folds) is prepared alike. Throws ConfigError for a preparation that the section has of its own.
void lend_preparation(const Options& from, Options& section);

/// Features of the verbs that look for markers: everything numeric unless columns are named.
void features_by_default(storage::CohortRequest& request);

} // namespace vigil
