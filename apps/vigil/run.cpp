// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/study/study_rows.hpp"

#include "apps/vigil/run_record.hpp"
#include "apps/vigil/shard_request.hpp"
#include "apps/vigil/study_screen.hpp"
#include "apps/vigil/verbs.hpp"
#include <array>
#include <fmt/format.h>
#include <system_error>

namespace vigil::app {

namespace {

/// The whole study. Finished work units stay in a folder of their own until the report is written: a run that was
/// interrupted goes on from them.
int run_whole(const Invocation& invocation,
              const StudySettings& study,
              const std::filesystem::path& folder) {
  auto& session = invocation.session;
  const auto unfinished = folder / "unfinished";
  const auto clear = [&] {
    std::error_code ignored;
    std::filesystem::remove_all(unfinished, ignored);
  };
  StudyScreen screen(session, folder / "run.log");
  FitContext context{session.scheduler(), session.memory_bytes()};
  const RunRecord record(invocation, study);
  try {
    const auto result = run_study(study, screen.watch(), context, unfinished);
    write_study(study, result, folder);
    clear();
    record.write(folder);
    return screen.say_result(result.report, folder);
  } catch (const Error&) { // it would come again
    clear();
    throw;
  }
}

int run_one_shard(const Invocation& invocation,
                  const StudySettings& study,
                  const Shard& shard,
                  const std::filesystem::path& folder) {
  auto& session = invocation.session;
  const auto units = folder / shards_folder;
  StudyScreen screen(session,
                     units / fmt::format("shard_{}_of_{}.log", shard.number + 1, shard.count));
  FitContext context{session.scheduler(), session.memory_bytes()};
  const auto result = run_shard(study, shard, units, screen.watch(), context);
  auto& log = session.log();
  log.say("shard     " + number_text(shard.number + 1) + " of " + number_text(shard.count) +
          " is done: " + count_text(result.units, "work unit") +
          (result.permutations > 0 ? ", " + count_text(result.permutations, "permutation") : ""));
  log.say(result.missing.empty() ? "next      vigil merge " + folder.string()
                                 : "missing   " + count_text(size_of(result.missing), "work unit") +
                                       " of other shards; then vigil merge " + folder.string());
  return 0;
}

int run_run(const Invocation& invocation) {
  auto& session = invocation.session;
  const auto shard = requested_shard(invocation.options);
  auto study = read_settings(read_study(invocation.argument()));
  if (const auto seed = session.stated_seed()) {
    study.seed = *seed;
  }
  if (invocation.options.has("null_check")) {
    const auto form = invocation.options.choice("null_check", {"quick", "full", "none"}, "none");
    if (shard) {
      invocation.options.refuse(
          "null_check",
          "no --null-check with --shard: all shards and the merge take it from the study file",
          "write null_check = \"" + form + "\" into [validate]");
    }
    study.validate.null_check = form;
  }
  const auto folder = session.output_folder(study.out.string());
  return shard ? run_one_shard(invocation, study, *shard, folder)
               : run_whole(invocation, study, folder);
}

constexpr std::array run_options{
    OptionSpec{"null-check",
               "quick|full|none",
               "run it all on permuted outcomes too (20 or 100); exit status 5 where they are "
               "predicted"},
    OptionSpec{
        "shard",
        "i/K|auto",
        "the i-th of K parts of the resamples and the null check alone; auto: that of a Slurm "
        "array"},
};

} // namespace

const Verb run_verb{
    .name = "run",
    .arguments = "STUDY.toml",
    .least_arguments = 1,
    .most_arguments = 1,
    .summary = "the whole study: validation, models, triage, report",
    .details =
        "Writes report.html, report.json, tables/, figures/ and models/ to the study's folder "
        "(or --out). A run that was stopped goes on where it was. Parts that are computed apart "
        "(--shard) go to shards/ in that folder, and vigil merge makes the report of them.",
    .options = run_options,
    .reads_cohort = false,
    .run = &run_run};

} // namespace vigil::app
