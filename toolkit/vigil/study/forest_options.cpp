// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/forest_options.hpp"

#include "vigil/base/text.hpp"
#include "vigil/forest/value_rules.hpp"
#include "vigil/study/importance_options.hpp"
#include "vigil/study/option_count.hpp"
#include "vigil/triage/guards.hpp"

#include <string>
#include <vector>

namespace vigil {

namespace {

constexpr Index default_most_trees = 10000;
constexpr double default_target_error = 0.002;

void read_trees(const Options& options, forest::ForestOptions& made) {
  if (options.text("trees") == "auto") {
    made.trees = count_of(options, "most_trees", default_most_trees, 1);
    made.target_error = options.number("target_error").value_or(default_target_error);
    if (!(made.target_error > 0.0)) {
      options.refuse("target_error", "a number above 0");
    }
    made.target_ranking = options.number("target_ranking").value_or(made.target_ranking);
    if (options.has("target_ranking") &&
        !(made.target_ranking > 0.0 && made.target_ranking < 0.5)) {
      options.refuse("target_ranking", "a share above 0, below 1/2");
    }
    return;
  }
  for (const char* key : {"most_trees", "target_error", "target_ranking"}) {
    if (options.has(key)) {
      options.refuse(key, "trees = auto, which it belongs to", "ask for trees = auto");
    }
  }
  if (options.has("trees") && !parse_index(*options.text("trees"))) {
    options.refuse("trees", "a whole number of at least 1, or auto");
  }
  made.trees = count_of(options, "trees", made.trees, 1);
}

void read_causes(const Options& options, forest::CauseOptions& made) {
  made.of_interest = options.text("cause_of_interest").value_or("");
  made.weights = options.numbers("cause_weights");
  std::vector<std::string> rules;
  for (const auto& rule : forest::competing_rule_table()) {
    rules.emplace_back(rule.name);
  }
  const std::string chosen = options.choice("competing", rules, "");
  for (const auto& rule : forest::competing_rule_table()) {
    if (rule.name == chosen) {
      made.rule = rule.rule;
    }
  }
}

} // namespace

forest::ForestOptions forest_options(const Options& options) {
  forest::ForestOptions made;
  read_trees(options, made);
  made.features_per_split = count_of(options, "features_per_split", made.features_per_split, 0);
  made.min_node = count_of(options, "min_node", made.min_node, 1);
  made.min_leaf = count_of(options, "min_leaf", made.min_leaf, 1);
  made.min_leaf_events = count_of(options, "min_leaf_events", made.min_leaf_events, 0);
  made.sample_fraction = options.number("sample_fraction").value_or(made.sample_fraction);
  if (!(made.sample_fraction > 0.0 && made.sample_fraction <= 1.0)) {
    options.refuse("sample_fraction", "a number above 0, at most 1");
  }
  made.replace = options.flag("replace").value_or(made.replace);
  made.trees_per_half_sample =
      count_of(options, "trees_per_half_sample", made.trees_per_half_sample, 1);
  std::vector<std::string> rules;
  for (const auto& rule : forest::split_rule_table()) {
    rules.emplace_back(rule.name);
  }
  for (const auto& each :
       forest::value_rule_table()) { // whether it fits the outcome is the forest's to say
    rules.emplace_back(each.rule.name);
  }
  made.split_rule = options.choice("split_rule", rules, made.split_rule);
  read_causes(options, made.causes);
  read_importance(options, made);
  const std::string indicators(name_of(forest::CategoryUse::indicators)),
      sets(name_of(forest::CategoryUse::sets));
  made.categories = options.choice("categories", {indicators, sets}, indicators) == sets
                        ? forest::CategoryUse::sets
                        : forest::CategoryUse::indicators;
  return made;
}

void check_forest_data(const Options& options,
                       const TrainingData& data,
                       const CaseWeights& weights,
                       double min_censoring_survival) {
  const auto made = forest_options(options);
  for (const auto& group : made.groups) {
    static_cast<void>(find_columns(data.covariates(), group.features));
  }
  if (made.importance_on.brier_horizon) {
    static_cast<void>(triage::require_supported_horizon(data.outcome,
                                                        weights,
                                                        *made.importance_on.brier_horizon,
                                                        "all subjects",
                                                        min_censoring_survival));
  }
}

} // namespace vigil
