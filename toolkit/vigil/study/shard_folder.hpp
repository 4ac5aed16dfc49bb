// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/error.hpp"
#include "vigil/learn/record.hpp"
#include "vigil/study/study_watch.hpp"
#include "vigil/validate/null_check.hpp"
#include "vigil/validate/validate.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace vigil {

/// What a process that computed one shard says of itself.
struct ShardNote {
  Shard shard;
  std::filesystem::path study; ///< the study file
  std::uint64_t seed = 0;
};

/// Whose units a folder holds. Those of shards are not to be replaced by those of another study.
enum class KeptBy { run, shards };

/// Finished work units of a study, resamples and permuted outcomes of the null check, one file each (docs/formats/shards.md), and a note of each shard.
///
/// A file appears complete or not at all, and its bytes depend on the study and the unit alone. Reading refuses what was
/// computed for another plan (ConfigError), with another kernel of the BLAS (ResourceError: last digits would differ from
/// those of a single process) and what is damaged (InputError).
/// checked by tests/unit/study/shard_folder_test, tests/determinism/same_bytes.sh
class ShardFolder {
public:
  /// plan: the digest of all that predictions depend on. Nothing is made before something is written.
  ShardFolder(std::filesystem::path folder, std::string plan, KeptBy kept_by = KeptBy::run);

  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }
  /// The records of a unit, in the order of its resamples; nothing where there is no file.
  [[nodiscard]] std::optional<std::vector<ResampleRecord>> read(const WorkUnit& unit,
                                                                const std::string& learner) const;
  [[nodiscard]] bool has(const WorkUnit& unit) const;
  void write(const WorkUnit& unit, std::span<const ResampleRecord> records) const;
  /// The same for a permuted outcome and the learner of that name.
  [[nodiscard]] std::optional<NullTally> read(const NullUnit& unit,
                                              const std::string& learner) const;
  [[nodiscard]] bool has(const NullUnit& unit) const;
  void write(const NullUnit& unit, const std::string& learner, const NullTally& tally) const;
  /// read(), for a run that can compute the unit again: nothing where the file is damaged, and for the folder of a run where
  /// it is another study's. The watch is told.
  template <class Unit>
  [[nodiscard]] auto found(const Unit& unit,
                           const std::string& learner,
                           const StudyWatch& watch) const -> decltype(read(unit, learner)) {
    try {
      return read(unit, learner);
    } catch (const Error& error) {
      if (kept_by_ == KeptBy::shards && dynamic_cast<const InputError*>(&error) == nullptr) {
        throw;
      }
      watch.say("again", error.fault().where + ": " + error.fault().found);
      return std::nullopt;
    }
  }
  /// Refuses a folder that has notes of another plan: nothing of two studies is put together.
  void write_note(const ShardNote& note) const;

private:
  [[nodiscard]] std::filesystem::path file_of(const WorkUnit& unit) const;
  [[nodiscard]] std::filesystem::path file_of(const NullUnit& unit) const;
  /// A record of a unit before what the unit itself holds.
  [[nodiscard]] Record new_record(const char* kind) const;
  /// That of a file, of this plan and kernel.
  [[nodiscard]] Record checked_record(const std::filesystem::path& file, const char* kind) const;
  void check_plan(const std::filesystem::path& file, const Record& record) const;
  std::filesystem::path folder_;
  std::string plan_;
  KeptBy kept_by_;
};

/// The notes of a folder, by number of shards and number. Throws InputError where there is none, or one is damaged.
[[nodiscard]] std::vector<ShardNote> shard_notes(const std::filesystem::path& folder);

} // namespace vigil
