// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/compared_rows.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/learn/model_checks.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

namespace vigil::forest {

namespace {

constexpr std::array rules{
    CompetingRuleName{.rule = CompetingRule::cause_specific,
                      .name = "cause-specific",
                      .source = "Ishwaran et al. 2014",
                      .use = "what drives the hazard of the cause of interest"},
    CompetingRuleName{.rule = CompetingRule::gray,
                      .name = "gray",
                      .source = "Gray 1988",
                      .use = "what drives its cumulative incidence, through other causes too"},
    CompetingRuleName{.rule = CompetingRule::composite,
                      .name = "composite",
                      .source = "Ishwaran et al. 2014",
                      .use = "what drives any cause: all their incidences from one forest"},
};

[[noreturn]] void refuse(std::string found, std::string expected, std::string remedy) {
  throw ConfigError({.where = "survival forest, competing risks",
                     .found = std::move(found),
                     .expected = std::move(expected),
                     .remedy = std::move(remedy)});
}

std::uint32_t cause_of_interest(const std::string& named, const std::vector<std::string>& names) {
  if (named.empty()) {
    return 1;
  }
  const auto found = std::ranges::find(names, named);
  if (found != names.end()) {
    return static_cast<std::uint32_t>(found - names.begin() + 1);
  }
  const auto number = parse_index(named);
  if (!number || *number < 1 || *number > size_of(names)) {
    refuse("cause of interest " + quoted(named),
           "a cause of the outcome: " + join(names, ", "),
           suggestion(named, names));
  }
  return static_cast<std::uint32_t>(*number);
}

std::vector<double> weights_of(const CauseOptions& options, std::uint32_t causes) {
  if (options.weights.empty()) {
    return std::vector<double>(causes, 1.0);
  }
  const auto good = [](double weight) { return weight >= 0.0 && std::isfinite(weight); };
  if (options.weights.size() != causes || !std::ranges::all_of(options.weights, good) ||
      std::ranges::all_of(options.weights, [](double weight) { return weight == 0.0; })) {
    std::vector<std::string> found;
    for (const double weight : options.weights) {
      found.push_back(number_text(weight));
    }
    refuse("weights of causes " + join(found, ", "),
           number_text(Index{causes}) + " numbers of at least 0, one for each cause, not all 0",
           "name one weight for each cause, in their order");
  }
  return options.weights;
}

/// By row: the end of follow-up of a subject with another cause, the time of all others.
std::vector<double> times_at_risk(const SurvivalRows& rows, const CompetingRisksOutcome& outcome) {
  const std::string remedy = "name the column of these ends with --follow-up-end, or use the rule "
                             "cause-specific or composite";
  if (!rows.entered.empty()) {
    refuse("the rule gray with delayed entry",
           "subjects under observation from 0: who had another cause before its entry is missing "
           "from the risk sets of this rule",
           "use the rule cause-specific or composite");
  }
  const auto time = [&](std::size_t row) { return outcome.time[at(rows.subject[row])]; };
  const std::size_t count = rows.subject.size();
  double last_event = 0.0, last = 0.0, first_censored = HUGE_VAL;
  bool others = false;
  for (std::size_t row = 0; row < count; ++row) {
    last = std::max(last, time(row));
    last_event = rows.has_event(row) ? std::max(last_event, time(row)) : last_event;
    first_censored = rows.cause[row] == 0 ? std::min(first_censored, time(row)) : first_censored;
    others = others || (rows.cause[row] != 0 && !rows.has_event(row));
  }
  const bool known = !outcome.follow_up_end.empty();
  if (!known && others && first_censored < last_event) {
    refuse("the rule gray, and a subject censored at " + number_text(first_censored) +
               ", before the last event at " + number_text(last_event),
           "known ends of follow-up: subjects with another cause stay at risk until then, and "
           "censored ones show that it ends at different times",
           remedy);
  }
  std::vector<double> times;
  for (std::size_t row = 0; row < count; ++row) {
    const bool other = rows.cause[row] != 0 && !rows.has_event(row);
    const double end = known ? outcome.follow_up_end[at(rows.subject[row])] : last;
    if (known && rows.cause[row] == 0 && time(row) < end) {
      refuse("the rule gray, and a subject censored at " + number_text(time(row)) +
                 " whose follow-up ends at " + number_text(end),
             "ends of follow-up that are the times of those censored: others would have been lost "
             "too, at times that nobody knows",
             "use the rule cause-specific or composite");
    }
    times.push_back(other ? end : time(row));
  }
  return times;
}

/// Moments and events passed of rows with other times: events stay where they are.
void set_times(const std::vector<double>& times, ComparedRows& compared) {
  SurvivalRows& rows = compared.rows;
  compared.order.resize(times.size());
  std::iota(compared.order.begin(), compared.order.end(), 0U);
  std::ranges::stable_sort(compared.order, {}, [&](std::uint32_t row) { return times[row]; });
  std::uint32_t instant = 0;
  for (std::size_t place = 0; place < times.size(); ++place) {
    const std::uint32_t row = compared.order[place];
    instant += place == 0 || times[row] == times[compared.order[place - 1]] ? 0 : 1;
    rows.moment[row] = 2 * instant + (rows.moment[row] & 1U);
    rows.passed[row] = static_cast<std::uint32_t>(
        std::ranges::upper_bound(rows.event_time, times[row]) - rows.event_time.begin());
  }
}

} // namespace

std::span<const CompetingRuleName> competing_rule_table() noexcept {
  return rules;
}

std::string_view name_of(CompetingRule rule) {
  return std::ranges::find(rules, rule, &CompetingRuleName::rule)->name;
}

SurvivalRows forest_rows(const Outcome& outcome,
                         const CaseWeights& weights,
                         std::span<const Index> stratum,
                         const CauseOptions& options) {
  const auto* competing = std::get_if<CompetingRisksOutcome>(&outcome);
  if (competing == nullptr) {
    const SurvivalOutcome& single = survival_outcome(outcome, "survival-forest");
    if (!options.empty()) {
      refuse("one kind of event",
             "causes of the event: this option is about them",
             "name the column of the causes with --cause, or drop the option");
    }
    return survival_rows(single, weights, stratum);
  }
  SurvivalOutcome any{.entry = competing->entry, .time = competing->time, .event = {}};
  for (const std::uint8_t cause : competing->cause) {
    any.event.push_back(cause != 0 ? 1 : 0);
  }
  SurvivalRows rows = survival_rows(any, weights, stratum);
  for (const Index subject : rows.subject) {
    rows.cause.push_back(competing->cause[at(subject)]);
  }
  rows.causes = static_cast<std::uint32_t>(competing->cause_names.size());
  rows.of_interest = cause_of_interest(options.of_interest, competing->cause_names);
  return rows;
}

ComparedRows compared_rows(const SurvivalRows& rows,
                           const CompetingRisksOutcome& outcome,
                           const CauseOptions& options) {
  const CompetingRule rule = options.rule.value_or(CompetingRule::cause_specific);
  if (rule != CompetingRule::composite && !options.weights.empty()) {
    refuse("weights of causes with the rule " + std::string(name_of(rule)),
           "the rule composite, which weighs causes",
           "ask for the rule composite, or drop the weights");
  }
  ComparedRows compared{.rows = rows};
  if (rule == CompetingRule::composite) {
    const auto weight = weights_of(options, rows.causes);
    for (const std::uint8_t cause : rows.cause) {
      compared.rows.event_weight.push_back(cause == 0 ? 0.0 : weight[cause - 1U]);
    }
  }
  for (std::size_t row = 0; row < rows.cause.size(); ++row) {
    const bool event = rule == CompetingRule::composite ? compared.rows.event_weight[row] > 0.0
                                                        : rows.has_event(row);
    compared.rows.moment[row] = (rows.moment[row] & ~1U) | (event ? 1U : 0U);
  }
  if (rule == CompetingRule::gray) {
    set_times(times_at_risk(rows, outcome), compared);
  }
  return compared;
}

} // namespace vigil::forest
