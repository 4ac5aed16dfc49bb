// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/vigil/study_screen.hpp"

#include "vigil/base/text.hpp"
#include "vigil/report/words.hpp"
#include "vigil/study/study_rows.hpp"
#include "vigil/version.hpp"

#include <array>
#include <csignal>
#include <fmt/format.h>
#include <utility>

namespace vigil::app {

namespace {

constexpr std::array stop_signals{SIGTERM, SIGUSR1};
volatile std::sig_atomic_t stop_asked = 0;

extern "C" void ask_to_stop(int) {
  stop_asked = 1;
}

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
  return "Harrell C of " + chosen->learner + " " + fixed_text(chosen->estimate, 3) +
         (chosen->lower == chosen->lower
              ? " (" + fixed_text(chosen->lower, 3) + "-" + fixed_text(chosen->upper, 3) + ")"
              : std::string(", no interval")) +
         "   " + chosen->resampling;
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

/// "cox 0.498 (limit 0.521)" of each learner that passed; what was not judged says why.
std::string null_check_line(const report::NullCheckSummary& check) {
  std::string line;
  for (const auto& one : check.learners) {
    line += (line.empty() ? "" : ", ") + one.learner + " " +
            (one.failed ? "failed"
             : one.because.empty()
                 ? fixed_text(one.concordance, 3) + " (limit " + fixed_text(one.limit, 3) + ")"
                 : "not judged: " + one.because);
  }
  return line + "   " + count_text(check.permutations, "permutation");
}

} // namespace

StudyScreen::StudyScreen(Session& session, std::filesystem::path log)
    : session_(session), log_(std::move(log)) {
  session_.log().say(std::string("vigil ") + version + "   " +
                     number_text(session_.scheduler().workers()) + " threads   " + intended_use);
  struct sigaction action = {};
  action.sa_handler = &ask_to_stop;
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  for (const int signal : stop_signals) {
    static_cast<void>(sigaction(signal, &action, nullptr));
  }
}

StudyScreen::~StudyScreen() {
  for (const int signal : stop_signals) {
    static_cast<void>(std::signal(signal, SIG_DFL));
  }
}

StudyWatch StudyScreen::watch() {
  return {.say =
              [this](const std::string& label, const std::string& text) {
                session_.log().say(fmt::format("{:<9} {}", label, text));
              },
          .progress = [this](Index done, Index total) { advance(done, total); },
          .stop = [] { return stop_asked != 0; }};
}

void StudyScreen::advance(Index done, Index total) {
  if (!progress_) {
    session_.log().open(log_); // nothing is written before the study is known to be sound
    progress_ = std::make_unique<Progress>(session_, "fits", total);
  }
  progress_->advance(done - done_);
  done_ = done;
}

int StudyScreen::say_result(const report::Report& report, const std::filesystem::path& folder) {
  progress_.reset();
  auto& log = session_.log();
  if (const auto alarm = report::null_check_alarm(report); !alarm.empty()) {
    log.say("FAILED    " + alarm);
  }
  for (const auto& warning : report.warnings) {
    log.say("warning   " + warning);
  }
  if (report.triage && report.triage->all_treated) {
    log.say("note      " + std::string(report::all_treated_headline) + " " +
            std::string(report::all_treated_consequence));
  }
  if (report.null_check) {
    log.say("null      " + null_check_line(*report.null_check));
  }
  log.say("result    " + performance_line(report));
  log.say("triage    " + triage_line(report));
  log.say("report    " + (folder / "report.html").string() + "   peak memory " +
          bytes_text(peak_memory_bytes()));
  constexpr int check_failed = 5;
  return report.null_check && report.null_check->failed ? check_failed : 0;
}

} // namespace vigil::app
