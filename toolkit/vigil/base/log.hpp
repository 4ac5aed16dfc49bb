// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace vigil {

/// Two sinks, nothing more: the screen (stderr) for people, and a log file with the time of each line.
class Log {
public:
  explicit Log(bool quiet) noexcept : quiet_(quiet) {}
  /// Every line, also those said before, goes to this file (created or emptied). Throws ConfigError.
  void open(const std::filesystem::path& file);
  /// A line for the screen and the file.
  void say(std::string_view line);
  /// A line for the file alone.
  void note(std::string_view line);
  [[nodiscard]] bool quiet() const noexcept { return quiet_; }

private:
  bool quiet_;
  std::string before_; ///< lines until the file is opened
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_{nullptr, &std::fclose};
};

} // namespace vigil
