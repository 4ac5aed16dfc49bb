// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/log.hpp"

#include "vigil/base/error.hpp"

#include <chrono>
#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>

namespace vigil {

void Log::open(const std::filesystem::path& file) {
  file_.reset(std::fopen(file.c_str(), "wb"));
  if (!file_) {
    throw ConfigError({.where = file.string(),
                       .found = "the log file cannot be created",
                       .expected = "a folder that can be written",
                       .remedy = "name another folder with --out"});
  }
  fmt::print(file_.get(), "{}", before_);
  before_.clear();
}

void Log::say(std::string_view line) {
  if (!quiet_) {
    fmt::print(stderr, "{}\n", line);
  }
  note(line);
}

void Log::note(std::string_view line) {
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  const auto text = fmt::format("{:%Y-%m-%dT%H:%M:%SZ} {}\n", fmt::gmtime(now), line);
  if (!file_) {
    before_ += text;
    return;
  }
  fmt::print(file_.get(), "{}", text);
  std::fflush(file_.get());
}

} // namespace vigil
