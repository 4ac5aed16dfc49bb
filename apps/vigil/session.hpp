// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/log.hpp"
#include "vigil/learn/options.hpp"
#include "vigil/parallel/scheduler.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace vigil::app {

enum class ProgressStyle { automatic, plain, none };

/// What every verb shares: threads, memory, seed, output folder, and how it speaks.
class Session {
public:
  explicit Session(const Options& options);
  /// Removes an output folder that it made and that stayed empty: a failed verb leaves nothing behind.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  Session(Session&&) = delete;
  Session& operator=(Session&&) = delete;

  [[nodiscard]] Scheduler& scheduler() noexcept { return scheduler_; }
  [[nodiscard]] Index memory_bytes() const noexcept { return memory_bytes_; }
  [[nodiscard]] Log& log() noexcept { return log_; }
  [[nodiscard]] ProgressStyle progress() const noexcept { return progress_; }
  [[nodiscard]] bool json() const noexcept { return json_; }
  [[nodiscard]] bool quiet() const noexcept { return log_.quiet(); }

  /// The seed asked for; without one it is 1, and that is said once.
  [[nodiscard]] std::uint64_t seed();
  [[nodiscard]] std::optional<std::uint64_t> stated_seed() const noexcept { return seed_; }

  /// The folder of --out, created and checked for writing. Throws ConfigError.
  [[nodiscard]] std::filesystem::path output_folder(const std::string& otherwise);

private:
  Scheduler scheduler_;
  Index memory_bytes_;
  Log log_;
  ProgressStyle progress_;
  bool json_;
  std::optional<std::uint64_t> seed_;
  bool seed_said_ = false;
  std::optional<std::string> out_;
  std::filesystem::path made_folder_;
};

/// Creates the folder and proves that it can be written. Throws ConfigError.
void prepare_folder(const std::filesystem::path& folder);

} // namespace vigil::app
