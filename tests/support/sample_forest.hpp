// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/report/report.hpp"

#include <cmath>
#include <string>

namespace vigil::test {

inline report::ImportanceSummary sample_importance(const std::string& learner,
                                                   const std::string& kind) {
  report::ImportanceSummary summary{.kind = kind, .features = 34};
  const bool has_p = kind == "shadow", depth = kind == "minimal_depth";
  for (Index place = 0; place < report::most_important; ++place) {
    const double fall = std::exp(-0.35 * static_cast<double>(place));
    summary.first.push_back(
        {.learner = learner,
         .kind = kind,
         .feature = place == 1 ? "a marker whose name is longer than its place"
                               : "marker " + std::to_string(place + 1),
         .importance = depth ? 6.0 - 4.0 * fall : 0.03 * fall - 0.0005,
         .se = depth ? 0.05 : 0.0004 + 0.001 * fall,
         .p = has_p ? 1.0 / (35.0 - static_cast<double>(place)) : not_available});
  }
  return summary;
}

inline report::ForestSummary sample_forest() {
  report::ForestSummary forest{.learner = "survival-forest",
                               .trees = 2000,
                               .subjects = 1546,
                               .events = 945,
                               .columns = 34,
                               .strata = 1,
                               .split_rule = "guarded_log_rank",
                               .features_per_split = 6,
                               .min_node = 15,
                               .min_leaf = 5,
                               .min_leaf_events = 3,
                               .sample_fraction = 0.632,
                               .importance_on = "concordance"};
  for (const char* kind : {"permutation", "shadow", "minimal_depth"}) {
    forest.importance.push_back(sample_importance(forest.learner, kind));
  }
  for (const Index trees : {10, 20, 50, 100, 200, 500, 1000, 2000}) {
    const double few = 1.0 / static_cast<double>(trees);
    forest.error.push_back({.trees = trees,
                            .concordance = 0.684 - 0.6 * few,
                            .se = 0.05 * std::sqrt(few),
                            .bias = -0.6 * few,
                            .ranking = 0.3 * std::sqrt(few)});
  }
  return forest;
}

} // namespace vigil::test
