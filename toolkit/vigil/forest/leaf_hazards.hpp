// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/survival_node.hpp"
#include "vigil/forest/survival_rows.hpp"

#include <cstdint>
#include <vector>

namespace vigil::forest {

/// A step of a cumulative hazard.
struct HazardJump {
  std::uint32_t number;   ///< of the event time
  double hazard;          ///< D / Y
  std::uint8_t cause = 0; ///< 0: one kind of event
};

/// The Nelson-Aalen increments of a node, by time; with competing risks those of each cause that has events at a time, in the
/// order of causes.
///
/// rows   that the node looked at: with competing risks their events are those of any cause, ascending in time
/// cost   one pass
/// checked by tests/reference/competing_forest_test
void take_hazard_jumps(const SurvivalRows& rows,
                       const SurvivalNode& node,
                       std::vector<HazardJump>& jumps);

} // namespace vigil::forest
