// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/cohort.hpp"
#include "vigil/learn/prediction.hpp"
#include "vigil/storage/table_file.hpp"

#include <vector>

namespace vigil::app {

/// subject, time, event, centre (what the cohort has of these), score, risk@t .., lower@t .., upper@t ..: one row for
/// each subject, in the order of the cohort. vigil measure reads it.
[[nodiscard]] std::vector<storage::TableColumn> prediction_columns(const Cohort& cohort,
                                                                   const Prediction& prediction);

} // namespace vigil::app
