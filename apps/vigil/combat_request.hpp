// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/cohort.hpp"
#include "vigil/learn/combat.hpp"
#include "vigil/storage/cohort_reader.hpp"

#include "apps/vigil/verb.hpp"
#include <optional>
#include <span>
#include <string>

namespace vigil::app {

/// Options of a fit that corrects for batches.
[[nodiscard]] std::span<const OptionSpec> combat_options_table() noexcept;

/// The column of the batch, of verbs that use a model.
inline constexpr OptionSpec batch_option{
    "batch", "COL", "batch, for a model that corrects for it (default: its column in training)"};

/// The cohort that a model is used on, with the column of the batch where the model needs it.
[[nodiscard]] storage::CohortRequest cohort_of_model(const Invocation& invocation,
                                                     const std::string& file,
                                                     const std::optional<Combat>& combat);

/// Says which batches of a cohort training does not know, and what happens to their subjects.
void say_unseen_batches(const std::optional<Combat>& combat,
                        const Cohort& cohort,
                        Session& session);

/// Throws ConfigError for a model that corrects for batches or cuts columns, asked by an option or a verb that does not.
void refuse_corrected(const Record& model, const std::string& what);

} // namespace vigil::app
