// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/forest_diagnostics.hpp"

#include "vigil/forest/importance_table.hpp"
#include "vigil/forest/survival_forest.hpp"

namespace vigil::forest {

FitDiagnostics importance_diagnostics(std::span<const ImportanceKind> kinds,
                                      const ImportanceOn& on,
                                      std::span<const ImportanceRow> rows) {
  FitDiagnostics told;
  for (const ImportanceKind asked : kinds) {
    told.importance_kinds.emplace_back(name_of(asked));
  }
  told.importance_on = on.text();
  told.ranked = ranked_kind(kinds).has_value();
  for (const ImportanceRow& row : rows) {
    told.importance.push_back({.kind = std::string(name_of(row.kind)),
                               .feature = row.feature,
                               .importance = row.importance,
                               .se = row.se,
                               .p = row.p});
  }
  return told;
}

FitDiagnostics SurvivalForest::diagnostics() const {
  FitDiagnostics told = importance_diagnostics(importance_kinds_, importance_on_, importance_);
  for (const ErrorPoint& point : error_) {
    told.error.push_back({.trees = point.trees,
                          .concordance = point.concordance,
                          .se = point.se,
                          .bias = point.bias,
                          .undefined_because = point.undefined_because,
                          .ranking = point.ranking});
  }
  return told;
}

} // namespace vigil::forest
