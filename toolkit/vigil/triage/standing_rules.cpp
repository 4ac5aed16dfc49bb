// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/triage/standing_rules.hpp"

#include "vigil/base/contract.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace vigil::triage {

namespace {

bool compare(double left, RuleComparison comparison, double right) {
  switch (comparison) {
  case RuleComparison::equal:
    return left == right;
  case RuleComparison::not_equal:
    return left != right;
  case RuleComparison::less:
    return left < right;
  case RuleComparison::less_or_equal:
    return left <= right;
  case RuleComparison::greater:
    return left > right;
  case RuleComparison::greater_or_equal:
    return left >= right;
  }
  return false;
}

Known answer(const RuleCondition& condition, std::span<const double> values, double score) {
  const double value = condition.input == no_index ? score : values[at(condition.input)];
  if (std::isnan(value)) {
    return Known::unknown;
  }
  return compare(value, condition.comparison, condition.number) ? Known::yes : Known::no;
}

std::vector<std::string> missing_inputs(const StandingRule& rule, std::span<const double> values) {
  std::vector<std::string> names;
  for (std::size_t input = 0; input < rule.inputs.size(); ++input) {
    if (std::isnan(values[input])) {
      names.push_back(rule.inputs[input].name);
    }
  }
  return names;
}

} // namespace

std::string_view name_of(ActionSource source) noexcept {
  constexpr std::array<std::string_view, 3> names{"published", "choice", "none"};
  return names.at(static_cast<std::size_t>(source));
}

KnownAt StandingRule::known_at() const noexcept {
  KnownAt latest = KnownAt::baseline;
  for (const RuleInput& input : inputs) {
    latest = std::max(latest, input.known_at);
  }
  return latest;
}

Known holds(const RuleConditions& conditions, std::span<const double> values, double score) {
  if (conditions.parts.empty()) {
    return Known::yes;
  }
  const Known decisive = conditions.any ? Known::yes : Known::no;
  bool unknown = false;
  for (const RuleCondition& condition : conditions.parts) {
    const Known known = answer(condition, values, score);
    if (known == decisive) {
      return decisive;
    }
    unknown = unknown || known == Known::unknown;
  }
  return unknown ? Known::unknown : conditions.any ? Known::no : Known::yes;
}

double rule_score(const StandingRule& rule, std::span<const double> values) {
  constexpr double missing = std::numeric_limits<double>::quiet_NaN();
  if (rule.terms.empty()) {
    return missing;
  }
  double score = 0.0;
  for (const ScoreTerm& term : rule.terms) {
    const Known known = holds(term.when, values, missing);
    if (known == Known::unknown) {
      return missing;
    }
    if (known == Known::yes) {
      score += term.per == no_index ? term.add : term.add * values[at(term.per)];
    }
  }
  return score;
}

StandingAnswer standing_answer(const StandingRule& rule, std::span<const double> values) {
  VIGIL_EXPECTS(values.size() == rule.inputs.size());
  constexpr double missing = std::numeric_limits<double>::quiet_NaN();
  const Known in_scope = holds(rule.scope, values, missing);
  if (in_scope == Known::no) {
    return {.reasons = {"R10"}};
  }
  const double score = rule_score(rule, values);
  for (const RuleGroup& group : rule.groups) {
    const Known known = holds(group.when, values, score);
    if (in_scope == Known::unknown || known == Known::unknown ||
        (!rule.terms.empty() && std::isnan(score))) {
      return {.reasons = {"R08"}, .missing = missing_inputs(rule, values)};
    }
    if (known == Known::yes) {
      StandingAnswer found{
          .action = group.action.value_or(Action::board), .score = score, .group = group.name};
      if (found.action == Action::board) {
        found.reasons.emplace_back("R20");
      }
      return found;
    }
  }
  VIGIL_EXPECTS(false); // the last group holds always
  return {};
}

} // namespace vigil::triage
