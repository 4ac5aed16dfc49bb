// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/report/report.hpp"
#include "vigil/validate/final_fit.hpp"

#include <span>
#include <string>
#include <vector>

namespace vigil {

/// "ki67 > 14: log-rank statistic 3.21, p 0.012 adjusted for the 56 cuts compared", or why there is none.
[[nodiscard]] std::string cut_text(const FrozenCut& cut);

/// How often each cut was chosen, by learner, column and value; the final model's has its test. Empty where no column was
/// to be cut.
[[nodiscard]] std::vector<report::CutPointRow>
cut_point_rows(std::span<const ResampleRecord> records, std::span<const FinalModel> models);

/// One sentence for each learner and column: the final cut, its adjusted p-value, and how far the resamples agree with it.
[[nodiscard]] std::vector<std::string> cut_notes(std::span<const report::CutPointRow> rows,
                                                 Index resamples);

} // namespace vigil
