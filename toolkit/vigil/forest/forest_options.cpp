// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/forest_options.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/forest/importance_table.hpp"

namespace vigil::forest {

void refuse_option(std::string_view forest,
                   const std::string& what,
                   const std::string& found,
                   std::string expected) {
  throw ConfigError({.where = std::string(forest) + ", " + what,
                     .found = found,
                     .expected = std::move(expected),
                     .remedy = "change the option"});
}

void check_forest(const ForestOptions& options, Index columns, std::string_view forest) {
  const auto refuse =
      [forest](const std::string& what, const std::string& found, std::string expected) {
        refuse_option(forest, what, found, std::move(expected));
      };
  if (options.trees < 1) {
    refuse("trees", number_text(options.trees), "at least 1");
  }
  if (options.features_per_split < 0 || options.features_per_split > columns) {
    refuse("features per split",
           number_text(options.features_per_split),
           "from 1 to " + number_text(columns) + ", the number of features");
  }
  if (options.min_leaf < 1 || options.min_leaf_events < 0 || options.min_node < 1) {
    refuse("leaf limits",
           "min-node " + number_text(options.min_node) + ", min-leaf " +
               number_text(options.min_leaf) + ", min-leaf-events " +
               number_text(options.min_leaf_events),
           "at least 1 subject, and no negative number of events");
  }
  if (!(options.sample_fraction > 0.0 && options.sample_fraction <= 1.0)) {
    refuse("sample fraction", number_text(options.sample_fraction), "above 0, at most 1");
  }
  if (!(options.target_error >= 0.0)) {
    refuse("target error", number_text(options.target_error), "above 0; 0: none");
  }
  if (!(options.target_ranking >= 0.0 && options.target_ranking < 0.5)) {
    refuse("target ranking", number_text(options.target_ranking), "above 0, below 1/2; 0: none");
  }
  if (options.first_tree < 0) {
    refuse("first tree", number_text(options.first_tree), "0 or more");
  }
  const Index together = options.trees_per_half_sample;
  if (together < 1) {
    refuse("trees per half sample", number_text(together), "at least 1; 1: no half samples");
  }
  if (options.trees % together != 0 || options.first_tree % together != 0) {
    refuse("trees",
           number_text(options.trees) + " from number " + number_text(options.first_tree) + " on",
           "multiples of the " + number_text(together) + " trees per half sample");
  }
  check_importance(options);
}

} // namespace vigil::forest
