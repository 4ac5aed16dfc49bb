// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/outcome.hpp"

#include "tests/support/dataset.hpp"

namespace vigil::test {

/// Every patient of mgus2: progression (cause 1), or death without it (cause 2), whichever comes first. Months.
inline CompetingRisksOutcome mgus2() {
  const auto data = read_dataset("mgus2");
  const auto progressed = data.numbers("pstat"), died = data.numbers("death"),
             to_progression = data.numbers("ptime"), to_death = data.numbers("futime");
  CompetingRisksOutcome outcome{
      .entry = {}, .time = {}, .cause = {}, .cause_names = {"pcm", "death"}};
  for (std::size_t i = 0; i < progressed.size(); ++i) {
    const bool first = progressed[i] == 1.0;
    outcome.time.push_back(first ? to_progression[i] : to_death[i]);
    outcome.cause.push_back(static_cast<std::uint8_t>(first ? 1 : died[i] == 1.0 ? 2 : 0));
  }
  return outcome;
}

} // namespace vigil::test
