// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/options.hpp"
#include "vigil/storage/cohort_reader.hpp"
#include "vigil/storage/data_frame.hpp"
#include "vigil/study/measure_table.hpp"

#include <span>
#include <string>
#include <vector>

namespace vigil {

/// The columns of a model of censoring for the rows of a table of predictions: numbers as they are, texts as indicators
/// of every level but the first, as clinical columns are read.
///
/// request    `clinical` names them; `levels` and `cuts` as for a cohort
/// cohort     where they are, read with these clinical columns; null: the table
/// notes      what was assumed
/// throws     InputError for a column that is not there, and for rows of positive weight without a value
[[nodiscard]] survival::CensoringCovariates censoring_columns(const MeasuredTable& measured,
                                                              const storage::DataFrame& table,
                                                              const Cohort* cohort,
                                                              const storage::CohortRequest& request,
                                                              std::vector<std::string>& notes);

/// The names behind "cox:" of an option censoring; none for "marginal" and what else is named in `others`. Throws ConfigError for
/// another word and for "cox:" without a name.
[[nodiscard]] std::vector<std::string>
censoring_column_names(const Options& options, const std::vector<std::string>& others);

/// "marginal", or "cox:" and the names.
[[nodiscard]] std::string censoring_text(const std::vector<std::string>& names);

/// The same columns among the clinical ones of a cohort, as they were read.
/// throws  ConfigError for a name that is none of them; InputError for subjects of positive weight without a value
[[nodiscard]] survival::CensoringCovariates censoring_columns(const Cohort& cohort,
                                                              std::span<const std::string> names);

} // namespace vigil
