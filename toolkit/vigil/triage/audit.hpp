// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/case_weights.hpp"
#include "vigil/cohort/outcome.hpp"
#include "vigil/triage/rule.hpp"

#include <limits>
#include <span>
#include <string>
#include <vector>

namespace vigil::triage {

/// How the subjects of one action fared.
struct ActionAudit {
  Action action = Action::board;
  Index subjects = 0;
  double share = 0.0; ///< of all subjects with weight
  Index events = 0;   ///< by the horizon, as observed (some others left before it)
  double risk = std::numeric_limits<double>::quiet_NaN(); ///< 1 - Kaplan-Meier at the horizon
  double lower = std::numeric_limits<double>::quiet_NaN();
  double upper = std::numeric_limits<double>::quiet_NaN();
  std::string undefined_because = {}; ///< why there is no risk, or no limits
};

/// Who was observed, referred, resected, and had the event: three rows in the order of the actions.
///
/// decided     one action per subject
/// limits      beta-product limits, each one-sided at (1 + level) / 2: with no events the upper limit stays above 0
/// competing   cause 1 is the event; other causes count as censorings, so the risk is at least the cumulative
///             incidence (conservative for the observed group)
/// domain      censoring independent of the event within each group. The limits describe the groups that this
///             rule made in these data; they are no guarantee for another cohort
/// source      Fay, Brittain and Proschan 2013; checked by tests/unit/triage/audit_test
[[nodiscard]] std::vector<ActionAudit> audit(std::span<const Action> decided,
                                             const Outcome& outcome,
                                             const CaseWeights& weights,
                                             double horizon,
                                             double level = 0.95);

} // namespace vigil::triage
