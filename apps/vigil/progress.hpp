// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/vigil/session.hpp"
#include <chrono>
#include <mutex>
#include <string>

namespace vigil::app {

/// Progress of a long run: one redrawn line with rate, time left and peak memory on a terminal; else a plain line
/// every 5 % or 60 seconds. Silent for runs shorter than a second.
class Progress {
public:
  /// `what` names the things counted ("fits").
  Progress(Session& session, std::string what, Index total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  Progress(Progress&&) = delete;
  Progress& operator=(Progress&&) = delete;

  /// Safe from any thread.
  void advance(Index done);

private:
  void show(double seconds);
  Session& session_;
  std::string what_;
  Index total_, done_ = 0;
  bool redraw_, drawn_ = false;
  std::chrono::steady_clock::time_point start_;
  double last_shown_ = 0.0, last_share_ = 0.0;
  std::mutex mutex_;
};

/// Largest resident memory of this process so far, in bytes.
[[nodiscard]] Index peak_memory_bytes();

} // namespace vigil::app
