// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/resample/draw_units.hpp"
#include "vigil/resample/plan.hpp"

#include <memory>
#include <string>

namespace vigil {

/// Replicates of a bootstrap of these units: training weights count the draws, who is not drawn tests. Draws are at the address
/// key / scheme / number. checked by tests/unit/resample/bootstrap_test
[[nodiscard]] ResamplePlan replicate_plan(const std::string& scheme,
                                          Index replicates,
                                          std::shared_ptr<const DrawUnits> units,
                                          const CaseWeights& within,
                                          const RandomKey& key);

} // namespace vigil
