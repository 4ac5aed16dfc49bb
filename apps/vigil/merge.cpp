// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/forest/regression_forest.hpp"
#include "vigil/forest/survival_forest.hpp"
#include "vigil/storage/record_file.hpp"
#include "vigil/study/shard_folder.hpp"

#include "apps/vigil/run_record.hpp"
#include "apps/vigil/shard_request.hpp"
#include "apps/vigil/study_screen.hpp"
#include "apps/vigil/verbs.hpp"
#include <array>
#include <filesystem>
#include <variant>
#include <vector>

namespace vigil::app {

namespace {

std::filesystem::path study_file(const Invocation& invocation,
                                 const std::vector<ShardNote>& notes,
                                 const std::filesystem::path& units) {
  if (const auto named = invocation.options.text("study")) {
    return *named;
  }
  const auto& file = notes.front().study;
  if (!std::filesystem::exists(file)) {
    throw InputError({.where = units.string(),
                      .found = "shards of " + file.string() + ", which is not there",
                      .expected = "the study file",
                      .remedy = "name it with --study FILE",
                      .problem = "cannot merge the shards"});
  }
  return file;
}

int merge_shards(const Invocation& invocation, const std::filesystem::path& folder) {
  constexpr int incomplete = 4;
  auto& session = invocation.session;
  const auto units = folder / shards_folder;
  const auto notes = shard_notes(units);
  auto study = read_settings(read_study(study_file(invocation, notes, units)));
  study.seed = notes.front().seed;
  FitContext context{session.scheduler(), session.memory_bytes()};
  const RunRecord record(invocation, study);
  StudyScreen screen(session, folder / "run.log");
  const auto merged = merge_study(study, units, screen.watch(), context);
  if (const auto* missing = std::get_if<MissingUnits>(&merged)) {
    for (const auto& unit : missing->units) {
      session.log().say("missing   " + unit);
    }
    session.log().say(
        "next      run these shards again, or all that is missing at once: vigil run " +
        study.file.file.string() + " --shard 1/1 --out " + folder.string());
    return incomplete;
  }
  const auto& result = std::get<StudyResult>(merged);
  write_study(study, result, folder);
  record.write(folder);
  return screen.say_result(result.report, folder);
}

int merge_forests(const Invocation& invocation) {
  const auto file = invocation.options.text("o");
  if (!file) {
    invocation.options.refuse("o", "the file to write", "add -o FILE");
  }
  std::vector<Record> records;
  for (const auto& part : invocation.positional) {
    records.push_back(storage::read_record(part));
  }
  const bool values = records.front().kind() == forest::RegressionForest::kind;
  const Record whole = values ? forest::RegressionForest::merge(records, invocation.positional)
                              : forest::SurvivalForest::merge(records, invocation.positional);
  storage::write_record(*file, whole);
  invocation.session.log().say("forest    " + count_text(size_of(whole.counts("nodes"))) +
                               " trees of " + count_text(size_of(records)) + " parts");
  invocation.session.log().say("written   " + *file);
  return 0;
}

int run_merge(const Invocation& invocation) {
  const auto& parts = invocation.positional;
  if (parts.size() == 1 && std::filesystem::is_directory(parts.front())) {
    if (invocation.options.has("o")) {
      invocation.options.refuse("o", "no -o: the report is made in the folder of the shards");
    }
    return merge_shards(invocation, parts.front());
  }
  if (parts.size() == 1) {
    throw ConfigError({.where = parts.front(),
                       .found = "no folder, and no second file",
                       .expected = "the folder of a study's results, or two forests and more",
                       .remedy = "name the folder that vigil run --shard wrote to",
                       .problem = "nothing to merge"});
  }
  return merge_forests(invocation);
}

constexpr std::array merge_options{
    OptionSpec{"o", "FILE", "the model to write"},
    OptionSpec{"study", "FILE", "the study file, where it is no longer in its place"},
};

} // namespace

const Verb merge_verb{
    .name = "merge",
    .arguments = "DIR | A.h5 B.h5 ...",
    .least_arguments = 1,
    .most_arguments = 10000,
    .summary = "the report of a study's shards, or one forest of forests that were grown apart",
    .details =
        "DIR is the folder of a study whose resamples were computed by vigil run --shard; the "
        "report is that of vigil run, to the byte, and what is missing is named (exit status 4). "
        "Forests are grown by vigil forest --first-tree N with the same cohort, options and seed. "
        "The result is the forest grown at once, to the byte.",
    .options = merge_options,
    .reads_cohort = false,
    .run = &run_merge};

} // namespace vigil::app
