// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/measure/evaluation_rows.hpp"

#include <string>
#include <vector>

namespace vigil::measure {

/// The rule "act where the predicted risk reaches the threshold" on the rows of an evaluation.
struct ThresholdRule {
  EvaluationRows rows;
  std::vector<double> risk = {};
  double odds = 0.0; ///< harm of one unnecessary action in units of one event found
  std::string problem = {};
};

/// Empty, or why the threshold is none.
[[nodiscard]] std::string threshold_problem(double threshold);
[[nodiscard]] ThresholdRule threshold_rule(const Evaluation& evaluation);

} // namespace vigil::measure
