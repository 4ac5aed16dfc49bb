// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/case_weights.hpp"
#include "vigil/triage/harms.hpp"

#include <span>
#include <string>
#include <vector>

namespace vigil::triage {

/// Weighted shares of the subjects in each zone by harms alone, before any guard; they add to 1.
struct ZoneShares {
  double observe = 0.0, board = 0.0, resect = 0.0;
};

/// reduction   absolute risk reduction per subject; NaN (unknown) belongs to the board
[[nodiscard]] ZoneShares zone_shares(std::span<const double> reduction,
                                     const CaseWeights& weights,
                                     const Thresholds& thresholds);

/// The zones under one assumption.
struct TornadoRow {
  std::string assumption;
  double residual_risk_ratio, board_skill; ///< NaN ratio: both risks are estimated
  Thresholds thresholds;                   ///< on the risk reduction
  ZoneShares shares;
  bool declared = false; ///< the assumption of the study itself
};

/// How far the zones depend on what was declared: board_skill x 1/2, 1, 2 (at most 1), and, where the ratio is
/// assumed, residual_risk_ratio 0.25, 0.5, 0.75, 1. The declared row comes first.
///
/// risk           under observation, one per subject
/// risk_resected  one per subject, or empty: ratio x risk
[[nodiscard]] std::vector<TornadoRow> tornado(const Harms& harms,
                                              std::span<const double> risk,
                                              std::span<const double> risk_resected,
                                              const CaseWeights& weights);

/// What to print before anything else where almost nobody (under 1 %) lies above the upper threshold; empty: fine.
[[nodiscard]] std::string no_resection_warning(const ZoneShares& shares);

} // namespace vigil::triage
