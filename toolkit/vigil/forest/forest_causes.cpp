// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/forest_causes.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"

#include <algorithm>
#include <limits>

namespace vigil::forest {

namespace {

[[noreturn]] void refuse(std::string found, std::string expected) {
  throw InputError({.where = "record \"survival-forest\"",
                    .found = std::move(found),
                    .expected = std::move(expected),
                    .remedy = "the model file is damaged or newer than this program",
                    .problem = "cannot read the stored model"});
}

} // namespace

ForestCauses ForestCauses::of(const CompetingRisksOutcome& outcome,
                              Index of_interest,
                              const CauseOptions& options) {
  ForestCauses causes{.names = outcome.cause_names,
                      .of_interest = of_interest,
                      .rule = options.rule.value_or(CompetingRule::cause_specific),
                      .weights = options.weights};
  if (causes.rule == CompetingRule::composite && causes.weights.empty()) {
    causes.weights.assign(causes.names.size(), 1.0);
  }
  return causes;
}

void ForestCauses::write(Record& record) const {
  if (names.empty()) {
    return;
  }
  record.set("causes", names);
  record.set("cause_of_interest", of_interest);
  record.set("competing", std::string(name_of(rule)));
  record.set("cause_weights", weights);
}

ForestCauses ForestCauses::read(const Record& record) {
  ForestCauses causes;
  if (!record.has("causes")) {
    return causes;
  }
  causes.names = record.texts("causes");
  causes.of_interest = record.count("cause_of_interest");
  causes.weights = record.numbers("cause_weights");
  const std::string& rule = record.text("competing");
  const auto table = competing_rule_table();
  const auto found = std::ranges::find(table, rule, &CompetingRuleName::name);
  if (found == table.end()) {
    refuse("the rule " + quoted(rule) + " for competing risks", "a rule that this program has");
  }
  causes.rule = found->rule;
  if (causes.names.empty() || causes.names.size() > std::numeric_limits<std::uint8_t>::max() ||
      causes.of_interest < 1 || causes.of_interest > size_of(causes.names) ||
      (!causes.weights.empty() && causes.weights.size() != causes.names.size())) {
    refuse("causes that do not hold together", "names, and the number and weights of some of them");
  }
  return causes;
}

} // namespace vigil::forest
