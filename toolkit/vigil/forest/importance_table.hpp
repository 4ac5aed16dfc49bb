// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/forest_importance.hpp"
#include "vigil/forest/forest_inputs.hpp"
#include "vigil/forest/forest_options.hpp"
#include "vigil/forest/own_forests.hpp"
#include "vigil/forest/value_rows.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace vigil::forest {

/// What TreeLoss asks of squared errors of values.
[[nodiscard]] HorizonRows value_losses(const SurvivalRows& rows);

/// What TreeLoss asks at a horizon. Throws ConfigError where nobody is under observation any more.
[[nodiscard]] HorizonRows horizon_rows(const ForestInputs& inputs, double horizon);

/// The first kind asked for of those that look at the trees of the forest while it grows: whose ranking can be told before
/// it is grown. None: no such kind.
[[nodiscard]] std::optional<ImportanceKind> ranked_kind(std::span<const ImportanceKind> asked);

/// Throws ConfigError for kinds, groups or a horizon that cannot be had.
void check_importance(const ForestOptions& options);

/// The importance that the options ask for: some kinds look at the trees of the forest while it grows.
///
/// checked by tests/unit/forest/importance_test
class ImportanceTable {
public:
  /// Inputs and options must stay. scale: of the values, whose squares are given in the outcome's own unit.
  ImportanceTable(const ForestInputs& inputs,
                  const ForestOptions& options,
                  const ValueScale& scale = {});

  /// nullptr: no kind looks at the forest.
  [[nodiscard]] ForestImportance* of_forest() { return of_forest_ ? &*of_forest_ : nullptr; }
  /// When the forest of so many trees is grown.
  [[nodiscard]] std::vector<ImportanceRow> rows(Index trees);

private:
  struct Columns { ///< by item
    std::vector<double> importance, se, p;
  };
  [[nodiscard]] Columns columns(ImportanceKind kind);
  [[nodiscard]] const ShadowMeans& shadows();
  /// Whether an importance is a square of values.
  [[nodiscard]] bool is_square(ImportanceKind kind) const;
  [[nodiscard]] OwnForest own_forest(std::string_view purpose) const;

  const ForestInputs& inputs_;
  const ForestOptions& options_;
  ValueScale scale_;
  Index trees_ = 0; ///< of the forest
  std::optional<HorizonRows> horizon_;
  std::optional<ForestImportance> of_forest_;
  std::optional<ShadowMeans> shadows_;
};

} // namespace vigil::forest
