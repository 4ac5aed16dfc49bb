// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/vigil/regression_forest.hpp"

#include "vigil/base/text.hpp"
#include "vigil/forest/forest_diagnostics.hpp"
#include "vigil/forest/importance_table.hpp"
#include "vigil/forest/regression_forest.hpp"
#include "vigil/report/write_file.hpp"
#include "vigil/storage/table_file.hpp"
#include "vigil/study/model_tables.hpp"
#include "vigil/version.hpp"

#include "apps/vigil/any_forest.hpp"
#include "apps/vigil/importance_lines.hpp"
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <utility>

namespace vigil::app {

namespace {

using forest::ErrorPoint;
using forest::RegressionForest;

/// Options of times to an event.
void refuse_options_of_times(const Options& options) {
  for (const char* key : {"horizons",
                          "min_leaf_events",
                          "cause_of_interest",
                          "competing",
                          "cause_weights",
                          "combat"}) {
    if (options.has(key)) {
      options.refuse(key, "the time to an event, which it belongs to", "leave it out");
    }
  }
}

/// What the error of a family is called in tables.
struct ErrorNames {
  const char *value, *squared_error;
};

ErrorNames names_of(bool binary) {
  return binary ? ErrorNames{"oob_concordance", "oob_brier"} : ErrorNames{"oob_r2", "oob_mse"};
}

double value_of(const ErrorPoint& point, bool binary) {
  return binary ? point.concordance : point.r_squared;
}

void write_error(const RegressionForest& forest,
                 const forest::ForestOptions& options,
                 const std::filesystem::path& folder) {
  std::vector<Index> trees;
  std::vector<double> value, se, bias, squared_error, squared_error_se, ranking;
  for (const auto& point : forest.error()) {
    trees.push_back(point.trees);
    value.push_back(value_of(point, forest.binary()));
    se.push_back(point.se);
    bias.push_back(point.bias);
    squared_error.push_back(point.squared_error);
    squared_error_se.push_back(point.squared_error_se);
    ranking.push_back(point.ranking);
  }
  const auto names = names_of(forest.binary());
  std::vector<storage::TableColumn> columns{
      {"trees", trees},
      {names.value, value},
      {"se", se},
      {"bias", bias},
      {names.squared_error, squared_error},
      {std::string(names.squared_error) + "_se", squared_error_se}};
  if (forest::ranked_kind(options.importance)) {
    columns.push_back({"ranking_error", ranking});
  }
  storage::write_table(folder / "error.tsv", columns);
}

void write_summary(const RegressionForest& forest,
                   const forest::ForestOptions& options,
                   std::uint64_t seed,
                   const Cohort& cohort,
                   const std::filesystem::path& folder) {
  const auto& grown = forest.grown();
  const auto error = final_error(forest);
  const auto names = names_of(forest.binary());
  nlohmann::ordered_json out;
  out["intended_use"] = intended_use;
  out["vigil"] = version;
  out["file"] = cohort.parts().file_name;
  out["sha256"] = cohort.provenance().file_digest;
  out["family"] = name_of(cohort.data().outcome);
  out["subjects"] = cohort.subjects();
  out["columns"] = cohort.covariates().columns();
  out["strata"] = grown.strata;
  out["split_rule"] = forest.split_rule();
  out["features_per_split"] = grown.features_per_split;
  out["min_node"] = grown.min_node;
  out["min_leaf"] = grown.min_leaf;
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
  out["importance"] = nlohmann::ordered_json::array();
  for (const auto kind : options.importance) {
    out["importance"].push_back(forest::name_of(kind));
  }
  if (!options.importance.empty()) {
    out["importance_on"] = forest::importance_on(options.importance_on, forest.binary()).text();
  }
  if (forest::ranked_kind(options.importance)) {
    out["ranking_error"] = error.ranking; // null where there is none
  }
  const std::string value = names.value, squared_error = names.squared_error;
  out[value] = value_of(error, forest.binary()); // null where there is none
  out[value + "_se"] = error.se;
  out[value + "_bias"] = error.bias;
  out[squared_error] = error.squared_error;
  out[squared_error + "_se"] = error.squared_error_se;
  out["oob_note"] = "se and bias are those of a finite number of trees, not the sampling error of "
                    "the subjects. A subject is predicted by trees that lack its own outcome.";
  out["undefined_because"] = error.undefined_because;
  report::write_file(folder / "summary.json", out.dump(2) + "\n");
}

void say_error(const RegressionForest& forest, const ErrorPoint& error, Log& log) {
  const bool binary = forest.binary();
  const std::string squares = binary
                                  ? "Brier score " + fixed_text(error.squared_error, 4)
                                  : fmt::format("mean squared error {:.4g}", error.squared_error);
  if (!error.undefined_because.empty()) {
    log.say("error     undefined: " + error.undefined_because);
    return;
  }
  log.say("error     out-of-bag " + std::string(binary ? "C " : "R^2 ") +
          fixed_text(value_of(error, binary), 3) + ", Monte-Carlo SE " + fixed_text(error.se, 4) +
          ", bias " + fixed_text(error.bias, 4) + " (of the number of trees, not of the subjects)");
  log.say("          " + squares);
}

void say_forest(const RegressionForest& forest, const forest::ForestOptions& options, Log& log) {
  if (forest.status() == FitStatus::undefined) {
    log.say("forest    undefined: " + forest.reason());
    return;
  }
  Index leaves = 0;
  for (const auto& tree : forest.trees()) {
    leaves += tree.leaves();
  }
  const Index trees = size_of(forest.trees());
  log.say("forest    " + count_text(trees) + " trees of " +
          fixed_text(static_cast<double>(leaves) / static_cast<double>(trees), 1) + " leaves, " +
          forest.split_rule() + ", " + count_text(forest.grown().features_per_split) + " of " +
          count_text(forest.grown().columns) + " columns drawn at a node");
  const auto error = final_error(forest);
  say_error(forest, error, log);
  say_targets(error, options, log);
}

} // namespace

void run_regression_forest(const Invocation& invocation,
                           const Cohort& cohort,
                           const forest::ForestOptions& options,
                           std::uint64_t seed,
                           const std::filesystem::path& folder) {
  auto& session = invocation.session;
  refuse_options_of_times(invocation.options);
  FitContext context{session.scheduler(), session.memory_bytes()};
  const TrainingData data = cohort.data();
  const CaseWeights weights = cohort.weights();
  const auto forest =
      grow_forest<RegressionForest>({data, weights}, invocation.options, options, seed, context);
  Prediction unseen;
  unseen.score = forest.out_of_bag().value;
  write_out_of_bag(unseen, forest.out_of_bag().trees, cohort, folder);
  write_error(forest, options, folder);
  write_summary(forest, options, seed, cohort, folder);
  say_forest(forest, options, session.log());
  const auto told = forest::importance_diagnostics(
      options.importance, options.importance_on, forest.importance());
  write_importance(told, folder);
  say_importance(told, session.log());
  write_forest(forest, forest.record_without_trees(), folder / "model.h5");
  session.log().say("written   " + folder.string());
}

} // namespace vigil::app
