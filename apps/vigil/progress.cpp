// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/vigil/progress.hpp"

#include "vigil/base/text.hpp"

#include <cstdlib>
#include <fmt/format.h>
#include <string_view>
#include <sys/resource.h>
#include <unistd.h>

namespace vigil::app {

Index peak_memory_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<Index>(usage.ru_maxrss) * 1024;
}

namespace {

bool on_terminal() {
  const char* kind = std::getenv("TERM");
  return isatty(STDERR_FILENO) != 0 && kind != nullptr && std::string_view(kind) != "dumb";
}

std::string clock_text(double seconds) {
  const auto whole = static_cast<Index>(seconds + 0.5);
  return whole < 3600 ? fmt::format("{:02}:{:02}", whole / 60, whole % 60)
                      : fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

} // namespace

Progress::Progress(Session& session, std::string what, Index total)
    : session_(session), what_(std::move(what)), total_(total),
      redraw_(session.progress() == ProgressStyle::automatic && on_terminal()),
      start_(std::chrono::steady_clock::now()) {}

Progress::~Progress() {
  if (drawn_) {
    fmt::print(stderr, "\r\x1b[K");
  }
}

void Progress::advance(Index done) {
  const std::lock_guard<std::mutex> hold(mutex_);
  done_ += done;
  if (session_.progress() == ProgressStyle::none) {
    return;
  }
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  const double share = static_cast<double>(done_) / static_cast<double>(std::max<Index>(total_, 1));
  const bool due = redraw_ ? seconds - last_shown_ > 0.1
                           : share - last_share_ >= 0.05 || seconds - last_shown_ > 60.0;
  if (seconds > 1.0 && due) {
    last_shown_ = seconds;
    last_share_ = share;
    show(seconds);
  }
}

void Progress::show(double seconds) {
  const double rate = static_cast<double>(done_) / seconds;
  const double share = static_cast<double>(done_) / static_cast<double>(std::max<Index>(total_, 1));
  const std::string numbers = fmt::format("{:3.0f} %   {:.1f} {}/s   eta {}   peak {}",
                                          100.0 * share,
                                          rate,
                                          what_,
                                          clock_text(static_cast<double>(total_ - done_) / rate),
                                          bytes_text(peak_memory_bytes()));
  if (!redraw_) {
    session_.log().say("progress  " + numbers);
    return;
  }
  constexpr Index width = 30;
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(width));
  const std::string bar = std::string(filled, '#') + std::string(at(width) - filled, '-');
  fmt::print(stderr, "\r\x1b[K[{}] {}", bar, numbers);
  std::fflush(stderr);
  drawn_ = true;
}

} // namespace vigil::app
