// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/compared_rows.hpp"
#include "vigil/forest/forest_columns.hpp"
#include "vigil/forest/importance.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vigil::forest {

/// How a forest is grown, whatever its outcome.
struct ForestOptions {
  Index trees = 1000;           ///< with a target the most
  Index features_per_split = 0; ///< 0: the root of the number of features, rounded up
  Index min_node = 15;          ///< no split of so many distinct subjects or fewer
  Index min_leaf = 5;           ///< distinct subjects on each side of a cut
  Index min_leaf_events = 3;    ///< of these with an event
  double sample_fraction =
      0.632;            ///< of the subjects for each tree, without replacement; all but one at most
  bool replace = false; ///< bootstrap instead
  Index trees_per_half_sample =
      1; ///< above 1: so many trees after another see one half of the subjects alone, drawn for
         ///< them, and sample_fraction is of it (own_interval)
  std::string split_rule = {}; ///< empty: the default of the outcome
  CategoryUse categories = CategoryUse::indicators;
  std::vector<double> horizons = {}; ///< of the out-of-bag risks, ascending
  std::vector<ImportanceKind> importance = {};
  ImportanceOn importance_on = {};
  std::vector<FeatureGroup> groups = {}; ///< of grouped importance
  double alike = 0.2;        ///< Spearman correlation above which conditional importance conditions
  double target_error = 0.0; ///< above 0: grow until ErrorPoint::error() is at most this
  double target_ranking = 0.0; ///< above 0: and until ErrorPoint::ranking is at most this
  bool error_curve = false;    ///< wanted without a target too
  Index first_tree = 0;        ///< number of the first tree: other numbers are other trees
  bool keep_votes = false;     ///< for a merge with trees of other numbers
  CauseOptions causes = {};    ///< of competing risks
};

/// Throws ConfigError about an option. forest: whose, for the message.
[[noreturn]] void refuse_option(std::string_view forest,
                                const std::string& what,
                                const std::string& found,
                                std::string expected);
/// Throws ConfigError for an option that cannot be met with so many columns.
void check_forest(const ForestOptions& options, Index columns, std::string_view forest);

} // namespace vigil::forest
