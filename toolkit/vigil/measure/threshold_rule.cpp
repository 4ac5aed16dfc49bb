// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/measure/threshold_rule.hpp"

namespace vigil::measure {

std::string threshold_problem(double threshold) {
  return threshold > 0.0 && threshold < 1.0 ? "" : "needs a threshold between 0 and 1";
}

ThresholdRule threshold_rule(const Evaluation& evaluation) {
  ThresholdRule rule{.rows = evaluation_rows(evaluation)};
  rule.problem = rule.rows.problem;
  if (rule.problem.empty()) {
    rule.problem = threshold_problem(evaluation.threshold);
  }
  if (!rule.problem.empty()) {
    return rule;
  }
  rule.odds = evaluation.threshold / (1.0 - evaluation.threshold);
  Column risk = risk_column(evaluation, rule.rows);
  rule.problem = risk.problem;
  rule.risk = std::move(risk.value);
  return rule;
}

} // namespace vigil::measure
