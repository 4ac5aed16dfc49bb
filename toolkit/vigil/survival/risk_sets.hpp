// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"
#include "vigil/cohort/case_weights.hpp"
#include "vigil/cohort/outcome.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace vigil::survival {

/// The columns of a time-to-event outcome, whatever its kind; a view, valid while the outcome lives.
struct FollowUp {
  std::span<const double> entry; ///< empty: everybody from 0
  std::span<const double> time;
  std::span<const std::uint8_t> cause; ///< 0 = censored, else the cause (1 for a single event)
  Index causes = 1;

  [[nodiscard]] Index subjects() const noexcept { return size_of(time); }
  [[nodiscard]] double entry_of(Index subject) const noexcept {
    return entry.empty() ? 0.0 : entry[at(subject)];
  }
};

/// outcome   a SurvivalOutcome or a CompetingRisksOutcome; anything else is a programmer error
[[nodiscard]] FollowUp follow_up(const Outcome& outcome);

/// Who is at risk at each distinct observed time, and how they leave.
///
///   Y(u) = weight with entry < u <= time      d(u), c(u) = weight of events, of censorings at u
///
/// `rows` are times drawn (frequency weights), whatever the sampling weight: they decide exactly what sums of
/// real weights decide only up to rounding, such as "everybody at risk leaves here".
struct RiskSets {
  std::vector<Index> subject;  ///< those present, by ascending time; equal times in subject order
  std::vector<Index> start;    ///< subject[start[k] .. start[k + 1]) leave at time[k]
  std::vector<double> time;    ///< distinct, ascending; an event, a censoring or both
  std::vector<double> at_risk; ///< Y(u)
  std::vector<double> after_events; ///< Y(u) - d(u), summed without cancellation
  std::vector<double> events, censored;
  std::vector<Index> rows_at_risk, event_rows, censored_rows;

  [[nodiscard]] Index times() const noexcept { return size_of(time); }
  /// Weight of all subjects present, in the order of time.
  [[nodiscard]] double total_weight(const CaseWeights& weights) const;
  /// Number of distinct times at or before t.
  [[nodiscard]] Index times_until(double t) const;
};

/// Risk sets of the listed subjects; those with weight 0 are absent.
///
/// ties      events at u leave before subjects censored at u; equal times are equal as read
/// entry     a subject is at risk on (entry, time]
/// cost      O(n log n)
/// checked by tests/unit/survival/risk_sets_test and tests/property/survival_laws_test
[[nodiscard]] RiskSets
risk_sets(const FollowUp& outcome, const CaseWeights& weights, std::span<const Index> subjects);
/// Of all subjects with weight.
[[nodiscard]] RiskSets risk_sets(const FollowUp& outcome, const CaseWeights& weights);

/// Subjects with weight of each level, ascending; level no_index is left out. `levels` empty: one level of all.
[[nodiscard]] std::vector<std::vector<Index>> subjects_by_level(std::span<const Index> levels,
                                                                const CaseWeights& weights);

} // namespace vigil::survival
