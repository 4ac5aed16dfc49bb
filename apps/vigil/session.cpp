// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/vigil/session.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"

#include <fstream>
#include <system_error>

namespace vigil::app {

namespace {

int thread_count(const Options& options) {
  const auto threads = options.count("threads");
  if (!threads) {
    return default_threads();
  }
  if (*threads < 1 || *threads > 1024) {
    options.refuse("threads", "a number of threads from 1 to 1024");
  }
  return narrow<int>(*threads);
}

Index memory_limit(const Options& options) {
  const auto memory = options.text("memory");
  if (!memory) {
    return Index{1} << 30;
  }
  const auto bytes = parse_bytes(*memory);
  if (!bytes || *bytes < (Index{1} << 24)) {
    options.refuse("memory", "a size of at least 16M, for example 512M or 4G");
  }
  return *bytes;
}

ProgressStyle progress_style(const Options& options) {
  const auto word = options.choice("progress", {"auto", "plain", "none"}, "auto");
  if (word == "plain") {
    return ProgressStyle::plain;
  }
  return word == "none" || options.flag("quiet").value_or(false) ? ProgressStyle::none
                                                                 : ProgressStyle::automatic;
}

std::optional<std::uint64_t> stated_seed(const Options& options) {
  const auto seed = options.count("seed");
  if (seed && *seed < 0) {
    options.refuse("seed", "a whole number >= 0");
  }
  return seed ? std::optional<std::uint64_t>(static_cast<std::uint64_t>(*seed)) : std::nullopt;
}

} // namespace

Session::Session(const Options& options)
    : scheduler_(thread_count(options)), memory_bytes_(memory_limit(options)),
      log_(options.flag("quiet").value_or(false)), progress_(progress_style(options)),
      json_(options.flag("json").value_or(false)), seed_(app::stated_seed(options)),
      out_(options.text("out")) {}

std::uint64_t Session::seed() {
  if (!seed_ && !seed_said_) {
    log_.say("seed      1 (name another with --seed)");
    seed_said_ = true;
  }
  return seed_.value_or(1);
}

Session::~Session() {
  std::error_code ignored; // a folder with results in it is not removed
  if (!made_folder_.empty()) {
    std::filesystem::remove(made_folder_, ignored);
  }
}

std::filesystem::path Session::output_folder(const std::string& otherwise) {
  std::filesystem::path folder(out_.value_or(otherwise));
  if (!std::filesystem::exists(folder)) {
    made_folder_ = folder;
  }
  prepare_folder(folder);
  return folder;
}

void prepare_folder(const std::filesystem::path& folder) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  const auto probe = folder / ".vigil-probe";
  const bool writable = !failure && std::ofstream(probe).put('\n').good();
  std::filesystem::remove(probe, failure);
  if (!writable) {
    throw ConfigError(
        {.where = folder.string(),
         .found = std::filesystem::exists(folder) ? "it cannot be written" : "it cannot be created",
         .expected = "a folder that can be written",
         .remedy = "name another folder with --out",
         .problem = "cannot write the results"});
  }
}

} // namespace vigil::app
