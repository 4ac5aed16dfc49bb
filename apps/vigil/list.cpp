// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/forest/split_rules.hpp"
#include "vigil/forest/value_rules.hpp"
#include "vigil/measure/measure.hpp"
#include "vigil/study/registry.hpp"

#include "apps/vigil/verbs.hpp"
#include <fmt/format.h>

namespace vigil::app {

namespace {

void print_rule(const forest::SplitRule& rule) {
  fmt::print("{:<22} {}; {}  [{}]\n", rule.name, rule.formula, rule.use, rule.source);
}

int run_list(const Invocation& invocation) {
  const auto& what = invocation.argument();
  if (what == "learners") {
    for (const auto& entry : learner_table()) {
      fmt::print("{:<16} {}  [{}]\n", entry.name, entry.summary, entry.source);
    }
    return 0;
  }
  if (what == "measures") {
    for (const auto& entry : measure::table()) {
      fmt::print("{:<26} {}  [{}]\n", entry.name, entry.formula, entry.source);
    }
    return 0;
  }
  if (what == "split-rules") {
    for (const auto& rule : forest::split_rule_table()) {
      print_rule(rule);
    }
    fmt::print("\nof an outcome that is no time (--outcome COL --family gaussian|binomial):\n");
    for (const auto& each : forest::value_rule_table()) {
      print_rule(each.rule);
    }
    return 0;
  }
  throw ConfigError({.where = "vigil list",
                     .found = "'" + what + "'",
                     .expected = "learners, measures or split-rules",
                     .remedy = "vigil list learners"});
}

} // namespace

const Verb list_verb{.name = "list",
                     .arguments = "learners|measures|split-rules",
                     .least_arguments = 1,
                     .most_arguments = 1,
                     .summary = "the tables of learners, measures and split rules",
                     .details = "",
                     .options = {},
                     .reads_cohort = false,
                     .run = &run_list};

} // namespace vigil::app
