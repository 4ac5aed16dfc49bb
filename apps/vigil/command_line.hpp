// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/vigil/verb.hpp"
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace vigil::app {

/// Options of every verb, and those of "Reading a cohort".
[[nodiscard]] std::span<const OptionSpec> common_options() noexcept;
[[nodiscard]] std::span<const OptionSpec> cohort_options() noexcept;

/// A name of many words is written with '-' on the command line and with '_' in a study file.
[[nodiscard]] std::string key_of(std::string_view name);

/// A request to run a verb, or a text to print on stdout (help, version).
struct Request {
  const Verb* verb = nullptr;
  std::vector<std::string> positional = {};
  Options options = Options("the command line");
};
using Parsed = std::variant<Request, std::string>;

/// Reads the command line. Throws ConfigError for whatever it does not know, with the nearest name.
[[nodiscard]] Parsed parse_command_line(std::span<char* const> arguments);

/// The overview of all verbs.
[[nodiscard]] std::string overview();

} // namespace vigil::app
