// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/study/shard_folder.hpp"
#include "vigil/study/study_watch.hpp"
#include "vigil/validate/validate.hpp"

#include <string>
#include <vector>

namespace vigil {

/// The records of a study's resamples, unit by unit: computed, or taken from the folder that keeps them.
///
/// checked by tests/determinism/same_bytes.sh, tests/cli/shards.case
class StudyUnits {
public:
  /// task, watch and context must stay.
  StudyUnits(const ValidationTask& task,
             ShardFolder folder,
             const StudyWatch& watch,
             FitContext& context);

  struct Computed {
    std::vector<ResampleRecord> records; ///< in the order of units
    Index units = 0;
  };
  /// Fits those units of a shard that the folder does not have. Throws Stopped between units where the watch asks for it.
  [[nodiscard]] Computed compute(const Shard& shard) const;
  /// All records from the folder, which must have them.
  [[nodiscard]] std::vector<ResampleRecord> take() const;
  /// The units that the folder lacks, each with the shard that should have made it.
  [[nodiscard]] std::vector<std::string> missing(Index shards) const;

private:
  [[nodiscard]] const std::string& learner_of(const WorkUnit& unit) const;

  ValidationTask task_;
  ShardFolder folder_;
  const StudyWatch& watch_;
  FitContext& context_;
};

} // namespace vigil
