// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/triage/rule.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/numeric/quantile.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::triage {

namespace {

constexpr double training_percentile = 0.95;

void check_options(const RuleOptions& options) {
  if (!(options.high_risk > 0.0 && options.high_risk <= largest_high_risk)) {
    throw ConfigError(
        {.where = "high_risk",
         .found = number_text(options.high_risk),
         .expected = "a risk above 0 and at most 0.3",
         .remedy = "leave it out (0.3), or lower it: a guard can only be made stricter",
         .problem = "cannot use this limit for a high risk under both strategies"});
  }
  if (!(std::isfinite(options.undecided_margin) && options.undecided_margin >= 0.0)) {
    throw ConfigError({.where = "undecided_margin",
                       .found = number_text(options.undecided_margin),
                       .expected = "a difference of risks, 0 or more",
                       .remedy = "leave it out: then an interval on both sides is undecided",
                       .problem = "cannot use this margin around the two-way threshold"});
  }
}

bool is_missing(const Evidence& evidence, const Reduction& benefit) {
  return !evidence.missing_inputs.empty() || std::isnan(evidence.observed.risk) ||
         std::isnan(benefit.value);
}

bool lies_on_both_sides(const Rule& rule, const Reduction& benefit) {
  return benefit.lower < rule.thresholds.two_way - rule.undecided_margin &&
         benefit.upper > rule.thresholds.two_way + rule.undecided_margin;
}

bool is_high_under_both(const Rule& rule, const Evidence& evidence, const Reduction& benefit) {
  const double smaller = std::min(evidence.observed.risk, benefit.risk_resected);
  const bool not_prevented =
      smaller >= rule.high_risk && benefit.value <= rule.thresholds.resect_above;
  const bool beyond_training =
      !evidence.resected.has_value() && evidence.observed.risk > rule.highest_training_risk;
  return not_prevented || beyond_training;
}

} // namespace

std::string_view name_of(Action action) noexcept {
  switch (action) {
  case Action::observe:
    return "observe";
  case Action::board:
    return "board";
  case Action::resect:
    return "resect";
  }
  return "";
}

std::vector<std::string> action_labels(std::span<const std::string> labels,
                                       const std::string& where) {
  std::vector<std::string> result(labels.begin(), labels.end());
  std::vector<std::string> distinct = result;
  std::sort(distinct.begin(), distinct.end());
  const bool repeated = std::adjacent_find(distinct.begin(), distinct.end()) != distinct.end();
  const bool blank = std::any_of(
      result.begin(), result.end(), [](const std::string& label) { return trim(label).empty(); });
  if (size_of(result) != actions || repeated || blank) {
    throw ConfigError({.where = where,
                       .found = quoted(join(result, ", ")),
                       .expected = "three different texts: for observe, board and resect",
                       .remedy = "write for example [\"observe\", \"board\", \"resect\"]",
                       .problem = "cannot use these labels for the actions"});
  }
  return result;
}

Rule make_rule(const Harms& harms,
               const RuleOptions& options,
               std::span<const double> training_risk,
               std::span<const double> training_weights) {
  check_harms(harms, "harms");
  check_options(options);
  Rule rule{.horizon = options.horizon,
            .thresholds = thresholds(harms),
            .residual_risk_ratio = harms.residual_risk_ratio,
            .high_risk = options.high_risk,
            .undecided_margin = options.undecided_margin,
            .needs_interval = options.needs_interval};
  if (harms.ratio_is_assumed()) {
    const double percentile =
        weighted_quantile(training_risk, training_weights, training_percentile);
    VIGIL_EXPECTS(!std::isnan(percentile));
    rule.highest_training_risk = percentile;
  }
  return rule;
}

Reduction reduction(const Rule& rule, const Evidence& evidence) {
  const RiskInterval& observed = evidence.observed;
  if (evidence.resected.has_value()) {
    const RiskInterval& resected = *evidence.resected;
    return {.risk_resected = resected.risk,
            .value = observed.risk - resected.risk,
            .lower = observed.lower - resected.upper,
            .upper = observed.upper - resected.lower};
  }
  const double removed =
      1.0 - rule.residual_risk_ratio; // NaN without a ratio: everything is missing
  return {.risk_resected = rule.residual_risk_ratio * observed.risk,
          .value = removed * observed.risk,
          .lower = removed * observed.lower,
          .upper = removed * observed.upper};
}

Decision decide(const Rule& rule, const Evidence& evidence) {
  const Reduction benefit = reduction(rule, evidence);
  Decision decision;
  const auto note = [&decision](bool holds, const char* code) {
    if (holds) {
      decision.reasons.emplace_back(code);
    }
    return holds;
  };
  const bool known = !std::isnan(benefit.value);
  const bool to_resect = benefit.value > rule.thresholds.resect_above;
  const bool to_observe = benefit.value < rule.thresholds.observe_below;
  bool guarded = note(!evidence.inputs_outside_training.empty(), "R05");
  guarded = note(lies_on_both_sides(rule, benefit), "R07") || guarded;
  guarded = note(is_missing(evidence, benefit), "R08") || guarded;
  guarded = note(is_high_under_both(rule, evidence, benefit), "R17") || guarded;
  note(known && !to_resect && !to_observe, "R18");
  const bool no_interval = std::isnan(benefit.lower) || std::isnan(benefit.upper);
  guarded = note(rule.needs_interval && no_interval, "R19") || guarded;
  if (guarded) {
    return decision;
  }
  if (to_resect) {
    decision.action = Action::resect;
  } else if (to_observe) {
    decision.action = Action::observe;
  }
  return decision;
}

} // namespace vigil::triage
