// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/forest_trees.hpp"

#include "vigil/base/text.hpp"
#include "vigil/forest/key_text.hpp"
#include "vigil/numeric/quantile.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

namespace vigil::forest {

TreeOptions GrownFrom::tree(const SplitRule& rule) const {
  return {.features_per_split = features_per_split,
          .min_node = min_node,
          .leaf = {.subjects = min_leaf, .events = min_leaf_events},
          .sample_fraction = sample_fraction,
          .replace = replace,
          .rule = &rule};
}

GrownFrom grown_from(const SurvivalRows& rows,
                     const FitItem& item,
                     Index columns,
                     const ForestOptions& options,
                     std::string_view forest) {
  const Index copies = options.replace && rows.rows() > 0
                           ? rows.rows() * Index{*std::ranges::max_element(rows.copies)}
                           // a tree may draw one row only
                           : std::accumulate(rows.copies.begin(), rows.copies.end(), Index{0});
  if (copies > SideCounts::most) {
    refuse_option(
        forest, "subjects", number_text(copies), "at most " + number_text(SideCounts::most));
  }
  const Index root = std::llround(std::ceil(std::sqrt(static_cast<double>(columns))));
  return {.subjects = rows.rows(),
          .columns = columns,
          .strata = Index{rows.strata},
          .features_per_split = options.features_per_split > 0 ? options.features_per_split : root,
          .min_node = options.min_node,
          .min_leaf = options.min_leaf,
          .min_leaf_events = options.min_leaf_events,
          .sample_fraction = options.sample_fraction,
          .replace = options.replace,
          .trees_per_half_sample = options.trees_per_half_sample,
          .key = text_of(item.key),
          .categories = options.categories};
}

void ForestTrees::take(std::vector<Tree> grown_trees, Index first, const ForestInputs& inputs) {
  trees = std::move(grown_trees);
  number.resize(trees.size());
  std::iota(number.begin(), number.end(), first);
  take_columns(inputs);
}

CutColumns ForestTrees::read_columns(const Covariates& covariates, Scheduler& scheduler) const {
  return {covariates, columns, names, levels, scheduler};
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
// as values. A category is cut by sets; all its levels are its range.
void ForestTrees::take_columns(const ForestInputs& inputs) {
  for (Tree& tree : trees) {
    tree.cut_value.assign(tree.feature.size(), 0.0);
  }
  const std::vector<CutNode> nodes = cut_nodes(trees);
  std::vector<std::size_t> start; // in nodes, by place in columns
  for (std::size_t place = 0; place < nodes.size(); ++place) {
    if (place == 0 || nodes[place].column != nodes[place - 1].column) {
      columns.push_back(nodes[place].column);
      start.push_back(place);
    }
  }
  start.push_back(nodes.size());
  const Covariates& covariates = inputs.columns.covariates();
  std::vector<Index> in_cohort;
  for (const Index column : columns) {
    const Category* category = inputs.columns.category(column);
    names.push_back(inputs.columns.name(column));
    levels.push_back(category != nullptr ? category->levels : std::vector<std::string>());
    in_cohort.push_back(inputs.columns.in_cohort(column));
  }
  lower.assign(columns.size(), 1.0);
  for (const auto& each : levels) {
    upper.push_back(static_cast<double>(each.size()));
  }
  constexpr Index at_once = 64;
  for (Index first = 0; first < size_of(columns); first += at_once) {
    const auto some =
        std::span(in_cohort).subspan(at(first), at(std::min(at_once, size_of(columns) - first)));
    const std::vector<double> values = raw_columns(covariates, some, inputs.scheduler);
    const Index subjects = covariates.subjects();
    inputs.scheduler.for_each(size_of(some), [&](Index ordinal, Index) {
      const std::size_t place = at(first + ordinal);
      if (!levels[place].empty()) {
        return;
      }
      const Index column = columns[place];
      const auto value = std::span(values).subspan(at(ordinal * subjects), at(subjects));
      const auto range =
          weighted_quantiles(value, inputs.item.weights.values(), std::array{0.005, 0.995});
      lower[place] = range.front();
      upper[place] = range.back();
      const RankValues of_ranks(
          value, inputs.rows, inputs.ranks.column(column), inputs.ranks.highest(column));
      for (std::size_t each = start[place]; each < start[place + 1]; ++each) {
        Tree& tree = trees[nodes[each].tree];
        tree.cut_value[nodes[each].node] = of_ranks.cut_after(tree.cut[nodes[each].node]);
      }
    });
  }
}

} // namespace vigil::forest
