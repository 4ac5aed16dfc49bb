// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/report/report.hpp"

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace vigil::report {

/// Tables as TSV text: a header line, then the rows in the order given; numbers as the shortest text that reads back
/// to the same value; `NA` for a missing number or an empty text; tabs and line ends inside a text become blanks.
[[nodiscard]] std::string table_text(std::span<const PerformanceRow> rows);
[[nodiscard]] std::string table_text(std::span<const ComparisonRow> rows);
/// Pooled rows (no centre) print `(pooled)`.
[[nodiscard]] std::string table_text(std::span<const CentreRow> rows);
[[nodiscard]] std::string table_text(std::span<const FoldRow> rows);
[[nodiscard]] std::string table_text(std::span<const SelectedFeatureRow> rows);
[[nodiscard]] std::string table_text(std::span<const CoefficientRow> rows);
[[nodiscard]] std::string table_text(std::span<const HazardTestRow> rows);
[[nodiscard]] std::string table_text(std::span<const PassportRow> rows);
[[nodiscard]] std::string table_text(std::span<const ReplicationRow> rows);
[[nodiscard]] std::string table_text(std::span<const ImportanceRow> rows);
[[nodiscard]] std::string table_text(std::span<const CutPointRow> rows);
[[nodiscard]] std::string table_text(std::span<const NullCheckRow> rows);
/// The error of every forest, after the name of its learner.
[[nodiscard]] std::string table_text(std::span<const ForestSummary> forests);
/// Reasons are joined by `;`.
[[nodiscard]] std::string table_text(std::span<const triage::TriageRow> rows);
/// Steps of an external cohort start with its id and a colon.
[[nodiscard]] std::string table_text(std::span<const CohortFlow> flows);
/// After `score`: risk@t, lower@t, upper@t for each horizon in turn.
[[nodiscard]] std::string table_text(const PredictionTable& predictions);

struct NamedText {
  std::string name, text;
};

/// The tables of a study by file name; triage.tsv and null_check.tsv only where there are such.
[[nodiscard]] std::vector<NamedText> tables_of(const Report& report);

/// Writes them into `directory`, each whole or not at all. Throws ConfigError, ResourceError.
void write_tables(const Report& report, const std::filesystem::path& directory);

} // namespace vigil::report
