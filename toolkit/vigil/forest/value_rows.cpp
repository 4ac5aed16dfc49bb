// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/value_rows.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"

#include <string>

namespace vigil::forest {

ValueScale ValueScale::of(std::span<const double> values) {
  if (values.empty()) {
    return {};
  }
  const auto [low, high] = std::ranges::minmax(values);
  const double half = 0.5 * high - 0.5 * low; // of the range, which may be beyond double
  if (!(half > 0.0)) {
    return {.origin = low};
  }
  int exponent = 0;
  const double fraction = std::frexp(half, &exponent);
  return {.origin = low, .exponent = fraction == 0.5 ? exponent : exponent + 1};
}

ValueOutcome value_outcome(const Outcome& outcome, std::string_view learner) {
  if (const auto* binary = std::get_if<BinaryOutcome>(&outcome)) {
    return {.value = {binary->label.begin(), binary->label.end()}, .binary = true};
  }
  if (const auto* continuous = std::get_if<ContinuousOutcome>(&outcome)) {
    return {.value = continuous->value};
  }
  throw ConfigError({.where = "learner " + quoted(learner),
                     .found = "an outcome of the family " + std::string(name_of(outcome)),
                     .expected = "gaussian (a number) or binomial (0 or 1)",
                     .remedy =
                         "name another outcome; vigil path fits the family poisson, and times "
                         "to an event have forests of their own (--time, --event)",
                     .problem = "the outcome has no such forest"});
}

SurvivalOutcome cases_first(const ValueOutcome& outcome) {
  VIGIL_EXPECTS(outcome.binary);
  SurvivalOutcome result;
  for (const double value : outcome.value) {
    result.time.push_back(2.0 - value);
    result.event.push_back(value > 0.0 ? 1 : 0);
  }
  return result;
}

SurvivalRows value_rows(const ValueOutcome& outcome,
                        const ValueScale& scale,
                        const CaseWeights& weights,
                        std::span<const Index> stratum) {
  // a value as a time, of which nobody asks; without events, so that there are no event times
  SurvivalOutcome order = outcome.binary ? cases_first(outcome) : SurvivalOutcome{};
  if (!outcome.binary) {
    order.time = outcome.value;
    order.event.assign(outcome.value.size(), 0);
  }
  SurvivalRows rows = survival_rows(order, weights, stratum);
  rows.event_time.clear();
  rows.passed.assign(rows.subject.size(), 0U);
  for (const Index subject : rows.subject) {
    rows.value.push_back(scale.standard(outcome.value[at(subject)]));
  }
  return rows;
}

double mean_value(const SurvivalRows& all,
                  std::span<const std::uint32_t> copies,
                  std::span<const std::uint32_t> rows) {
  ValueMean mean;
  for (const std::uint32_t row : rows) {
    mean.add(all.value[row], copies[row] * all.sampling[row]);
  }
  return mean.mean();
}

} // namespace vigil::forest
