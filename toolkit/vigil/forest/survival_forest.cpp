// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/survival_forest.hpp"

#include "vigil/forest/grow_forest.hpp"
#include "vigil/forest/importance_table.hpp"
#include "vigil/survival/risk_sets.hpp"

#include <algorithm>
#include <limits>
#include <optional>

namespace vigil::forest {

namespace {

constexpr std::string_view name = "survival forest"; ///< in messages
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr Index most_risk_times = 150;

/// All event times, or so many that are spread evenly over them, the last one included.
std::vector<double> spread_times(std::span<const double> event_time) {
  const Index times = size_of(event_time), kept = std::min(times, most_risk_times);
  std::vector<double> result;
  for (Index number = 1; number <= kept; ++number) {
    result.push_back(event_time[at(number * times / kept - 1)]);
  }
  return result;
}

/// Both, distinct and ascending.
std::vector<double> together(std::vector<double> times, std::span<const double> others) {
  times.insert(times.end(), others.begin(), others.end());
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  return times;
}

/// Those that are predicted.
Index events_of(const SurvivalRows& rows) {
  Index events = 0;
  for (std::size_t row = 0; row < rows.subject.size(); ++row) {
    events += rows.has_event(row) ? 1 : 0;
  }
  return events;
}

OutOfBag nothing_known(Index subjects, std::span<const double> horizons) {
  return {.mortality = std::vector<double>(at(subjects), not_a_number),
          .trees = std::vector<Index>(at(subjects), 0),
          .risk = undefined_risk(subjects, horizons)};
}

void check_loss(const ImportanceOn& on) {
  if (!on.brier_horizon && on.loss != ImportanceOn::Loss::outcome &&
      on.loss != ImportanceOn::Loss::concordance) {
    refuse_option(name, "importance", "judged by " + on.text(), "concordance or brier@T");
  }
}

} // namespace

SurvivalForest SurvivalForest::grow(const TrainingData& data,
                                    const FitItem& item,
                                    const ForestOptions& options,
                                    FitContext& context) {
  const ForestColumns columns(data.covariates(), options.categories, item.preparation);
  check_forest(options, columns.columns(), name);
  const SplitRule& rule = find_split_rule(options.split_rule);
  check_loss(options.importance_on);
  const SurvivalRows rows = forest_rows(data.outcome, item.weights, data.stratum, options.causes);
  const auto* competing = std::get_if<CompetingRisksOutcome>(&data.outcome);
  std::optional<ComparedRows> compared;
  SurvivalForest forest;
  if (competing != nullptr) {
    compared = compared_rows(rows, *competing, options.causes);
    forest.causes_ = ForestCauses::of(*competing, Index{rows.of_interest}, options.causes);
  }
  forest.trees_.split_rule = rule.name;
  forest.trees_.grown = grown_from(rows, item, columns.columns(), options, name);
  forest.importance_kinds_ = options.importance;
  forest.importance_on_ = options.importance_on;
  forest.event_time_ = rows.event_time;
  forest.events_ = events_of(rows);
  forest.out_of_bag_ = nothing_known(data.subjects(), options.horizons);
  if (forest.events_ == 0 || columns.columns() == 0) {
    forest.reason_ = forest.events_ > 0     ? "no features"
                     : competing == nullptr ? "no events"
                                            : "no events of cause " + forest.causes_.name();
    return forest;
  }
  forest.last_time_ = survival::follow_up(data.outcome).time[at(rows.subject.back())];
  forest.risk_time_ = spread_times(forest.event_time_);
  const std::vector<double> times = together(options.horizons, forest.risk_time_);
  const RankColumns ranks(columns, rows.subject, context.scheduler);
  std::optional<ErrorCurve> curve;
  const GrowthTargets targets{.error = options.target_error, .ranking = options.target_ranking};
  if (options.error_curve || targets.any()) {
    curve.emplace(data.outcome,
                  item.weights,
                  rows.subject,
                  data.stratum,
                  rows.of_interest,
                  options.trees_per_half_sample);
  }
  const auto passed = VoteTimes(forest.event_time_, times).passed;
  TreeOptions tree = forest.grown().tree(rule);
  tree.compared = compared ? &*compared : nullptr;
  const ForestInputs inputs{.data = data,
                            .item = item,
                            .rows = rows,
                            .columns = columns,
                            .ranks = ranks,
                            .tree = tree,
                            .scheduler = context.scheduler};
  ImportanceTable importance(inputs, options);
  GrownTrees grown_trees = grow_trees({.inputs = inputs,
                                       .passed = passed,
                                       .trees = options.trees,
                                       .first_tree = options.first_tree,
                                       .trees_per_half_sample = options.trees_per_half_sample,
                                       .curve = curve ? &*curve : nullptr,
                                       .targets = targets,
                                       .importance = importance.of_forest(),
                                       .ranked = ranked_kind(options.importance)});
  forest.importance_ = importance.rows(size_of(grown_trees.trees));
  forest.error_ = std::move(grown_trees.error);
  forest.take_votes(std::move(grown_trees.votes), rows, item.weights, times, options);
  forest.trees_.take(std::move(grown_trees.trees), options.first_tree, inputs);
  forest.status_ = FitStatus::converged;
  return forest;
}

// What the trees said of the rows that they did not see. times: those of the votes, which are gone afterwards.
void SurvivalForest::take_votes(Votes votes,
                                const SurvivalRows& rows,
                                const CaseWeights& weights,
                                std::span<const double> times,
                                const ForestOptions& options) {
  const auto place_of = [&](double time) {
    return std::lower_bound(times.begin(), times.end(), time) - times.begin();
  };
  const auto& horizons = options.horizons;
  std::vector<double> weight;
  weight.reserve(rows.subject.size());
  for (Index row = 0; row < rows.rows(); ++row) {
    const Index subject = rows.subject[at(row)];
    weight.push_back(weights[subject]);
    out_of_bag_.mortality[at(subject)] = votes.mortality(row);
    out_of_bag_.trees[at(subject)] = votes.trees(row);
    for (Index number = 0; number < size_of(horizons); ++number) {
      const double horizon = horizons[at(number)];
      out_of_bag_.risk.at_horizon(number)[at(subject)] =
          horizon > last_time_ ? not_a_number : votes.risk(row, place_of(horizon));
    }
  }
  std::vector<Index> risk_place;
  for (const double time : risk_time_) {
    risk_place.push_back(place_of(time));
  }
  training_risk_95_ = high_risks(weight, size_of(risk_time_), [&](Index row, Index time) {
    return votes.risk(row, risk_place[at(time)]);
  });
  if (options.keep_votes) {
    votes_.emplace().weight = std::move(weight);
    for (Index row = 0; row < rows.rows(); ++row) {
      votes_->trees.push_back(votes.trees(row));
      for (const Index place : risk_place) {
        votes_->survival.push_back(votes.survival(row, place));
      }
    }
  }
}

Prediction SurvivalForest::predict(const Covariates& covariates,
                                   const PredictionRequest& request,
                                   FitContext& context) const {
  return predict_cause(causes_.of_interest, covariates, request, context);
}

Prediction SurvivalForest::predict_cause(Index cause,
                                         const Covariates& covariates,
                                         const PredictionRequest& request,
                                         FitContext& context) const {
  const Index subjects = covariates.subjects();
  Prediction prediction{.score = std::vector<double>(at(subjects), not_a_number),
                        .risk = undefined_risk(subjects, request.horizons),
                        .lower = {},
                        .upper = {},
                        .curves = {}};
  if (request.curves) {
    prediction.curves = undefined_risk(subjects, event_time_);
  }
  if (status_ == FitStatus::undefined) {
    return prediction;
  }
  std::vector<double> times(request.horizons.begin(), request.horizons.end());
  if (request.curves) {
    times.insert(times.end(), event_time_.begin(), event_time_.end());
  }
  const VoteTimes wanted(event_time_, times);
  const VotingForest forest = of_cause(cause);
  const auto predict_block = [&](const CutColumns& columns, const SubjectRange& block) {
    constexpr Index at_once = 256; // subjects of a task
    context.scheduler.for_each((block.count + at_once - 1) / at_once, [&](Index task, Index) {
      const Index start = task * at_once, count = std::min(at_once, block.count - start);
      const Index first = block.first + start;
      const Votes votes = forest.votes_of(columns, wanted.passed, start, count);
      const Index horizons = size_of(request.horizons);
      for (Index row = 0; row < count; ++row) {
        prediction.score[at(first + row)] = votes.mortality(row);
        for (Index number = 0; number < size_of(times); ++number) {
          const Index time = wanted.order[at(number)];
          RiskTable& table = time < horizons ? prediction.risk : *prediction.curves;
          table.at_horizon(time < horizons ? time : time - horizons)[at(first + row)] =
              times[at(time)] > last_time_ ? not_a_number : votes.risk(row, number);
        }
      }
    });
  };
  for_subject_blocks(
      covariates, trees_.columns, trees_.names, trees_.levels, context, predict_block);
  return prediction;
}

} // namespace vigil::forest
