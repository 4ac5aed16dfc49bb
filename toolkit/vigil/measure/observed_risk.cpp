// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/measure/observed_risk.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::measure {

std::string observed_risk_problem(const Evaluation& evaluation, const EvaluationRows& rows) {
  if (!std::isfinite(evaluation.horizon)) {
    return "needs a horizon";
  }
  if (std::string problem = censoring_problem(evaluation, rows); !problem.empty()) {
    return problem;
  }
  const double last = *std::max_element(rows.time.begin(), rows.time.end());
  if (last < evaluation.horizon && !evaluation.censoring.supports(evaluation.horizon)) {
    return "horizon not supported: follow-up ends before it";
  }
  return {};
}

WeightedMean observed_risk(const Evaluation& evaluation, const EvaluationRows& rows) {
  std::vector<double> weight, happened;
  for (Index row = 0; row < rows.rows(); ++row) {
    const bool event = event_by(rows, row, evaluation.horizon);
    happened.push_back(event ? 1.0 : 0.0);
    weight.push_back(event ? 1.0 / evaluation.censoring.survival_before(rows.subject[at(row)],
                                                                        rows.time[at(row)])
                           : 0.0);
  }
  return censoring_weighted_mean(evaluation, rows, weight, happened);
}

} // namespace vigil::measure
