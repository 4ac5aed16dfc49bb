// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/forest/importance_table.hpp"
#include "vigil/forest/survival_forest.hpp"
#include "vigil/report/write_file.hpp"
#include "vigil/study/forest_options.hpp"
#include "vigil/study/model_tables.hpp"
#include "vigil/study/option_count.hpp"
#include "vigil/study/study_settings.hpp"
#include "vigil/survival/censoring_weights.hpp"
#include "vigil/version.hpp"

#include "apps/vigil/any_forest.hpp"
#include "apps/vigil/cohort_input.hpp"
#include "apps/vigil/combat_request.hpp"
#include "apps/vigil/corrected_input.hpp"
#include "apps/vigil/importance_lines.hpp"
#include "apps/vigil/regression_forest.hpp"
#include "apps/vigil/verbs.hpp"
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace vigil::app {

namespace {

using forest::SurvivalForest;

forest::ForestOptions read_options(const Options& options) {
  auto made = forest_options(options);
  made.error_curve = true;
  made.horizons = options.numbers("horizons");
  for (const double horizon : made.horizons) {
    if (!(horizon > 0.0)) {
      options.refuse("horizons", "times > 0");
    }
  }
  made.first_tree = count_of(options, "first_tree", made.first_tree, 0);
  made.keep_votes = options.has("first_tree");
  if (made.keep_votes && made.target_error > 0.0) {
    options.refuse("first_tree",
                   "a number of trees: where a part with trees = auto ends is not known before",
                   "name --trees N");
  }
  if (made.keep_votes && options.has("combat")) {
    options.refuse("first_tree",
                   "a whole forest beside --combat: merge does not carry a correction over",
                   "drop --first-tree or --combat");
  }
  return made;
}

void write_summary(const SurvivalForest& forest,
                   const forest::ForestOptions& options,
                   std::uint64_t seed,
                   const CorrectedInput& input,
                   const std::filesystem::path& folder) {
  const Cohort& cohort = input.cohort();
  const auto& grown = forest.grown();
  const auto error = final_error(forest);
  nlohmann::ordered_json out;
  out["intended_use"] = intended_use;
  out["vigil"] = version;
  out["file"] = cohort.parts().file_name;
  out["sha256"] = cohort.provenance().file_digest;
  out["subjects"] = cohort.subjects();
  out["events"] = cohort.events();
  out["columns"] = grown.columns;
  out["strata"] = grown.strata;
  if (input.combat()) {
    out["combat"] = nlohmann::ordered_json::parse(combat_json(input.combat()));
  }
  out["split_rule"] = forest.split_rule();
  if (options.categories == forest::CategoryUse::sets) {
    out["categories"] = forest::name_of(options.categories);
  }
  if (const auto& causes = forest.causes(); !causes.names.empty()) {
    out["causes"] = causes.names;
    out["cause_of_interest"] = causes.name();
    out["competing"] = forest::name_of(causes.rule);
    out["cause_weights"] = causes.weights;
  }
  out["features_per_split"] = grown.features_per_split;
  out["min_node"] = grown.min_node;
  out["min_leaf"] = grown.min_leaf;
  out["min_leaf_events"] = grown.min_leaf_events;
  out["sample_fraction"] = grown.replace ? nlohmann::ordered_json(nullptr)
                                         : nlohmann::ordered_json(grown.sample_fraction);
  out["replace"] = grown.replace;
  if (grown.trees_per_half_sample > 1) {
    out["trees_per_half_sample"] = grown.trees_per_half_sample;
  }
  out["seed"] = seed;
  out["first_tree"] = options.first_tree;
  out["trees"] = forest.trees().size();
  if (options.target_error > 0.0) {
    out["target_error"] = options.target_error;
    if (options.target_ranking > 0.0) {
      out["target_ranking"] = options.target_ranking;
    }
    out["most_trees"] = options.trees;
    out["target_met"] = is_settled(error, options);
  }
  out["horizons"] = options.horizons;
  out["importance"] = nlohmann::ordered_json::array();
  for (const auto kind : options.importance) {
    out["importance"].push_back(forest::name_of(kind));
  }
  if (!options.importance.empty()) {
    out["importance_on"] = options.importance_on.text();
  }
  if (std::ranges::find(options.importance, forest::ImportanceKind::conditional) !=
      options.importance.end()) {
    out["alike"] = options.alike;
  }
  if (forest::ranked_kind(options.importance)) {
    out["ranking_error"] = error.ranking; // null where there is none
  }
  out["oob_concordance"] = error.concordance; // null where there is none
  out["oob_concordance_se"] = error.se;
  out["oob_concordance_bias"] = error.bias;
  out["oob_concordance_note"] =
      "se and bias are those of a finite number of trees, not the sampling error of the "
      "subjects. The concordance is pessimistic, more so with few subjects and few cuts: a subject "
      "is "
      "ordered by trees that lack its own outcome. Without any signal it lies below 1/2.";
  out["undefined_because"] = error.undefined_because;
  report::write_file(folder / "summary.json", out.dump(2) + "\n");
}

void say_forest(const SurvivalForest& forest,
                const forest::ForestOptions& options,
                Session& session) {
  if (forest.status() == FitStatus::undefined) {
    session.log().say("forest    undefined: " + forest.reason());
    return;
  }
  Index leaves = 0;
  for (const auto& tree : forest.trees()) {
    leaves += tree.leaves();
  }
  const Index trees = size_of(forest.trees());
  session.log().say("forest    " + count_text(trees) + " trees of " +
                    fixed_text(static_cast<double>(leaves) / static_cast<double>(trees), 1) +
                    " leaves, " + forest.split_rule() + ", " +
                    count_text(forest.grown().features_per_split) + " of " +
                    count_text(forest.grown().columns) + " columns drawn at a node");
  const auto& error = forest.error().back();
  if (!error.undefined_because.empty()) {
    session.log().say("error     undefined: " + error.undefined_because);
    return;
  }
  session.log().say("error     out-of-bag C " + fixed_text(error.concordance, 3) +
                    ", Monte-Carlo SE " + fixed_text(error.se, 4) + ", bias " +
                    fixed_text(error.bias, 4) + " (of the number of trees, not of the subjects)");
  say_targets(error, options, session.log());
}

int run_forest(const Invocation& invocation) {
  auto& session = invocation.session;
  const auto options = read_options(invocation.options);
  const auto seed = session.seed();
  const auto folder = session.output_folder("forest-results");
  const Cohort cohort = open_input(invocation, invocation.argument(), ByDefault::all_numeric);
  const Outcome& outcome = cohort.data().outcome;
  if (!has_times(outcome)) {
    run_regression_forest(invocation, cohort, options, seed, folder);
    return 0;
  }
  check_forest_data(invocation.options,
                    cohort.data(),
                    cohort.weights(),
                    ValidateSettings{}.min_censoring_survival);
  FitContext context{session.scheduler(), session.memory_bytes()};
  const CorrectedInput input(cohort, invocation.options, {}, context);
  input.say("out of the bag too: the trees share it", session.log());
  const TrainingData data = input.data();
  const CaseWeights weights = cohort.weights();
  const auto forest =
      grow_forest<SurvivalForest>({data, weights}, invocation.options, options, seed, context);
  const auto& out_of_bag = forest.out_of_bag();
  Prediction unseen;
  unseen.score = out_of_bag.mortality;
  unseen.risk = out_of_bag.risk;
  write_out_of_bag(unseen, out_of_bag.trees, cohort, folder);
  const auto told = forest.diagnostics();
  write_diagnostics(told, folder);
  write_summary(forest, options, seed, input, folder);
  say_forest(forest, options, session);
  say_importance(told, session.log());
  const auto support =
      survival::horizon_support(cohort.data().outcome, cohort.weights(), 1.0).largest_supported;
  Record record = forest.record_without_trees();
  record.set("largest_supported_horizon", support);
  if (input.estimated() != nullptr) {
    record.set("combat", input.estimated()->record());
  }
  write_forest(forest, record, folder / "model.h5");
  session.log().say("written   " + folder.string());
  return 0;
}

constexpr std::array forest_options_table{
    OptionSpec{"trees", "N|auto", "trees (default 1000); auto: until --target-error is met"},
    OptionSpec{"target-error",
               "E",
               "with --trees auto: Monte-Carlo error of the out-of-bag concordance (of a gaussian "
               "outcome R^2), root of se^2 + bias^2 (default 0.002)"},
    OptionSpec{"target-ranking",
               "E",
               "with --trees auto and --importance: until this share of pairs with the ten most "
               "important features is expected in disorder too (default: none)"},
    OptionSpec{"most-trees", "N", "with --trees auto (default 10000)"},
    OptionSpec{"features-per-split",
               "K",
               "columns drawn at a node (default: the root of their number, rounded up)"},
    OptionSpec{"min-node", "N", "no split of so many distinct subjects or fewer (default 15)"},
    OptionSpec{"min-leaf", "N", "distinct subjects on each side of a cut (default 5)"},
    OptionSpec{"min-leaf-events", "N", "of these with an event (default 3)"},
    OptionSpec{"split-rule",
               "NAME",
               "vigil list split-rules (default guarded_log_rank; of outcomes that are no times "
               "variance or gini)"},
    OptionSpec{"categories",
               "indicators|sets",
               "cut text and categories by their indicators (default), or between sets of levels"},
    OptionSpec{"cause-of-interest",
               "K|NAME",
               "of competing risks (--cause): whose risk is predicted (default the first)"},
    OptionSpec{"competing",
               "RULE",
               "what events of other causes are in splits: cause-specific (the default), gray, "
               "composite"},
    OptionSpec{
        "cause-weights", "W1,W2", "of --competing composite, one for each cause (default 1)"},
    OptionSpec{"sample-fraction", "F", "of the subjects, without replacement (default 0.632)"},
    OptionSpec{"replace", "", "a bootstrap of the subjects for each tree instead"},
    OptionSpec{"trees-per-half-sample",
               "L",
               "so many trees at a time see one half of the subjects, for predict --own-interval "
               "(default 1: no half samples)"},
    OptionSpec{"horizons", "H1,H2", "times of the out-of-bag risks (default: scores alone)"},
    OptionSpec{"importance",
               "KIND[,KIND]",
               "importance of features, into importance.tsv (default: none)",
               true},
    OptionSpec{"importance-on",
               "concordance|brier@T|brier|mse",
               "what permutations are judged by (default concordance; of a gaussian outcome mse)"},
    OptionSpec{"groups", "FILE", "of --importance grouped; table: feature, group"},
    OptionSpec{"alike",
               "R",
               "of --importance conditional: Spearman correlation above which it conditions "
               "(default 0.2)"},
    OptionSpec{"first-tree",
               "N",
               "number of the first tree: a part of a forest, for vigil merge (default: no part)"},
    combat_specs[0],
    combat_specs[1],
    combat_specs[2],
};

} // namespace

const Verb forest_verb{
    .name = "forest",
    .arguments = "COHORT",
    .least_arguments = 1,
    .most_arguments = 1,
    .summary = "random forest with its out-of-bag predictions and error: of times to an event, "
               "or with --outcome of a gaussian or binomial outcome",
    .details = "Writes model.h5 (for predict and triage), oob.tsv, error.tsv, "
               "summary.json, with --importance "
               "also importance.tsv.",
    .options = forest_options_table,
    .reads_cohort = true,
    .run = &run_forest};

} // namespace vigil::app
