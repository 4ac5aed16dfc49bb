// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"
#include "vigil/triage/harms.hpp"

#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vigil::triage {

enum class Action { observe, board, resect };
inline constexpr Index actions = 3;

/// observe, board, resect: the words of every table.
[[nodiscard]] std::string_view name_of(Action action) noexcept;
/// Words for people, in the order observe, board, resect. Throws ConfigError unless three distinct texts.
[[nodiscard]] std::vector<std::string> action_labels(std::span<const std::string> labels,
                                                     const std::string& where);

/// Risk of the event by the horizon. lower, upper NaN: no interval.
struct RiskInterval {
  double risk = std::numeric_limits<double>::quiet_NaN();
  double lower = std::numeric_limits<double>::quiet_NaN();
  double upper = std::numeric_limits<double>::quiet_NaN();
};

/// What is known about one subject. There is no centre and no surgeon to look at.
struct Evidence {
  RiskInterval observed = {};                ///< risk under observation
  std::optional<RiskInterval> resected = {}; ///< risk under resection; absent: ratio x observed
  std::vector<std::string> missing_inputs = {}, inputs_outside_training = {};
};

/// Largest share of events under both strategies that is not yet "high risk under both"; may only be lowered.
inline constexpr double largest_high_risk = 0.30;

/// Everything that decide() looks at besides the evidence. Made by make_rule, or read back from a file.
struct Rule {
  double horizon = 0.0;
  Thresholds thresholds = {}; ///< on the absolute risk reduction
  double residual_risk_ratio =
      std::numeric_limits<double>::quiet_NaN(); ///< NaN: both risks are estimated
  double high_risk = largest_high_risk;
  double highest_training_risk = std::numeric_limits<double>::infinity(); ///< 95th percentile
  double undecided_margin =
      0.0; ///< how far an interval may reach beyond the two-way threshold on both sides
  bool needs_interval = true; ///< false: the study says interval = "none"
};

struct RuleOptions {
  double horizon = 0.0;
  double high_risk = largest_high_risk;
  double undecided_margin = 0.0;
  bool needs_interval = true;
};

/// The rule that follows from declared harms; `training_risk` (under observation, one per subject of the training
/// set, NaN = unknown) with its weights gives the 95th percentile for an assumed ratio.
/// Throws ConfigError for impossible harms, a high_risk outside (0, 0.30] or a negative margin.
[[nodiscard]] Rule make_rule(const Harms& harms,
                             const RuleOptions& options,
                             std::span<const double> training_risk,
                             std::span<const double> training_weights);

/// Absolute risk reduction by resection with its interval.
///
///   assumed ratio   r = ratio m,  q = (1 - ratio) m,  interval (1 - ratio) [m_lower, m_upper]
///   both estimated  q = m - r,    interval [m_lower - r_upper, m_upper - r_lower], which is never too narrow
struct Reduction {
  double risk_resected = std::numeric_limits<double>::quiet_NaN();
  double value = std::numeric_limits<double>::quiet_NaN();
  double lower = std::numeric_limits<double>::quiet_NaN();
  double upper = std::numeric_limits<double>::quiet_NaN();
};
[[nodiscard]] Reduction reduction(const Rule& rule, const Evidence& evidence);

/// An action and every reason that holds, in code order; empty for observe and resect.
struct Decision {
  Action action = Action::board;
  std::vector<std::string> reasons = {};
};

/// Observe, resect, or refer to the board.
///
///   1. any guard                        -> board
///        R05 an input outside the training range         R08 an input, or a risk, is missing
///        R07 q_lower < q_t - margin and q_upper > q_t + margin (both sides; margin 0 unless declared)
///        R17 min(m, r) >= high_risk and not q > q_hi; with an assumed ratio also m > the 95th training percentile
///        R19 no interval of q, unless the study says that there is none
///   2. q > q_hi                         -> resect
///   3. q < q_lo                         -> observe
///   4. otherwise                        -> board, R18
///
/// A high risk alone never leads to resection: only q does. R18 is named beside a guard where q lies in between.
/// Raising the benefit never moves a subject from resect to observe.
/// source    Pauker and Kassirer 1980 for three actions with two thresholds; docs/methods/triage.md;
///           checked by tests/unit/triage/rule_test and tests/property/triage_laws_test
[[nodiscard]] Decision decide(const Rule& rule, const Evidence& evidence);

} // namespace vigil::triage
