// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/cohort.hpp"
#include "vigil/learn/combat.hpp"
#include "vigil/storage/cohort_reader.hpp"

#include "apps/vigil/verb.hpp"
#include <array>
#include <optional>
#include <span>
#include <string>

namespace vigil::app {

/// Options of a fit that corrects for batches.
inline constexpr std::array combat_specs{
    OptionSpec{"combat", "COL", "correct the markers for this batch column (ComBat)"},
    OptionSpec{"combat-covariates", "C1,C2", "clinical columns whose effects the correction keeps"},
    OptionSpec{"combat-unseen",
               "none|reference",
               "subjects of other batches later: left as they are (default), or mapped by their "
               "batch's own mean and SD"},
};

/// Of a fit that cuts columns.
inline constexpr OptionSpec choose_cut_option{
    "choose-cut",
    "C1,C2",
    "cut these columns in two where the log-rank statistic of the training set is largest"};

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
