// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/options.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace vigil {

/// A study as it was written: its sections, each value with its place in the file.
///
/// format   docs/formats/study.md, TOML 1.0; unknown sections are refused here, unknown keys by whoever reads a section
struct StudyFile {
  std::filesystem::path file;
  std::string digest; ///< SHA-256 of the file
  Options data, prepare, validate, run, report;
  std::vector<Options> externals, learners;
  std::optional<Options> triage;

  /// A path of the study, relative to the folder of the study file.
  [[nodiscard]] std::filesystem::path resolve(const std::string& path) const;
};

/// Throws ConfigError with line and column for text that is not TOML, an unknown section or another schema; InputError
/// when the file cannot be read.
[[nodiscard]] StudyFile read_study(const std::filesystem::path& file);

} // namespace vigil
