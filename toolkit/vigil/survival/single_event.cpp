// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/survival/single_event.hpp"

#include "vigil/survival/risk_sets.hpp"

namespace vigil::survival {

SurvivalOutcome any_event(const Outcome& outcome) {
  const auto observed = follow_up(outcome);
  SurvivalOutcome result{.entry = {observed.entry.begin(), observed.entry.end()},
                         .time = {observed.time.begin(), observed.time.end()},
                         .event = {}};
  for (const auto cause : observed.cause) {
    result.event.push_back(cause != 0 ? 1 : 0);
  }
  return result;
}

SurvivalOutcome only_cause(const Outcome& outcome, Index cause) {
  const auto observed = follow_up(outcome);
  SurvivalOutcome result = any_event(outcome);
  for (std::size_t i = 0; i < result.event.size(); ++i) {
    result.event[i] = static_cast<Index>(observed.cause[i]) == cause ? 1 : 0;
  }
  return result;
}

} // namespace vigil::survival
