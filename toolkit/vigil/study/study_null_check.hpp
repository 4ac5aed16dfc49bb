// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/report/report.hpp"
#include "vigil/study/shard_folder.hpp"
#include "vigil/study/study_watch.hpp"
#include "vigil/validate/null_verdict.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vigil {

/// Permutations of a form: quick 20, full 100, none 0. Those of quick are the first ones of full.
[[nodiscard]] Index null_permutations(std::string_view form);

/// The null check that a study asks for, permutation by permutation: computed, or taken from the folder that keeps them.
/// Everything here does nothing where none is asked for.
///
/// checked by tests/determinism/same_bytes.sh, tests/cli/shards.case
class StudyNullCheck {
public:
  /// task.permutations is set by the form, task.records by conclude(). Folder, watch and context must stay.
  StudyNullCheck(std::string form,
                 NullCheckTask task,
                 ShardFolder folder,
                 const StudyWatch& watch,
                 FitContext& context);

  /// Computes those units of a shard that the folder does not have, each kept as soon as it is finished; the number of the
  /// shard's units. Throws Stopped where the watch asks for it, before another unit is begun.
  [[nodiscard]] Index compute(const Shard& shard) const;
  /// The units that the folder lacks, in words, for each learner and shard.
  [[nodiscard]] std::vector<std::string> missing(Index shards) const;
  /// Judges all units, which the folder must have, beside the records of the study.
  void conclude(std::span<const ResampleRecord> records, report::Report& report) const;

private:
  void say_plan() const;
  [[nodiscard]] const std::string& learner_of(const NullUnit& unit) const;

  std::string form_;
  NullCheckTask task_;
  ShardFolder folder_;
  const StudyWatch& watch_;
  FitContext& context_;
};

} // namespace vigil
