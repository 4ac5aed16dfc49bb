// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/resample/plan.hpp"
#include "vigil/resample/replicate_plan.hpp"

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
  return replicate_plan("bootstrap", replicates, units, within, key);
}

} // namespace vigil
