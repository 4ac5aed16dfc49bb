// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/leaf_hazards.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace vigil::forest {

void take_hazard_jumps(const SurvivalRows& rows,
                       const SurvivalNode& node,
                       std::vector<HazardJump>& jumps) {
  jumps.clear();
  if (!rows.has_causes()) {
    for (const auto& time : node.events()) {
      jumps.push_back({time.number, time.hazard});
    }
    return;
  }
  std::array<double, std::numeric_limits<std::uint8_t>::max() + 1> died = {}; // by cause
  const auto numbers = node.rows();
  std::size_t place = 0;
  for (const auto& time : node.events()) {
    std::fill_n(died.begin(), rows.causes + 1U, 0.0);
    for (; place < numbers.size() && rows.passed[numbers[place]] <= time.number + 1U; ++place) {
      const bool event = (rows.moment[numbers[place]] & 1U) != 0;
      died.at(event ? rows.cause[numbers[place]] : 0U) += node.weights()[place];
    }
    for (std::uint32_t cause = 1; cause <= rows.causes; ++cause) {
      if (died.at(cause) > 0.0) {
        jumps.push_back(
            {time.number, died.at(cause) / time.at_risk, static_cast<std::uint8_t>(cause)});
      }
    }
  }
}

} // namespace vigil::forest
