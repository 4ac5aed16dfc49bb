// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/survival_forest.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>

namespace vigil::forest {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// A sum of real numbers as whole numbers of 2^-30: the same for any order of addition. |values| < 2^33 / trees.
class ExactSum {
public:
  void add(double value) { sum_ += std::llround(std::ldexp(value, bits)); }
  void add(const ExactSum& other) { sum_ += other.sum_; }
  [[nodiscard]] double mean(Index count) const {
    return std::ldexp(static_cast<double>(sum_), -bits) / static_cast<double>(count);
  }

private:
  static constexpr int bits = 30;
  std::int64_t sum_ = 0;
};

/// What trees say of some rows, added up.
struct Votes {
  std::vector<ExactSum> mortality, survival; ///< survival: horizon after horizon
  std::vector<Index> trees;

  Votes(Index rows, Index horizons)
      : mortality(at(rows)), survival(at(rows * horizons)), trees(at(rows), 0) {}
  void add(const Tree& tree, Index leaf, Index row, std::span<const Index> passed) {
    mortality[at(row)].add(tree.mortality[at(leaf)]);
    ++trees[at(row)];
    const Index rows = size_of(trees);
    for (Index number = 0; number < size_of(passed); ++number) {
      survival[at(number * rows + row)].add(tree.survival(leaf, passed[at(number)]));
    }
  }
  void add(const Votes& other) {
    for (std::size_t row = 0; row < trees.size(); ++row) {
      mortality[row].add(other.mortality[row]);
      trees[row] += other.trees[row];
    }
    for (std::size_t place = 0; place < survival.size(); ++place) {
      survival[place].add(other.survival[place]);
    }
  }
  /// NaN where no tree has voted.
  [[nodiscard]] double mortality_of(Index row) const {
    return trees[at(row)] > 0 ? mortality[at(row)].mean(trees[at(row)]) : not_a_number;
  }
  [[nodiscard]] double risk_of(Index row, Index horizon) const {
    const ExactSum& sum = survival[at(horizon * size_of(trees) + row)];
    return trees[at(row)] > 0 ? 1.0 - sum.mean(trees[at(row)]) : not_a_number;
  }
};

/// Event times up to each horizon.
std::vector<Index> passed_by(std::span<const double> event_time, std::span<const double> horizons) {
  std::vector<Index> passed;
  for (const double horizon : horizons) {
    passed.push_back(std::upper_bound(event_time.begin(), event_time.end(), horizon) -
                     event_time.begin());
  }
  return passed;
}

[[noreturn]] void refuse(const std::string& what, const std::string& found, std::string expected) {
  throw ConfigError({.where = "survival forest, " + what,
                     .found = found,
                     .expected = std::move(expected),
                     .remedy = "change the option"});
}

const SurvivalOutcome& outcome_of(const TrainingData& data) {
  const auto* outcome = std::get_if<SurvivalOutcome>(&data.outcome);
  if (outcome == nullptr || !outcome->entry.empty() || !data.stratum.empty()) {
    throw ConfigError({.where = "survival forest",
                       .found = outcome == nullptr
                                    ? "an outcome of kind " + std::string(name_of(data.outcome))
                                : data.stratum.empty() ? "delayed entry"
                                                       : "strata",
                       .expected = "times to one event, under observation from 0, without strata",
                       .remedy = "use the learner cox or cox-net"});
  }
  return *outcome;
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
}

SurvivalForest SurvivalForest::grow(const TrainingData& data,
                                    const FitItem& item,
                                    const ForestOptions& options,
                                    FitContext& context) {
  check_forest(options, data.columns());
  const SurvivalOutcome& outcome = outcome_of(data);
  const SurvivalRows rows = survival_rows(outcome, item.weights);
  const Index copies = std::accumulate(rows.copies.begin(), rows.copies.end(), Index{0});
  if (copies > SideCounts::most) {
    refuse("subjects", number_text(copies), "at most " + number_text(SideCounts::most));
  }
  SurvivalForest forest;
  forest.event_time_ = rows.event_time;
  const Index subjects = data.subjects(), horizons = size_of(options.horizons);
  forest.out_of_bag_ = {.mortality = std::vector<double>(at(subjects), not_a_number),
                        .trees = std::vector<Index>(at(subjects), 0),
                        .risk = undefined_risk(subjects, options.horizons)};
  if (rows.event_time.empty() || data.columns() == 0) {
    forest.reason_ = rows.event_time.empty() ? "no events" : "no features";
    return forest;
  }
  const RankColumns ranks(data.covariates(), rows.subject, context.scheduler);
  const Index root = std::llround(std::ceil(std::sqrt(static_cast<double>(data.columns()))));
  const TreeOptions tree_options{
      .features_per_split = options.features_per_split > 0 ? options.features_per_split : root,
      .min_node = options.min_node,
      .leaf = {.subjects = options.min_leaf, .events = options.min_leaf_events},
      .sample_fraction = options.sample_fraction,
      .replace = options.replace,
      .rule = &find_split_rule(options.split_rule)};
  const auto passed = passed_by(rows.event_time, options.horizons);
  struct Worker {
    TreeGrower grower;
    Votes votes;
  };
  std::vector<std::unique_ptr<Worker>> workers(at(context.scheduler.workers()));
  forest.trees_.resize(at(options.trees));
  const RandomKey key = item.key.child("tree");
  context.scheduler.for_each(options.trees, [&](Index number, Index worker) {
    auto& mine = workers[at(worker)];
    if (!mine) {
      mine = std::make_unique<Worker>(
          Worker{TreeGrower(rows, ranks, tree_options), Votes(rows.rows(), horizons)});
    }
    Tree tree = mine->grower.grow(key.child(number));
    const auto out = mine->grower.out_of_bag();
    for (std::size_t place = 0; place < out.size(); ++place) {
      mine->votes.add(tree, mine->grower.leaf()[place], out[place], passed);
    }
    forest.trees_[at(number)] = std::move(tree);
  });
  Votes votes(rows.rows(), horizons);
  for (const auto& worker : workers) {
    if (worker) {
      votes.add(worker->votes);
    }
  }
  forest.last_time_ = outcome.time[at(rows.subject.back())];
  for (Index row = 0; row < rows.rows(); ++row) {
    const Index subject = rows.subject[at(row)];
    forest.out_of_bag_.mortality[at(subject)] = votes.mortality_of(row);
    forest.out_of_bag_.trees[at(subject)] = votes.trees[at(row)];
    for (Index number = 0; number < horizons; ++number) {
      forest.out_of_bag_.risk.at_horizon(number)[at(subject)] =
          options.horizons[at(number)] > forest.last_time_ ? not_a_number
                                                           : votes.risk_of(row, number);
    }
  }
  forest.take_cut_values(data, rows, ranks, context.scheduler);
  forest.status_ = FitStatus::converged;
  return forest;
}

// Half way between the training values of the two ranks around a cut.
void SurvivalForest::take_cut_values(const TrainingData& data,
                                     const SurvivalRows& rows,
                                     const RankColumns& ranks,
                                     Scheduler& scheduler) {
  std::vector<std::uint32_t> used;
  for (const Tree& tree : trees_) {
    for (const std::uint32_t feature : tree.feature) {
      if (feature != Tree::no_feature) {
        used.push_back(feature);
      }
    }
  }
  std::sort(used.begin(), used.end());
  used.erase(std::unique(used.begin(), used.end()), used.end());
  const std::vector<Index> listed(used.begin(), used.end());
  const Covariates covariates = data.covariates();
  const std::vector<double> values = raw_columns(covariates, listed, scheduler);
  std::vector<std::vector<double>> smallest, largest; // by column and rank
  for (Index place = 0; place < size_of(listed); ++place) {
    const Index column = listed[at(place)];
    names_.push_back(covariates.info(column).name);
    auto& low = smallest.emplace_back(at(ranks.highest(column) + 1), HUGE_VAL);
    auto& high = largest.emplace_back(at(ranks.highest(column) + 1), -HUGE_VAL);
    const auto rank = ranks.column(column);
    for (Index row = 0; row < rows.rows(); ++row) {
      const double value = values[at(place * data.subjects() + rows.subject[at(row)])];
      low[rank[at(row)]] = std::min(low[rank[at(row)]], value);
      high[rank[at(row)]] = std::max(high[rank[at(row)]], value);
    }
  }
  for (const Tree& tree : trees_) {
    auto& cut = cut_value_.emplace_back(tree.feature.size(), 0.0);
    auto& place = place_.emplace_back(tree.feature.size(), 0U);
    for (std::size_t node = 0; node < cut.size(); ++node) {
      if (tree.feature[node] == Tree::no_feature) {
        continue;
      }
      const auto found = std::lower_bound(used.begin(), used.end(), tree.feature[node]);
      place[node] = static_cast<std::uint32_t>(found - used.begin());
      const double below = largest[place[node]][tree.cut[node]];
      const double above = smallest[place[node]][tree.cut[node] + 1U];
      const double middle = std::midpoint(below, above);
      cut[node] = middle < above ? middle : below; // rounding
    }
  }
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
  if (status_ == FitStatus::undefined) {
    return prediction;
  }
  std::vector<double> times(request.horizons.begin(), request.horizons.end());
  if (request.curves) {
    times.insert(times.end(), event_time_.begin(), event_time_.end());
    prediction.curves = undefined_risk(subjects, event_time_);
  }
  const auto passed = passed_by(event_time_, times);
  const std::vector<double> values =
      raw_columns(covariates, find_columns(covariates, names_), context.scheduler);
  constexpr Index at_once = 256; // subjects of a task
  context.scheduler.for_each((subjects + at_once - 1) / at_once, [&](Index task, Index) {
    const Index first = task * at_once, count = std::min(at_once, subjects - first);
    Votes votes(count, size_of(times));
    for (std::size_t number = 0; number < trees_.size(); ++number) {
      const Tree& tree = trees_[number];
      for (Index row = 0; row < count; ++row) {
        const Index leaf = tree.leaf_of([&](std::uint32_t node) {
          const double value =
              values[at(static_cast<Index>(place_[number][node]) * subjects + first + row)];
          return value == value ? value <= cut_value_[number][node] : tree.missing_left[node] != 0;
        });
        votes.add(tree, leaf, row, passed);
      }
    }
    const Index horizons = size_of(request.horizons);
    for (Index row = 0; row < count; ++row) {
      prediction.score[at(first + row)] = votes.mortality_of(row);
      for (Index number = 0; number < size_of(times); ++number) {
        const double risk =
            times[at(number)] > last_time_ ? not_a_number : votes.risk_of(row, number);
        auto& table = number < horizons ? prediction.risk : *prediction.curves;
        table.at_horizon(number < horizons ? number : number - horizons)[at(first + row)] = risk;
      }
    }
  });
  return prediction;
}

} // namespace vigil::forest
