// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/storage/table_file.hpp"
#include "vigil/study/measure_rows.hpp"

#include "apps/vigil/session.hpp"
#include <string>
#include <vector>

namespace vigil::app {

/// measures.tsv; with a convention a last column that names it.
[[nodiscard]] std::vector<storage::TableColumn>
measure_columns(const std::vector<PerformanceRow>& rows, const std::string& convention);
/// comparisons.tsv.
[[nodiscard]] std::vector<storage::TableColumn>
comparison_columns(const std::vector<ComparisonRow>& rows);

/// One line for each row.
void print_rows(Session& session, const std::vector<PerformanceRow>& rows);
/// How many groups the standard errors rest on; few of them make intervals that are too short.
void say_groups(Session& session, const MeasuredTable& table);
/// What the model of censoring makes of the weights.
void say_censoring(Session& session, const MeasuredTable& table, const MeasureOptions& options);

} // namespace vigil::app
