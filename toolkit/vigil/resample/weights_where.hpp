// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/case_weights.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace vigil {

/// The weights of `within` for the subjects that `keep` names, 0 for all others.
[[nodiscard]] inline CaseWeights weights_where(const CaseWeights& within,
                                               const std::function<bool(Index subject)>& keep) {
  std::vector<std::uint32_t> times(at(within.subjects()), 0);
  for (const Index subject : within.support()) {
    times[at(subject)] = keep(subject) ? within.times(subject) : 0;
  }
  return within.with_times(std::move(times));
}

} // namespace vigil
