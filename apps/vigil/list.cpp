// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/measure/measure.hpp"
#include "vigil/study/registry.hpp"

#include "apps/vigil/verbs.hpp"
#include <fmt/format.h>

namespace vigil::app {

namespace {

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
  throw ConfigError({.where = "vigil list",
                     .found = "'" + what + "'",
                     .expected = "learners or measures (split-rules come with the survival forest)",
                     .remedy = "vigil list learners"});
}

} // namespace

const Verb list_verb{
    .name = "list",
    .arguments = "learners|measures",
    .least_arguments = 1,
    .most_arguments = 1,
    .summary = "the tables of learners and measures",
    .details = "Split rules come with the survival forest, which this version does not have.",
    .options = {},
    .reads_cohort = false,
    .run = &run_list};

} // namespace vigil::app
