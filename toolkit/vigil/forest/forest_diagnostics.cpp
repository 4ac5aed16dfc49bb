// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/survival_forest.hpp"

namespace vigil::forest {

FitDiagnostics SurvivalForest::diagnostics() const {
  FitDiagnostics told;
  for (const ImportanceKind asked : importance_kinds_) {
    told.importance_kinds.emplace_back(name_of(asked));
  }
  told.importance_on = importance_on_.text();
  for (const ImportanceRow& row : importance_) {
    told.importance.push_back({.kind = std::string(name_of(row.kind)),
                               .feature = row.feature,
                               .importance = row.importance,
                               .se = row.se,
                               .p = row.p});
  }
  for (const ErrorPoint& point : error_) {
    told.error.push_back({.trees = point.trees,
                          .concordance = point.concordance,
                          .se = point.se,
                          .bias = point.bias,
                          .undefined_because = point.undefined_because});
  }
  return told;
}

} // namespace vigil::forest
