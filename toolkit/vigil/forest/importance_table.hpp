// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/forest_importance.hpp"
#include "vigil/forest/survival_forest.hpp"

#include <optional>
#include <vector>

namespace vigil::forest {

/// What a forest is grown from.
struct ForestInputs {
  const TrainingData& data;
  const FitItem& item;
  const SurvivalRows& rows;
  const RankColumns& ranks;
  TreeOptions tree = {};
  Scheduler& scheduler;
};

/// What TreeLoss asks at a horizon. Throws ConfigError where nobody is under observation any more.
[[nodiscard]] HorizonRows horizon_rows(const ForestInputs& inputs, double horizon);

/// Throws ConfigError for kinds, groups or a horizon that cannot be had.
void check_importance(const ForestOptions& options);

/// The importance that the options ask for: some kinds look at the trees of the forest while it grows.
///
/// checked by tests/unit/forest/importance_test
class ImportanceTable {
public:
  /// Both must stay.
  ImportanceTable(const ForestInputs& inputs, const ForestOptions& options);

  /// nullptr: no kind looks at the forest.
  [[nodiscard]] ForestImportance* of_forest() { return of_forest_ ? &*of_forest_ : nullptr; }
  /// When the forest is grown.
  [[nodiscard]] std::vector<ImportanceRow> rows();

private:
  const ForestInputs& inputs_;
  const ForestOptions& options_;
  std::optional<HorizonRows> horizon_;
  std::optional<ForestImportance> of_forest_;
};

} // namespace vigil::forest
