// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/diagnostics.hpp"
#include "vigil/learn/options.hpp"
#include "vigil/report/report.hpp"
#include "vigil/validate/final_fit.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace vigil {

/// The rows of one kind that have a value, the most important first; equal ones as they were.
[[nodiscard]] std::vector<FeatureImportance>
most_important_first(std::span<const FeatureImportance> rows, std::string_view kind);

/// How every forest among the final models was grown, its error and its importance. options: of each learner.
///
/// checked by tests/unit/study/forest_study_test
void add_forests(std::span<const FinalModel> models,
                 std::span<const Options> options,
                 report::Report& report);

} // namespace vigil
