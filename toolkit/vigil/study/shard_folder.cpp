// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/shard_folder.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/numeric/blas.hpp"
#include "vigil/storage/record_file.hpp"
#include "vigil/validate/shard_record.hpp"
#include "vigil/version.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <tuple>
#include <utility>

namespace vigil {

namespace {

constexpr const char* unit_kind = "work-unit";
constexpr const char* null_unit_kind = "null-unit";
constexpr const char* note_kind = "shard";

std::string resample_name(Index number) {
  return fmt::format("resample_{:06}", number);
}

[[noreturn]] void
damaged(const std::filesystem::path& file, const std::string& found, const std::string& expected) {
  throw InputError({.where = file.string(),
                    .found = found,
                    .expected = expected,
                    .remedy = "remove the file and compute its shard again",
                    .problem = "cannot read this shard"});
}

void check_kernel(const std::filesystem::path& file, const std::string& kernel) {
  if (kernel != blas_core()) {
    throw ResourceError({.where = file.string(),
                         .found = "a work unit computed with the BLAS kernel " + kernel,
                         .expected = "the kernel of this process, " + blas_core() +
                                     ": last digits differ between kernels",
                         .remedy = "set OPENBLAS_CORETYPE to one kernel for all shards and for the "
                                   "merge, and compute the others again",
                         .problem = "shards of different machine kinds"});
  }
}

/// The notes of a folder, which may not be there.
std::vector<std::filesystem::path> note_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  if (std::filesystem::is_directory(folder)) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with("shard_") && name.ends_with(".h5")) {
        files.push_back(entry.path());
      }
    }
  }
  return files;
}

} // namespace

ShardFolder::ShardFolder(std::filesystem::path folder, std::string plan, KeptBy kept_by)
    : folder_(std::move(folder)), plan_(std::move(plan)), kept_by_(kept_by) {}

std::filesystem::path ShardFolder::file_of(const WorkUnit& unit) const {
  return folder_ / fmt::format("unit_{:06}.h5", unit.number);
}

std::filesystem::path ShardFolder::file_of(const NullUnit& unit) const {
  return folder_ / fmt::format("null_{:03}_{:04}.h5", unit.learner, unit.permutation);
}

Record ShardFolder::new_record(const char* kind) const {
  Record record(kind);
  record.set("plan", plan_);
  record.set("blas_core", blas_core());
  record.set("version", std::string(version));
  return record;
}

Record ShardFolder::checked_record(const std::filesystem::path& file, const char* kind) const {
  Record record = storage::read_record(file);
  if (record.kind() != kind) {
    damaged(file, "a record of kind " + quoted(record.kind()), "kind " + quoted(kind));
  }
  check_plan(file, record);
  check_kernel(file, record.text("blas_core"));
  return record;
}

bool ShardFolder::has(const WorkUnit& unit) const {
  return std::filesystem::exists(file_of(unit));
}

std::optional<std::vector<ResampleRecord>> ShardFolder::read(const WorkUnit& unit,
                                                             const std::string& learner) const {
  if (!has(unit)) {
    return std::nullopt;
  }
  const auto file = file_of(unit);
  const Record record = checked_record(file, unit_kind);
  std::vector<ResampleRecord> records;
  for (Index number = unit.first; number < unit.last; ++number) {
    records.push_back(to_resample_record(record.record(resample_name(number))));
    if (records.back().resample != number || records.back().learner != learner) {
      damaged(file,
              "resample " + number_text(records.back().resample + 1) + " of " +
                  records.back().learner,
              "resample " + number_text(number + 1) + " of " + learner);
    }
  }
  return records;
}

void ShardFolder::check_plan(const std::filesystem::path& file, const Record& record) const {
  if (record.text("plan") != plan_) {
    throw ConfigError({.where = file.string(),
                       .found = "a work unit of another plan: other data, learners, resamples, "
                                "horizons, seed, or another version of vigil",
                       .expected = "units of this study as it stands",
                       .remedy = "name another folder with --out, or remove " + folder_.string(),
                       .problem = "shards of another study"});
  }
}

void ShardFolder::write(const WorkUnit& unit, std::span<const ResampleRecord> records) const {
  std::filesystem::create_directories(folder_);
  Record record = new_record(unit_kind);
  record.set("unit", unit.number);
  for (const ResampleRecord& resample : records) {
    record.set(resample_name(resample.resample), to_record(resample));
  }
  storage::write_record(file_of(unit), record);
}

bool ShardFolder::has(const NullUnit& unit) const {
  return std::filesystem::exists(file_of(unit));
}

std::optional<NullTally> ShardFolder::read(const NullUnit& unit, const std::string& learner) const {
  if (!has(unit)) {
    return std::nullopt;
  }
  const auto file = file_of(unit);
  const Record record = checked_record(file, null_unit_kind);
  if (record.text("learner") != learner || record.count("permutation") != unit.permutation) {
    damaged(file,
            "permutation " + number_text(record.count("permutation") + 1) + " of " +
                record.text("learner"),
            "permutation " + number_text(unit.permutation + 1) + " of " + learner);
  }
  return to_null_tally(record.record("tally"));
}

void ShardFolder::write(const NullUnit& unit,
                        const std::string& learner,
                        const NullTally& tally) const {
  std::filesystem::create_directories(folder_);
  Record record = new_record(null_unit_kind);
  record.set("learner", learner);
  record.set("permutation", unit.permutation);
  record.set("tally", to_record(tally));
  storage::write_record(file_of(unit), record);
}

void ShardFolder::write_note(const ShardNote& note) const {
  for (const auto& file : note_files(folder_)) {
    check_plan(file, storage::read_record(file));
  }
  std::filesystem::create_directories(folder_);
  Record record(note_kind);
  record.set("plan", plan_);
  record.set("study", std::filesystem::absolute(note.study).lexically_normal().string());
  record.set("seed", static_cast<Index>(note.seed));
  record.set("shard", note.shard.number + 1);
  record.set("shards", note.shard.count);
  storage::write_record(
      folder_ / fmt::format("shard_{}_of_{}.h5", note.shard.number + 1, note.shard.count), record);
}

std::vector<ShardNote> shard_notes(const std::filesystem::path& folder) {
  std::vector<ShardNote> notes;
  for (const auto& file : note_files(folder)) {
    const Record record = storage::read_record(file);
    if (record.kind() != note_kind || record.count("shard") < 1 ||
        record.count("shard") > record.count("shards")) {
      damaged(file, "no note of a shard", "what vigil run --shard wrote");
    }
    notes.push_back(
        {.shard = {.number = record.count("shard") - 1, .count = record.count("shards")},
         .study = record.text("study"),
         .seed = static_cast<std::uint64_t>(record.count("seed"))});
  }
  if (notes.empty()) {
    throw InputError(
        {.where = folder.string(),
         .found = "no finished shard",
         .expected = "the folder shards/ of a study, with what vigil run --shard wrote",
         .remedy = "name the folder of the study's results; vigil run STUDY.toml "
                   "--shard 1/K and so on come first",
         .problem = "nothing to merge"});
  }
  std::ranges::sort(notes, {}, [](const ShardNote& note) {
    return std::pair(note.shard.count, note.shard.number);
  });
  return notes;
}

} // namespace vigil
