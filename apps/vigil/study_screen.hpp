// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/study/run_study.hpp"

#include "apps/vigil/progress.hpp"
#include "apps/vigil/session.hpp"
#include <filesystem>
#include <memory>

namespace vigil::app {

/// What the user sees and reads in the log while a study runs, in one process or in shards.
///
/// Until it is destroyed the signals TERM and USR1 stop the run after the work unit in hand; a second one ends the program as
/// ever.
class StudyScreen {
public:
  /// log: the file to write once the study is known to be sound.
  StudyScreen(Session& session, std::filesystem::path log);
  ~StudyScreen();
  StudyScreen(const StudyScreen&) = delete;
  StudyScreen& operator=(const StudyScreen&) = delete;
  StudyScreen(StudyScreen&&) = delete;
  StudyScreen& operator=(StudyScreen&&) = delete;

  [[nodiscard]] StudyWatch watch();
  /// The last lines of a study that has its report, and its exit status: 5 where the null check failed.
  [[nodiscard]] int say_result(const report::Report& report, const std::filesystem::path& folder);

private:
  void advance(Index done, Index total);
  Session& session_;
  std::filesystem::path log_;
  std::unique_ptr<Progress> progress_;
  Index done_ = 0;
};

} // namespace vigil::app
