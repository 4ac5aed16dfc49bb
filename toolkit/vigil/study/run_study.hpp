// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/report/report.hpp"
#include "vigil/study/study_settings.hpp"
#include "vigil/study/study_watch.hpp"
#include "vigil/validate/final_fit.hpp"

#include <string>
#include <variant>
#include <vector>

namespace vigil {

struct StudyResult {
  report::Report report;
  std::vector<FinalModel> models;         ///< in the order of the learners
  double largest_supported_horizon = 0.0; ///< of the subjects that the models were fitted on (R01)
};

/// The whole walk from files to finished values: read, plan, validate, fit, validate elsewhere, triage.
///
/// The bytes of the result depend on the study, its files and the build alone; see docs/house.md.
/// units   the folder in which finished work units are kept, and found by a run that goes on (ShardFolder)
/// throws  ConfigError (study), InputError (files), what the learners throw, Stopped
[[nodiscard]] StudyResult run_study(const StudySettings& study,
                                    const StudyWatch& watch,
                                    FitContext& context,
                                    const std::filesystem::path& units);

/// What one shard came to. `missing`: units of other shards that are not there, in words.
struct ShardResult {
  Index units = 0, permutations = 0; ///< permutations: of the null check
  std::vector<std::string> missing;
};

/// Computes the work units of one shard that are not in the folder yet, and leaves a note of it there.
[[nodiscard]] ShardResult run_shard(const StudySettings& study,
                                    const Shard& shard,
                                    const std::filesystem::path& units,
                                    const StudyWatch& watch,
                                    FitContext& context);

/// Units that a merge lacks, in words: "cox, resamples 1 to 5 (shard 2 of 8)".
struct MissingUnits {
  std::vector<std::string> units;
};

/// run_study() with all its work units in the folder: the same bytes, whoever computed which of them.
[[nodiscard]] std::variant<StudyResult, MissingUnits>
merge_study(const StudySettings& study,
            const std::filesystem::path& units,
            const StudyWatch& watch,
            FitContext& context);

/// report.json, report.html, tables/, figures/, models/ and config.resolved.toml in the folder.
void write_study(const StudySettings& study,
                 const StudyResult& result,
                 const std::filesystem::path& folder);

} // namespace vigil
