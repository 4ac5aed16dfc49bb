// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/triage/audit.hpp"

#include "vigil/survival/beta_product_limits.hpp"
#include "vigil/survival/kaplan_meier.hpp"
#include "vigil/survival/single_event.hpp"

#include <cstdint>

namespace vigil::triage {

namespace {

CaseWeights weights_of(Action action, std::span<const Action> decided, const CaseWeights& weights) {
  std::vector<std::uint32_t> times;
  std::vector<double> sampling;
  for (Index i = 0; i < weights.subjects(); ++i) {
    times.push_back(decided[at(i)] == action ? weights.times(i) : 0);
    sampling.push_back(weights.sampling(i));
  }
  return CaseWeights::ones(weights.subjects()).with_times(times).with_sampling(sampling);
}

} // namespace

std::vector<ActionAudit> audit(std::span<const Action> decided,
                               const Outcome& outcome,
                               const CaseWeights& weights,
                               double horizon,
                               double level) {
  VIGIL_EXPECTS(size_of(decided) == weights.subjects() && level > 0.0 && level < 1.0);
  const SurvivalOutcome events = survival::only_cause(outcome, 1);
  std::vector<ActionAudit> rows;
  for (const Action action : {Action::observe, Action::board, Action::resect}) {
    const CaseWeights group = weights_of(action, decided, weights);
    ActionAudit row{.action = action, .subjects = size_of(group.support())};
    if (row.subjects == 0) {
      row.undefined_because = "no subjects";
      rows.push_back(row);
      continue;
    }
    row.share = group.total() / weights.total();
    for (const Index i : group.support()) {
      row.events += events.event[at(i)] == 1 && events.time[at(i)] <= horizon ? 1 : 0;
    }
    const auto limits = survival::beta_product_limits(events, group, horizon, 0.5 * (1.0 + level));
    row.risk = 1.0 - survival::kaplan_meier(events, group).survival(horizon);
    row.lower = limits.risk_lower;
    row.upper = limits.risk_upper;
    row.undefined_because = limits.undefined_because;
    rows.push_back(row);
  }
  return rows;
}

} // namespace vigil::triage
