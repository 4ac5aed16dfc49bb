// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/storage/cohort_reader.hpp"
#include "vigil/storage/data_frame.hpp"
#include "vigil/study/measure_table.hpp"

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

} // namespace vigil
