// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/measure/threshold_rates.hpp"

#include "vigil/measure/threshold_rule.hpp"

namespace vigil::measure {

namespace {

/// Which subjects a rate counts: numerator those with all marks, denominator those with the given one.
struct Rate {
  bool event = false, acted = false;
  bool given_what_happened = false; ///< else given what the rule says
  const char* nobody = "";
};

Estimate rate(const Evaluation& evaluation, const Rate& wanted) {
  const ThresholdRule rule = threshold_rule(evaluation);
  if (!rule.problem.empty()) {
    return undefined(rule.problem);
  }
  const Column weight = censoring_weight_column(evaluation, rule.rows);
  if (!weight.problem.empty()) {
    return undefined(weight.problem);
  }
  std::vector<double> both, given;
  for (Index row = 0; row < rule.rows.rows(); ++row) {
    const bool happened = event_by(rule.rows, row, evaluation.horizon) == wanted.event;
    const bool said = (rule.risk[at(row)] >= evaluation.threshold) == wanted.acted;
    both.push_back(happened && said ? 1.0 : 0.0);
    given.push_back((wanted.given_what_happened ? happened : said) ? 1.0 : 0.0);
  }
  const WeightedMean top = censoring_weighted_mean(evaluation, rule.rows, weight.value, both);
  const WeightedMean bottom = censoring_weighted_mean(evaluation, rule.rows, weight.value, given);
  if (!(bottom.value > 0.0)) {
    return undefined(wanted.nobody);
  }
  const double value = top.value / bottom.value;
  std::vector<double> gradient;
  for (std::size_t row = 0; row < both.size(); ++row) {
    gradient.push_back((top.gradient[row] - value * bottom.gradient[row]) / bottom.value);
  }
  return {.value = value, .influence = influence_from(evaluation, rule.rows, gradient)};
}

} // namespace

Estimate sensitivity(const Evaluation& evaluation) {
  return rate(evaluation,
              {.event = true,
               .acted = true,
               .given_what_happened = true,
               .nobody = "no events by the horizon"});
}

Estimate specificity(const Evaluation& evaluation) {
  return rate(evaluation,
              {.event = false,
               .acted = false,
               .given_what_happened = true,
               .nobody = "no subjects without the event at the horizon"});
}

Estimate ppv(const Evaluation& evaluation) {
  return rate(evaluation,
              {.event = true,
               .acted = true,
               .given_what_happened = false,
               .nobody = "no subject of known state reaches the threshold"});
}

Estimate npv(const Evaluation& evaluation) {
  return rate(evaluation,
              {.event = false,
               .acted = false,
               .given_what_happened = false,
               .nobody = "every subject of known state reaches the threshold"});
}

} // namespace vigil::measure
