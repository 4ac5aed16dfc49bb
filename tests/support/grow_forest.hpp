// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/survival_forest.hpp"

#include "tests/support/survival_case.hpp"

namespace vigil::test {

/// The forest of a drawn cohort, every subject of weight 1.
inline forest::SurvivalForest
grow_forest(SurvivalCase& drawn, const forest::ForestOptions& options, int threads = 2) {
  const TrainingData data = drawn.data();
  Scheduler scheduler(threads);
  FitContext context{scheduler};
  const Preparation preparation(data.columns(), {});
  const CaseWeights weights = CaseWeights::ones(data.subjects());
  return forest::SurvivalForest::grow(data, {weights, preparation, RandomKey(9)}, options, context);
}

} // namespace vigil::test
