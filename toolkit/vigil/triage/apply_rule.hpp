// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/prediction.hpp"
#include "vigil/triage/guards.hpp"
#include "vigil/triage/rule.hpp"

#include <span>
#include <string>
#include <vector>

namespace vigil::triage {

/// One row of triage.tsv.
struct TriageRow {
  std::string subject;
  Action action = Action::board;
  double risk, lower, upper; ///< under observation; NaN: not known
  double risk_resected, reduction, horizon;
  std::vector<std::string> reasons;                        ///< R05.., in code order
  std::vector<std::string> missing_inputs, outside_inputs; ///< which inputs R08 and R05 mean
};

/// The subjects to decide on: predictions under observation and, where it is estimated, under resection.
struct Candidates {
  std::span<const std::string> subject_ids;
  const Prediction& observed;
  const Prediction* resected = nullptr; ///< nullptr: the rule's ratio
  std::span<const InputRange> inputs =
      {}; ///< of the model in training; empty: R05 and R08 see risks only
  std::span<const double> input_values = {}; ///< inputs x subjects, raw; NaN = missing
};

/// One decision for each subject, in their order. The predictions must hold the rule's horizon.
/// Each row depends on its own subject alone.
[[nodiscard]] std::vector<TriageRow> apply_rule(const Rule& rule, const Candidates& candidates);

/// Subjects that a reason was given to.
[[nodiscard]] Index subjects_with_reason(std::span<const TriageRow> rows, std::string_view code);

} // namespace vigil::triage
