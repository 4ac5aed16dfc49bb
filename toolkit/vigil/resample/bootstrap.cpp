// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/resample/draw_units.hpp"
#include "vigil/resample/plan.hpp"
#include "vigil/resample/weights_where.hpp"

namespace vigil {

ResamplePlan bootstrap(const TrainingData& data,
                       const CaseWeights& within,
                       Index replicates,
                       const RandomKey& key) {
  const auto units = std::make_shared<const DrawUnits>(draw_units(data, within));
  if (replicates < 1) {
    throw ConfigError({.where = "bootstrap replicates",
                       .found = number_text(replicates),
                       .expected = "at least 1 replicate",
                       .remedy = "ask for 200 replicates",
                       .problem = "cannot draw bootstrap samples"});
  }
  if (units->units() < 2) {
    throw InputError({.where = "analysed subjects",
                      .found = number_text(units->units()) + " independent subjects",
                      .expected = "at least 2 subjects (or groups)",
                      .remedy = "check the subjects kept",
                      .problem = "cannot draw bootstrap samples"});
  }
  auto maker = [units, within, key](Index number) {
    const std::vector<std::uint32_t> drawn =
        draw_with_replacement(*units, within.subjects(), key.child("bootstrap").child(number));
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
  return {"bootstrap", replicates, block, fingerprint_of(*units, within, key), std::move(maker)};
}

} // namespace vigil
