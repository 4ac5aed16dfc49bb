// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/report/report.hpp"
#include "vigil/study/study_settings.hpp"
#include "vigil/validate/final_fit.hpp"

#include <functional>
#include <string>
#include <vector>

namespace vigil {

/// How a run speaks: a label with a text ("input", "300 subjects ..."), and its progress in fits.
struct StudyWatch {
  std::function<void(const std::string& label, const std::string& text)> say;
  std::function<void(Index done, Index total)> progress;
};

struct StudyResult {
  report::Report report;
  std::vector<FinalModel> models;         ///< in the order of the learners
  double largest_supported_horizon = 0.0; ///< of the subjects that the models were fitted on (R01)
};

/// The whole walk from files to finished values: read, plan, validate, fit, validate elsewhere, triage.
///
/// The bytes of the result depend on the study, its files and the build alone; see docs/house.md.
/// throws  ConfigError (study), InputError (files), what the learners throw; nothing is written
[[nodiscard]] StudyResult
run_study(const StudySettings& study, const StudyWatch& watch, FitContext& context);

/// report.json, report.html, tables/, figures/, models/ and config.resolved.toml in the folder.
void write_study(const StudySettings& study,
                 const StudyResult& result,
                 const std::filesystem::path& folder);

} // namespace vigil
