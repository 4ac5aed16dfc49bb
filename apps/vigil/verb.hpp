// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/options.hpp"

#include "apps/vigil/session.hpp"
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vigil::app {

/// One option of a verb. `value` names what it takes; empty: a flag. `repeatable`: may be given again.
struct OptionSpec {
  std::string_view name, value, help;
  bool repeatable = false;
};

/// What the user asked one verb to do.
struct Invocation {
  std::vector<std::string> positional;
  Options options;
  Session& session;

  /// The only or the n-th positional argument.
  [[nodiscard]] const std::string& argument(Index number = 0) const {
    return positional[at(number)];
  }
};

/// One verb of the program; the table of verbs is the help text too.
struct Verb {
  std::string_view name;
  std::string_view arguments; ///< positional ones, in words: "COHORT", "MODEL COHORT"
  Index least_arguments, most_arguments;
  std::string_view summary;
  std::string_view details; ///< further lines of its help
  std::span<const OptionSpec> options;
  bool reads_cohort; ///< takes the options of "Reading a cohort"
  int (*run)(const Invocation& invocation);
};

[[nodiscard]] std::span<const Verb> verb_table() noexcept;

} // namespace vigil::app
