// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/case_weights.hpp"
#include "vigil/cohort/training_data.hpp"
#include "vigil/learn/preparation.hpp"

#include <string>
#include <vector>

namespace vigil::select {

/// Penalized columns that vary, ascending, and how they are prepared, in this order.
struct VaryingFeatures {
  std::vector<Index> column = {};
  Preparation preparation;
};
/// Throws InputError for missing values with impute = "none".
[[nodiscard]] VaryingFeatures varying_features(const TrainingData& data,
                                               const CaseWeights& within,
                                               const std::string& impute,
                                               Scheduler& scheduler);

} // namespace vigil::select
