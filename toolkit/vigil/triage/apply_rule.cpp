// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/triage/apply_rule.hpp"

#include <algorithm>

namespace vigil::triage {

namespace {

RiskInterval interval_of(const Prediction& prediction, double horizon, Index subject) {
  const auto value = [horizon, subject](const RiskTable& table) {
    const Index number = find_horizon(table, horizon);
    VIGIL_EXPECTS(number != no_index);
    return table.at_horizon(number)[at(subject)];
  };
  RiskInterval interval{.risk = value(prediction.risk)};
  if (prediction.lower.has_value() && prediction.upper.has_value()) {
    interval.lower = value(*prediction.lower);
    interval.upper = value(*prediction.upper);
  }
  return interval;
}

std::vector<double> inputs_of(const Candidates& candidates, Index subject) {
  const Index subjects = size_of(candidates.subject_ids);
  std::vector<double> values;
  for (Index input = 0; input < size_of(candidates.inputs); ++input) {
    values.push_back(candidates.input_values[at(input * subjects + subject)]);
  }
  return values;
}

Evidence evidence_of(const Rule& rule, const Candidates& candidates, Index subject) {
  Evidence evidence{.observed = interval_of(candidates.observed, rule.horizon, subject)};
  if (candidates.resected != nullptr) {
    evidence.resected = interval_of(*candidates.resected, rule.horizon, subject);
  }
  const auto values = inputs_of(candidates, subject);
  evidence.missing_inputs = inputs_missing(candidates.inputs, values);
  evidence.inputs_outside_training = inputs_outside(candidates.inputs, values);
  return evidence;
}

} // namespace

std::vector<TriageRow> apply_rule(const Rule& rule, const Candidates& candidates) {
  VIGIL_EXPECTS(candidates.input_values.size() ==
                candidates.inputs.size() * candidates.subject_ids.size());
  std::vector<TriageRow> rows;
  for (Index subject = 0; subject < size_of(candidates.subject_ids); ++subject) {
    const Evidence evidence = evidence_of(rule, candidates, subject);
    const Reduction benefit = reduction(rule, evidence);
    Decision decision = decide(rule, evidence);
    rows.push_back({.subject = candidates.subject_ids[at(subject)],
                    .action = decision.action,
                    .risk = evidence.observed.risk,
                    .lower = evidence.observed.lower,
                    .upper = evidence.observed.upper,
                    .risk_resected = benefit.risk_resected,
                    .reduction = benefit.value,
                    .horizon = rule.horizon,
                    .reasons = std::move(decision.reasons),
                    .missing_inputs = evidence.missing_inputs,
                    .outside_inputs = evidence.inputs_outside_training});
  }
  return rows;
}

Index subjects_with_reason(std::span<const TriageRow> rows, std::string_view code) {
  return std::count_if(rows.begin(), rows.end(), [code](const TriageRow& row) {
    return std::find(row.reasons.begin(), row.reasons.end(), code) != row.reasons.end();
  });
}

} // namespace vigil::triage
