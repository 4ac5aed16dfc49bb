// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/study/run_study.hpp"
#include "vigil/version.hpp"

#include "apps/vigil/progress.hpp"
#include "apps/vigil/run_record.hpp"
#include "apps/vigil/verbs.hpp"
#include <fmt/format.h>
#include <memory>

namespace vigil::app {

namespace {

/// "Harrell C of cox 0.673 (0.642-0.702), external:gbsg": the performance line of the screen.
std::string performance_line(const report::Report& report) {
  const PerformanceRow* chosen = nullptr;
  for (const auto& row : report.performance) {
    const bool external = row.resampling.starts_with("external:");
    const bool usable =
        row.measure == "harrell_c" && row.resampling != "apparent" && row.estimate == row.estimate;
    if (usable &&
        (chosen == nullptr || (external && !chosen->resampling.starts_with("external:")))) {
      chosen = &row;
    }
  }
  if (chosen == nullptr) {
    return "no concordance could be computed; see report.html for the reasons";
  }
  return "Harrell C of " + chosen->learner + " " + fixed_text(chosen->estimate, 3) + " (" +
         fixed_text(chosen->lower, 3) + "-" + fixed_text(chosen->upper, 3) + ")   " +
         chosen->resampling;
}

std::string triage_line(const report::Report& report) {
  if (!report.triage) {
    return "none: " + report.no_triage_because;
  }
  const auto& triage = *report.triage;
  std::string line;
  for (std::size_t zone = 0; zone < triage.zones.size(); ++zone) {
    const auto& row = triage.zones[zone];
    line += (zone > 0 ? ", " : "") + triage.labels[zone] + " " + count_text(row.subjects);
    if (row.risk == row.risk) {
      line += " (risk " + fixed_text(row.risk, 2) + ")";
    }
  }
  return line + (triage.cohort.empty() ? "" : "   in " + triage.cohort);
}

int run_run(const Invocation& invocation) {
  auto& session = invocation.session;
  auto study = read_settings(read_study(invocation.argument()));
  if (const auto seed = session.stated_seed()) {
    study.seed = *seed;
  }
  const auto folder = session.output_folder(study.out.string());
  auto& log = session.log();
  log.say(std::string("vigil ") + version + "   " + number_text(session.scheduler().workers()) +
          " threads   " + intended_use);
  std::unique_ptr<Progress> progress;
  const StudyWatch watch{
      .say = [&](const std::string& label,
                 const std::string& text) { log.say(fmt::format("{:<9} {}", label, text)); },
      .progress =
          [&, last = Index{0}](Index done, Index total) mutable {
            if (!progress) {
              // nothing is written before the study is known to be sound
              log.open(folder / "run.log");
              progress = std::make_unique<Progress>(session, "fits", total);
            }
            progress->advance(done - last);
            last = done;
          }};
  FitContext context{session.scheduler(), session.memory_bytes()};
  const RunRecord record(invocation, study);
  const auto result = run_study(study, watch, context);
  progress.reset();
  write_study(study, result, folder);
  record.write(folder);
  for (const auto& warning : result.report.warnings) {
    log.say("warning   " + warning);
  }
  if (result.report.triage && result.report.triage->all_treated) {
    log.say("note      " + std::string(report::all_treated_headline) + " " +
            std::string(report::all_treated_consequence));
  }
  log.say("result    " + performance_line(result.report));
  log.say("triage    " + triage_line(result.report));
  log.say("report    " + (folder / "report.html").string() + "   peak memory " +
          bytes_text(peak_memory_bytes()));
  return 0;
}

} // namespace

const Verb run_verb{
    .name = "run",
    .arguments = "STUDY.toml",
    .least_arguments = 1,
    .most_arguments = 1,
    .summary = "the whole study: validation, models, triage, report",
    .details =
        "Writes report.html, report.json, tables/, figures/ and models/ to the study's folder "
        "(or --out). Shards (--shard i/K) come with a later version.",
    .options = {},
    .reads_cohort = false,
    .run = &run_run};

} // namespace vigil::app
