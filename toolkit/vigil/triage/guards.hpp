// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/case_weights.hpp"
#include "vigil/cohort/feature_info.hpp"
#include "vigil/cohort/outcome.hpp"
#include "vigil/survival/censoring_weights.hpp"

#include <span>
#include <string>
#include <vector>

namespace vigil::triage {

/// A column without `known_at` counts as known at biopsy, and the report says so.
[[nodiscard]] KnownAt known_at_or_biopsy(const FeatureInfo& column) noexcept;
/// Names of the columns without `known_at`.
[[nodiscard]] std::vector<std::string> undeclared_known_at(std::span<const FeatureInfo> columns);
/// R09. Throws ConfigError that lists every column that becomes known only after the moment of decision.
void check_known_at(std::span<const FeatureInfo> columns, KnownAt decide_at);

/// R01. The support of a horizon; throws ConfigError with the largest supported time where it is refused.
/// Ask once for all subjects and once for each arm that is used; `who` names them in the message.
survival::HorizonSupport require_supported_horizon(const Outcome& outcome,
                                                   const CaseWeights& weights,
                                                   double horizon,
                                                   const std::string& who,
                                                   double smallest_censoring_survival = 0.10);

inline constexpr Index fewest_events = 20;
inline constexpr Index fewest_events_external = 100;

/// Subjects present with the event, of cause 1 with competing risks.
[[nodiscard]] Index count_events(const Outcome& outcome, const CaseWeights& weights);

/// R02. No action rests on fewer events than `fewest_events`: throws InputError. `who` names the subjects.
void require_events(Index events, const std::string& who);

/// R02. What to print beside results on few events; empty: enough.
/// `external`: the data carry a claim of external validation.
[[nodiscard]] std::vector<std::string> event_warnings(Index events, bool external);

/// What an input was in training: its name and the range between the 0.5 % tails.
struct InputRange {
  std::string name;
  double lower = 0.0, upper = 0.0;
};

/// R05. Ranges of the raw inputs of a model over the training subjects.
///
/// columns   names x subjects, one input after another; NaN = missing, left out
/// weights   one per subject; 0 = not in training
/// returns   weighted quantiles at 0.005 and 0.995; an input without any value gets an empty range (all outside)
/// cost      O(inputs x n log n)
[[nodiscard]] std::vector<InputRange> input_ranges(std::span<const std::string> names,
                                                   std::span<const double> columns,
                                                   const CaseWeights& weights);

/// R08, R05. Names of the inputs that are missing, or that lie outside their training range.
/// values    one per input, in the order of the ranges
[[nodiscard]] std::vector<std::string> inputs_missing(std::span<const InputRange> ranges,
                                                      std::span<const double> values);
[[nodiscard]] std::vector<std::string> inputs_outside(std::span<const InputRange> ranges,
                                                      std::span<const double> values);

} // namespace vigil::triage
