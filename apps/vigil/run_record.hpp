// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/study/study_settings.hpp"

#include "apps/vigil/verb.hpp"
#include <chrono>
#include <filesystem>

namespace vigil::app {

/// run.json: when, where and with what a study was run. Outside the promise of equal bytes.
class RunRecord {
public:
  RunRecord(const Invocation& invocation, const StudySettings& study);
  /// Written last: it names every output with its SHA-256.
  void write(const std::filesystem::path& folder) const;

private:
  std::string study_file_, study_digest_;
  std::uint64_t seed_;
  Index threads_, memory_bytes_;
  std::chrono::system_clock::time_point start_;
};

} // namespace vigil::app
