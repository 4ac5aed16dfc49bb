// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/triage/guards.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/numeric/quantile.hpp"
#include "vigil/survival/risk_sets.hpp"

#include <array>
#include <cmath>
#include <limits>

namespace vigil::triage {

namespace {

constexpr double tail = 0.005;

std::string refused_because(const survival::HorizonSupport& support) {
  return "censoring survival " + fixed_text(support.censoring_survival, 3) + ", " +
         count_text(support.at_risk) + " subjects at risk beyond it";
}

} // namespace

KnownAt known_at_or_biopsy(const FeatureInfo& column) noexcept {
  return column.known_at.value_or(KnownAt::biopsy);
}

std::vector<std::string> undeclared_known_at(std::span<const FeatureInfo> columns) {
  std::vector<std::string> names;
  for (const FeatureInfo& column : columns) {
    if (!column.known_at.has_value()) {
      names.push_back(column.name);
    }
  }
  return names;
}

void check_known_at(std::span<const FeatureInfo> columns, KnownAt decide_at) {
  std::vector<std::string> late;
  for (const FeatureInfo& column : columns) {
    const KnownAt known = known_at_or_biopsy(column);
    if (known > decide_at) {
      late.push_back(quoted(column.name) + " (" + std::string(name_of(known)) +
                     (column.known_at.has_value() ? "" : ", undeclared") + ")");
    }
  }
  if (late.empty()) {
    return;
  }
  throw ConfigError(
      {.where = "decide_at = " + quoted(name_of(decide_at)),
       .found = join(late, ", "),
       .expected = "features that are known at the moment of decision",
       .remedy = "leave these features out of the model, correct known_at, or decide later",
       .problem = "R09: features become known only after the decision"});
}

survival::HorizonSupport require_supported_horizon(const Outcome& outcome,
                                                   const CaseWeights& weights,
                                                   double horizon,
                                                   const std::string& who,
                                                   double smallest_censoring_survival) {
  const auto support =
      survival::horizon_support(outcome, weights, horizon, smallest_censoring_survival);
  if (!support.supported) {
    throw ConfigError(
        {.where = "horizon " + number_text(horizon) + ", " + who,
         .found = refused_because(support),
         .expected = "censoring survival of at least " + number_text(smallest_censoring_survival) +
                     " and at least " + number_text(survival::fewest_at_risk) +
                     " subjects at risk beyond the horizon",
         .remedy = support.largest_supported > 0.0
                       ? "the largest supported time is " + number_text(support.largest_supported)
                       : "no time is supported: more subjects or longer follow-up",
         .problem = "R01: the follow-up does not support this horizon"});
  }
  return support;
}

Index count_events(const Outcome& outcome, const CaseWeights& weights) {
  const auto observed = survival::follow_up(outcome);
  Index events = 0;
  for (const Index subject : weights.support()) {
    events += observed.cause[at(subject)] == 1 ? 1 : 0;
  }
  return events;
}

void require_events(Index events, const std::string& who) {
  if (events < fewest_events) {
    throw InputError(
        {.where = who,
         .found = number_text(events) + " with the event",
         .expected = "at least " + number_text(fewest_events) + " with the event",
         .remedy = "declare no harms: then risks are reported and no actions; or wait for more "
                   "events",
         .problem = "R02: too few events to propose actions"});
  }
}

std::vector<std::string> event_warnings(Index events, bool external) {
  const std::string found = "R02: " + number_text(events) + " events; ";
  if (events < fewest_events) {
    return {found + "below " + number_text(fewest_events) +
            " no effect or risk is estimated reliably"};
  }
  if (external && events < fewest_events_external) {
    return {found + "a claim of external validation needs " + number_text(fewest_events_external)};
  }
  return {};
}

std::vector<InputRange> input_ranges(std::span<const std::string> names,
                                     std::span<const double> columns,
                                     const CaseWeights& weights) {
  const auto subjects = at(weights.subjects());
  VIGIL_EXPECTS(columns.size() == names.size() * subjects);
  std::vector<InputRange> ranges;
  for (std::size_t input = 0; input < names.size(); ++input) {
    const auto column = columns.subspan(input * subjects, subjects);
    const auto range = weighted_quantiles(column, weights.values(), std::array{tail, 1.0 - tail});
    ranges.push_back({.name = names[input], .lower = range.front(), .upper = range.back()});
  }
  return ranges;
}

std::vector<std::string> inputs_missing(std::span<const InputRange> ranges,
                                        std::span<const double> values) {
  VIGIL_EXPECTS(ranges.size() == values.size());
  std::vector<std::string> names;
  for (std::size_t input = 0; input < ranges.size(); ++input) {
    if (std::isnan(values[input])) {
      names.push_back(ranges[input].name);
    }
  }
  return names;
}

std::vector<std::string> inputs_outside(std::span<const InputRange> ranges,
                                        std::span<const double> values) {
  VIGIL_EXPECTS(ranges.size() == values.size());
  std::vector<std::string> names;
  for (std::size_t input = 0; input < ranges.size(); ++input) {
    const bool inside =
        values[input] >= ranges[input].lower && values[input] <= ranges[input].upper;
    if (!std::isnan(values[input]) && !inside) {
      names.push_back(ranges[input].name);
    }
  }
  return names;
}

} // namespace vigil::triage
