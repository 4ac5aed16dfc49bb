// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/survival_forest.hpp"

#include <vector>

namespace vigil::forest {

/// Learner "survival-forest": every column that no filter has dropped, by its raw values; what a preparation says of fills
/// and scales is not needed, as trees see ranks and learn where missing values go.
///
/// checked by tests/unit/forest/forest_learner_test
class ForestLearner {
public:
  using Model = SurvivalForest;
  explicit ForestLearner(ForestOptions options = {}) : options_(std::move(options)) {}
  /// One forest after another, each parallel over its trees. Importance and error are those of items with diagnostics.
  [[nodiscard]] std::vector<SurvivalForest> fit_all(const FitBatch& batch,
                                                    FitContext& context) const {
    ForestOptions with = options_, without = options_;
    with.error_curve = true;
    without.error_curve = false;
    without.importance.clear();
    std::vector<SurvivalForest> forests;
    for (const FitItem& item : batch.items) {
      forests.push_back(
          SurvivalForest::grow(batch.data, item, item.with_diagnostics ? with : without, context));
    }
    return forests;
  }

private:
  ForestOptions options_;
};

static_assert(Learner<ForestLearner>);

} // namespace vigil::forest
