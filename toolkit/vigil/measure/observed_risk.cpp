// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/measure/observed_risk.hpp"

namespace vigil::measure {

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
