// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/vigil/shard_request.hpp"

#include "vigil/base/error.hpp"

#include <charconv>
#include <cstdlib>
#include <string>
#include <string_view>

namespace vigil::app {

namespace {

std::optional<Index> whole_number(std::string_view text) {
  Index number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number)
                                                                  : std::nullopt;
}

std::optional<Index> environment_number(const char* name) {
  const char* text = std::getenv(name); // NOLINT(concurrency-mt-unsafe): nobody sets it
  return text == nullptr ? std::nullopt : whole_number(text);
}

std::optional<Shard> shard_of_array() {
  const auto task = environment_number("SLURM_ARRAY_TASK_ID");
  const auto count = environment_number("SLURM_ARRAY_TASK_COUNT");
  const Index first = environment_number("SLURM_ARRAY_TASK_MIN").value_or(1);
  const Index step = environment_number("SLURM_ARRAY_TASK_STEP").value_or(1);
  if (!task || !count || step < 1) {
    return std::nullopt;
  }
  return Shard{.number = (*task - first) / step, .count = *count};
}

std::optional<Shard> shard_of_text(std::string_view text) {
  const auto slash = text.find('/');
  const auto number = whole_number(text.substr(0, slash));
  const auto count =
      slash == std::string_view::npos ? std::nullopt : whole_number(text.substr(slash + 1));
  return number && count ? std::optional(Shard{.number = *number - 1, .count = *count})
                         : std::nullopt;
}

} // namespace

std::optional<Shard> requested_shard(const Options& options) {
  const auto text = options.text("shard");
  if (!text) {
    return std::nullopt;
  }
  const auto shard = *text == "auto" ? shard_of_array() : shard_of_text(*text);
  if (!shard || shard->number < 0 || shard->number >= shard->count) {
    options.refuse("shard",
                   *text == "auto"
                       ? "a task of a Slurm job array (SLURM_ARRAY_TASK_ID, SLURM_ARRAY_TASK_COUNT)"
                       : "i/K with whole numbers 1 <= i <= K, as 3/16",
                   "name the part, as --shard 1/1 for all of them");
  }
  return shard;
}

} // namespace vigil::app
