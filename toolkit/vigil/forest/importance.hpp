// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vigil::forest {

/// How the importance of a feature is judged (docs/methods/forest_importance.md).
enum class ImportanceKind {
  permutation,        ///< what a tree loses out of the bag when the feature is permuted
  grouped,            ///< when all features of a group are permuted together
  conditional,        ///< when it is permuted among subjects alike in correlated features
  minimal_depth,      ///< how far from the root the feature is cut first: smaller is more important
  impurity_corrected, ///< gains of its cuts, less those of its shadow
  shadow,             ///< permutation, in a forest that has a shadow of every feature
  hold_out,           ///< permutation, among the half of the subjects that its trees have not seen
};

struct ImportanceKindName {
  ImportanceKind kind;
  std::string_view name, source, use;
};

/// All kinds, by the names that they have in options and tables.
[[nodiscard]] std::span<const ImportanceKindName> importance_kind_table() noexcept;
[[nodiscard]] std::string_view name_of(ImportanceKind kind);
/// Throws ConfigError with the nearest name.
[[nodiscard]] ImportanceKind find_importance_kind(std::string_view name);

/// What permutations are judged by.
struct ImportanceOn {
  enum class Loss {
    outcome, ///< that of the outcome: squared error of a continuous one, else concordance
    concordance,
    brier,         ///< of a binary outcome
    squared_error, ///< of a continuous one
  };
  std::optional<double> brier_horizon = {}; ///< of times; none: Harrell's concordance
  Loss loss = Loss::outcome;                ///< where there is no such horizon

  /// "concordance", "brier@T", T a time above 0, "brier" or "mse". Throws ConfigError.
  [[nodiscard]] static ImportanceOn from_text(std::string_view text);
  [[nodiscard]] std::string text() const;
};

/// Features whose importance is asked for together. A feature may be in several groups.
struct FeatureGroup {
  std::string name;
  std::vector<std::string> features;
};

/// One line of importance.tsv.
struct ImportanceRow {
  ImportanceKind kind;
  std::string feature;     ///< or the group
  double importance = 0.0; ///< mean over trees
  double se = 0.0;         ///< Monte-Carlo standard error, over trees; NaN with one tree
  double p = 0.0;          ///< of the marginal null; NaN where the kind has none
};

} // namespace vigil::forest
