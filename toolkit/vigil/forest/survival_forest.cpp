// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/survival_forest.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/forest/grow_forest.hpp"
#include "vigil/forest/importance_table.hpp"
#include "vigil/forest/key_text.hpp"
#include "vigil/learn/model_checks.hpp"
#include "vigil/numeric/quantile.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

namespace vigil::forest {

namespace {

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

[[noreturn]] void refuse(const std::string& what, const std::string& found, std::string expected) {
  throw ConfigError({.where = "survival forest, " + what,
                     .found = found,
                     .expected = std::move(expected),
                     .remedy = "change the option"});
}

} // namespace

void check_forest(const ForestOptions& options, Index columns) {
  static_cast<void>(find_split_rule(options.split_rule));
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

SurvivalForest SurvivalForest::grow(const TrainingData& data,
                                    const FitItem& item,
                                    const ForestOptions& options,
                                    FitContext& context) {
  check_forest(options, data.columns());
  const SurvivalOutcome& outcome = survival_outcome(data.outcome, "survival-forest");
  const SurvivalRows rows = survival_rows(outcome, item.weights, data.stratum);
  const Index copies = options.replace && rows.rows() > 0
                           ? rows.rows() * Index{*std::ranges::max_element(rows.copies)}
                           // a tree may draw one row only
                           : std::accumulate(rows.copies.begin(), rows.copies.end(), Index{0});
  if (copies > SideCounts::most) {
    refuse("subjects", number_text(copies), "at most " + number_text(SideCounts::most));
  }
  SurvivalForest forest;
  forest.split_rule_ = options.split_rule;
  const Index root = std::llround(std::ceil(std::sqrt(static_cast<double>(data.columns()))));
  forest.grown_ = {.subjects = rows.rows(),
                   .columns = data.columns(),
                   .strata = Index{rows.strata},
                   .features_per_split =
                       options.features_per_split > 0 ? options.features_per_split : root,
                   .min_node = options.min_node,
                   .min_leaf = options.min_leaf,
                   .min_leaf_events = options.min_leaf_events,
                   .sample_fraction = options.sample_fraction,
                   .replace = options.replace,
                   .trees_per_half_sample = options.trees_per_half_sample,
                   .key = text_of(item.key)};
  forest.event_time_ = rows.event_time;
  for (const std::uint32_t moment : rows.moment) {
    forest.events_ += moment & 1U;
  }
  const Index subjects = data.subjects();
  forest.out_of_bag_ = {.mortality = std::vector<double>(at(subjects), not_a_number),
                        .trees = std::vector<Index>(at(subjects), 0),
                        .risk = undefined_risk(subjects, options.horizons)};
  if (forest.events_ == 0 || data.columns() == 0) {
    forest.reason_ = forest.events_ == 0 ? "no events" : "no features";
    return forest;
  }
  forest.last_time_ = outcome.time[at(rows.subject.back())];
  forest.risk_time_ = spread_times(forest.event_time_);
  std::vector<double> times = options.horizons;
  times.insert(times.end(), forest.risk_time_.begin(), forest.risk_time_.end());
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  const RankColumns ranks(data.covariates(), rows.subject, context.scheduler);
  std::optional<ErrorCurve> curve;
  const GrowthTargets targets{.error = options.target_error, .ranking = options.target_ranking};
  if (options.error_curve || targets.any()) {
    curve.emplace(
        data.outcome, item.weights, rows.subject, data.stratum, options.trees_per_half_sample);
  }
  const auto passed = VoteTimes(forest.event_time_, times).passed;
  const GrownFrom& grown = forest.grown_;
  const ForestInputs inputs{
      .data = data,
      .item = item,
      .rows = rows,
      .ranks = ranks,
      .tree = {.features_per_split = grown.features_per_split,
               .min_node = grown.min_node,
               .leaf = {.subjects = grown.min_leaf, .events = grown.min_leaf_events},
               .sample_fraction = grown.sample_fraction,
               .replace = grown.replace,
               .rule = &find_split_rule(options.split_rule)},
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
                                       .ranked = ranked_kind(options)});
  forest.importance_ = importance.rows(size_of(grown_trees.trees));
  forest.trees_ = std::move(grown_trees.trees);
  forest.error_ = std::move(grown_trees.error);
  forest.number_.resize(forest.trees_.size());
  std::iota(forest.number_.begin(), forest.number_.end(), options.first_tree);
  forest.take_votes(std::move(grown_trees.votes), rows, item.weights, times, options);
  forest.take_columns(data, item.weights, rows, ranks, context.scheduler);
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

namespace {

/// A node of a tree, by the column that it cuts.
struct CutNode {
  std::uint32_t column, tree, node;
};

// By column, then by tree and node.
std::vector<CutNode> cut_nodes(std::span<const Tree> trees) {
  std::vector<CutNode> nodes;
  for (std::size_t tree = 0; tree < trees.size(); ++tree) {
    for (std::size_t node = 0; node < trees[tree].feature.size(); ++node) {
      if (trees[tree].feature[node] != Tree::no_feature) {
        nodes.push_back({trees[tree].feature[node],
                         static_cast<std::uint32_t>(tree),
                         static_cast<std::uint32_t>(node)});
      }
    }
  }
  std::ranges::stable_sort(nodes, {}, &CutNode::column);
  return nodes;
}

/// The smallest and the largest training value of each rank of a column.
struct RankValues {
  std::vector<double> smallest, largest;

  RankValues(std::span<const double> values,
             const SurvivalRows& rows,
             std::span<const std::uint16_t> ranks,
             Index highest)
      : smallest(at(highest + 1), HUGE_VAL), largest(at(highest + 1), -HUGE_VAL) {
    for (Index row = 0; row < rows.rows(); ++row) {
      const double value = values[at(rows.subject[at(row)])];
      double &low = smallest[ranks[at(row)]], &high = largest[ranks[at(row)]];
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  /// Half way between two neighbouring ranks.
  [[nodiscard]] double cut_after(std::uint16_t rank) const {
    const double below = largest[rank], above = smallest[rank + 1U];
    const double middle = std::midpoint(below, above);
    return middle < above ? middle : below; // rounding
  }
};

} // namespace

// The columns that are cut, their training ranges, and each cut as a value. Some columns at a time, so that few are in memory
// as values.
void SurvivalForest::take_columns(const TrainingData& data,
                                  const CaseWeights& weights,
                                  const SurvivalRows& rows,
                                  const RankColumns& ranks,
                                  Scheduler& scheduler) {
  for (Tree& tree : trees_) {
    tree.cut_value.assign(tree.feature.size(), 0.0);
  }
  const std::vector<CutNode> nodes = cut_nodes(trees_);
  std::vector<std::size_t> start; // in nodes, by place in columns_
  for (std::size_t place = 0; place < nodes.size(); ++place) {
    if (place == 0 || nodes[place].column != nodes[place - 1].column) {
      columns_.push_back(nodes[place].column);
      start.push_back(place);
    }
  }
  start.push_back(nodes.size());
  const Covariates covariates = data.covariates();
  for (const Index column : columns_) {
    names_.push_back(covariates.info(column).name);
  }
  lower_.resize(columns_.size());
  upper_.resize(columns_.size());
  constexpr Index at_once = 64;
  for (Index first = 0; first < size_of(columns_); first += at_once) {
    const auto some =
        std::span(columns_).subspan(at(first), at(std::min(at_once, size_of(columns_) - first)));
    const std::vector<double> values = raw_columns(covariates, some, scheduler);
    scheduler.for_each(size_of(some), [&](Index number, Index) {
      const Index column = some[at(number)];
      const auto value =
          std::span(values).subspan(at(number * data.subjects()), at(data.subjects()));
      const std::size_t place = at(first + number);
      lower_[place] = weighted_quantile(value, weights.values(), 0.005);
      upper_[place] = weighted_quantile(value, weights.values(), 0.995);
      const RankValues of_ranks(value, rows, ranks.column(column), ranks.highest(column));
      for (std::size_t each = start[place]; each < start[place + 1]; ++each) {
        Tree& tree = trees_[nodes[each].tree];
        tree.cut_value[nodes[each].node] = of_ranks.cut_after(tree.cut[nodes[each].node]);
      }
    });
  }
}

CutColumns SurvivalForest::read_columns(const Covariates& covariates, Scheduler& scheduler) const {
  return {covariates, columns_, names_, scheduler};
}

Votes SurvivalForest::votes_of(const CutColumns& columns,
                               std::span<const Index> passed,
                               Index first,
                               Index count) const {
  Votes votes(count, size_of(passed));
  LeafVotes leaves;
  for (const Tree& tree : trees_) {
    leaves.take(tree, size_of(event_time_), passed);
    for (Index row = 0; row < count; ++row) {
      votes.add(row, leaves, columns.leaf_of(tree, first + row));
    }
  }
  votes.add_up();
  return votes;
}

Prediction SurvivalForest::predict(const Covariates& covariates,
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
  const auto predict_block = [&](const CutColumns& columns, const SubjectRange& block) {
    constexpr Index at_once = 256; // subjects of a task
    context.scheduler.for_each((block.count + at_once - 1) / at_once, [&](Index task, Index) {
      const Index start = task * at_once, count = std::min(at_once, block.count - start);
      const Index first = block.first + start;
      const Votes votes = votes_of(columns, wanted.passed, start, count);
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
  for_subject_blocks(covariates, columns_, names_, context, predict_block);
  return prediction;
}

} // namespace vigil::forest
