// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/resample/replicate_plan.hpp"

#include "vigil/base/text.hpp"
#include "vigil/resample/weights_where.hpp"

#include <utility>

namespace vigil {

ResamplePlan replicate_plan(const std::string& scheme,
                            Index replicates,
                            std::shared_ptr<const DrawUnits> units,
                            const CaseWeights& within,
                            const RandomKey& key) {
  auto maker = [scheme, units, within, key](Index number) {
    const std::vector<std::uint32_t> drawn =
        draw_with_replacement(*units, within.subjects(), key.child(scheme).child(number));
    std::vector<std::uint32_t> times(drawn.size(), 0);
    for (const Index subject : within.support()) {
      times[at(subject)] = drawn[at(subject)] * within.times(subject);
    }
    return Resample{.label = "replicate " + number_text(number + 1),
                    .train = within.with_times(std::move(times)),
                    .test = weights_where(within, [&](Index i) { return drawn[at(i)] == 0; }),
                    .key = key.child("resample").child(number),
                    .repeat = number + 1,
                    .fold = 0};
  };
  constexpr Index block = 20;
  return {scheme, replicates, block, fingerprint_of(*units, within, key), std::move(maker)};
}

} // namespace vigil
