// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <string>

namespace vigil::triage {

/// What the user declares, in common units. There are no defaults: harms are values, not facts.
struct Harms {
  double missed_event =
      1.0; ///< harm of one event under observation that resection would have prevented
  double resection = 0.0; ///< harm of one resection
  double board = 0.0;     ///< cost of one referral: work-up and delay
  double board_skill =
      0.0; ///< share of perfect foresight that the board's work-up gains: 0 useless, 1 oracle
  double residual_risk_ratio = std::numeric_limits<
      double>::quiet_NaN(); ///< risk under resection / under observation; NaN: both estimated

  /// The second risk is an assumption, the same ratio for every subject.
  [[nodiscard]] bool ratio_is_assumed() const noexcept {
    return residual_risk_ratio == residual_risk_ratio;
  }
};

/// Limits between the actions, on the absolute risk reduction (or on the risk, see on_risk).
/// Without a board zone all three are the two-way threshold.
struct Thresholds {
  double observe_below = 0.0; ///< observe strictly below
  double two_way = 0.0;       ///< where observing and resecting cost the same
  double resect_above = 0.0;  ///< resect strictly above
  bool board_zone_exists = false;
};

/// Throws ConfigError where the harms make no decision possible; `where` is how to speak of their place.
void check_harms(const Harms& harms, const std::string& where);

/// Thresholds on the absolute risk reduction q = (risk under observation) - (risk under resection).
///
///   q_t  = H_S / h_E                       two-way threshold
///   q_lo = H_B / (eta (h_E - H_S))         below it referring costs more than it gains over observing
///   q_hi = 1 - H_B / (eta H_S)             above it referring costs more than it gains over resecting
///   h_E missed event, H_S resection, H_B board, eta board skill
///
/// returns   a board zone iff q_lo < q_t < q_hi, that is iff eta > H_B / (H_S (1 - q_t)); else q_t alone decides
/// source    Pauker and Kassirer 1975, 1980 for q_t and the test-treat thresholds; the board zone is derived in
///           docs/methods/triage.md; checked by tests/unit/triage/harms_test
[[nodiscard]] Thresholds thresholds(const Harms& harms);

/// The same thresholds on the risk under observation, where risk under resection = ratio x risk:
/// p = q / (1 - ratio). Above 1: no risk is high enough.
[[nodiscard]] Thresholds on_risk(const Thresholds& on_reduction, double residual_risk_ratio);

/// Throws ConfigError when the risk that is called acceptable in the observed group lies above the treatment
/// threshold (on risk with an assumed ratio, else on the risk reduction).
void check_alpha_observe(double alpha_observe, const Harms& harms, const std::string& where);

} // namespace vigil::triage
