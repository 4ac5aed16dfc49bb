// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/regression_forest.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/forest/grow_forest.hpp"
#include "vigil/forest/importance_table.hpp"
#include "vigil/forest/value_rules.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>
#include <utility>

namespace vigil::forest {

namespace {

constexpr std::string_view name = "regression forest"; ///< in messages
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

ValueScale scale_of(const ValueOutcome& outcome, const CaseWeights& weights) {
  std::vector<double> values;
  for (const Index subject : weights.support()) {
    values.push_back(outcome.value[at(subject)]);
  }
  return ValueScale::of(values);
}

/// Why nothing can be grown; empty: something can.
std::string hindrance(const SurvivalRows& rows, const ValueOutcome& outcome, Index columns) {
  if (rows.rows() == 0) {
    return "no subjects";
  }
  if (std::ranges::adjacent_find(rows.value, std::not_equal_to()) == rows.value.end()) {
    return outcome.binary ? "one class only" : "one outcome value only";
  }
  return columns == 0 ? "no features" : "";
}

} // namespace

ImportanceOn importance_on(const ImportanceOn& asked, bool binary) {
  using Loss = ImportanceOn::Loss;
  const bool fits = !asked.brier_horizon &&
                    (asked.loss == Loss::outcome ||
                     (binary ? asked.loss == Loss::concordance || asked.loss == Loss::brier
                             : asked.loss == Loss::squared_error));
  if (!fits) {
    throw ConfigError(
        {.where = "what importance is judged by",
         .found = quoted(asked.text()) + " of a " + (binary ? "binary" : "continuous") + " outcome",
         .expected = binary ? "concordance or brier" : "mse",
         .remedy = "change it, or leave it out"});
  }
  return {.loss = asked.loss != Loss::outcome ? asked.loss
                  : binary                    ? Loss::concordance
                                              : Loss::squared_error};
}

RegressionForest RegressionForest::grow(const TrainingData& data,
                                        const FitItem& item,
                                        const ForestOptions& options,
                                        FitContext& context) {
  const ForestColumns columns(data.covariates(), options.categories, item.preparation);
  check_forest(options, columns.columns(), name);
  const ValueOutcome outcome = value_outcome(data.outcome, kind);
  ForestOptions asked = options;
  asked.importance_on = forest::importance_on(options.importance_on, outcome.binary);
  asked.min_leaf_events = 0;
  const SplitRule& rule = find_value_rule(options.split_rule, outcome.binary);
  RegressionForest forest;
  forest.binary_ = outcome.binary;
  forest.scale_ = scale_of(outcome, item.weights);
  const SurvivalRows rows = value_rows(outcome, forest.scale_, item.weights, data.stratum);
  forest.trees_.split_rule = rule.name;
  forest.trees_.grown = grown_from(rows, item, columns.columns(), asked, name);
  forest.out_of_bag_ = {.value = std::vector<double>(at(data.subjects()), not_a_number),
                        .trees = std::vector<Index>(at(data.subjects()), 0)};
  forest.reason_ = hindrance(rows, outcome, columns.columns());
  if (!forest.reason_.empty()) {
    return forest;
  }
  const RankColumns ranks(columns, rows.subject, context.scheduler);
  const Outcome ordered = outcome.binary ? Outcome(cases_first(outcome)) : data.outcome;
  std::optional<ErrorCurve> curve;
  const GrowthTargets targets{.error = options.target_error, .ranking = options.target_ranking};
  if (options.error_curve || targets.any()) {
    curve.emplace(
        ordered, item.weights, rows.subject, data.stratum, 1, options.trees_per_half_sample);
    curve->judge_values(rows.value, forest.scale_);
  }
  const ForestInputs inputs{.data = data,
                            .item = item,
                            .rows = rows,
                            .columns = columns,
                            .ranks = ranks,
                            .tree = forest.grown().tree(rule),
                            .scheduler = context.scheduler};
  ImportanceTable importance(inputs, asked, forest.scale_);
  GrownTrees grown = grow_trees({.inputs = inputs,
                                 .passed = {},
                                 .trees = options.trees,
                                 .first_tree = options.first_tree,
                                 .trees_per_half_sample = options.trees_per_half_sample,
                                 .curve = curve ? &*curve : nullptr,
                                 .targets = targets,
                                 .importance = importance.of_forest(),
                                 .ranked = ranked_kind(options.importance)});
  forest.importance_ = importance.rows(size_of(grown.trees));
  forest.error_ = std::move(grown.error);
  forest.take_votes(grown.votes.mortality(), rows);
  forest.trees_.take(std::move(grown.trees), options.first_tree, inputs);
  forest.status_ = FitStatus::converged;
  return forest;
}

void RegressionForest::take_votes(const MortalityVotes& votes, const SurvivalRows& rows) {
  for (Index row = 0; row < rows.rows(); ++row) {
    const std::size_t subject = at(rows.subject[at(row)]);
    out_of_bag_.value[subject] = scale_.real(votes.mean(row));
    out_of_bag_.trees[subject] = votes.trees(row);
  }
}

Prediction RegressionForest::predict(const Covariates& covariates,
                                     const PredictionRequest& request,
                                     FitContext& context) const {
  const Index subjects = covariates.subjects();
  Prediction prediction{.score = std::vector<double>(at(subjects), not_a_number),
                        .risk = undefined_risk(subjects, request.horizons),
                        .lower = {},
                        .upper = {},
                        .curves = {}};
  if (request.curves) {
    prediction.curves = undefined_risk(subjects, {});
  }
  if (status_ == FitStatus::undefined) {
    return prediction;
  }
  const VotingForest forest = *this;
  const auto predict_block = [&](const CutColumns& columns, const SubjectRange& block) {
    constexpr Index at_once = 256; // subjects of a task
    context.scheduler.for_each((block.count + at_once - 1) / at_once, [&](Index task, Index) {
      const Index start = task * at_once, count = std::min(at_once, block.count - start);
      const Votes votes = forest.votes_of(columns, {}, start, count);
      for (Index row = 0; row < count; ++row) {
        prediction.score[at(block.first + start + row)] =
            forest.score(votes.mortality().sum(row), votes.trees(row));
      }
    });
  };
  for_subject_blocks(
      covariates, trees_.columns, trees_.names, trees_.levels, context, predict_block);
  return prediction;
}

} // namespace vigil::forest
