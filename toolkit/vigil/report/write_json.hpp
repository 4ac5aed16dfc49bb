// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/report/report.hpp"

#include <filesystem>
#include <string>

namespace vigil::report {

/// report.json: every value of the report but the large tables (predictions, folds) and the subjects' names, which the
/// tables hold. Keys in a fixed order, NaN as null, subjects of the triage as columns; no clock, host, path or number
/// of threads: the same report gives the same bytes.
[[nodiscard]] std::string json_text(const Report& report);

/// Writes it as `directory`/report.json, whole or not at all. Throws ConfigError, ResourceError.
void write_json(const Report& report, const std::filesystem::path& directory);

/// The report in `directory`/report.json, as json_text wrote it. Throws InputError: absent, damaged, or of another
/// format number.
[[nodiscard]] Report read_json(const std::filesystem::path& directory);

} // namespace vigil::report
