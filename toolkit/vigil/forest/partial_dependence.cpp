// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/partial_dependence.hpp"

#include "vigil/numeric/quantile.hpp"
#include "vigil/numeric/sums.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace vigil::forest {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr Index at_once = 256; ///< subjects of a task

bool cuts(const Tree& tree, std::uint32_t column) {
  return std::ranges::find(tree.feature, column) != tree.feature.end();
}

/// Votes that change with the value of a feature: whole numbers for each subject, value of the grid, and mortality or
/// time. They are added where they begin to hold and taken off where they end, and so cost the same for any grid.
class GridVotes {
public:
  GridVotes(Index subjects, Index values, Index times)
      : values_(values), entries_(times + 1), change_(at(subjects * (values + 1) * entries_), 0) {}

  /// What the leaf says holds for the values first .. end - 1. sign: -1 takes off.
  void add(Index subject, Index first, Index end, const LeafVotes& tree, Index leaf, int sign = 1) {
    add_from(subject, first, tree, leaf, sign);
    add_from(subject, end, tree, leaf, -sign);
  }
  /// To be called once, when all have voted: changes become sums, over values and over times.
  void add_up() {
    const Index row_entries = (values_ + 1) * entries_;
    for (Index row = 0; row < size_of(change_); row += row_entries) {
      std::int64_t* votes = change_.data() + row;
      for (Index place = entries_; place < row_entries; ++place) {
        votes[place] += votes[place - entries_];
      }
      for (Index value = 0; value <= values_; ++value) {
        std::int64_t* survival = votes + value * entries_ + 1;
        std::partial_sum(survival, survival + entries_ - 1, survival);
      }
    }
  }
  [[nodiscard]] std::int64_t mortality(Index subject, Index value) const {
    return change_[place(subject, value)];
  }
  [[nodiscard]] std::int64_t survival(Index subject, Index value, Index time) const {
    return change_[place(subject, value) + at(1 + time)];
  }

private:
  [[nodiscard]] std::size_t place(Index subject, Index value) const {
    return at((subject * (values_ + 1) + value) * entries_);
  }
  void add_from(Index subject, Index value, const LeafVotes& tree, Index leaf, int sign) {
    std::int64_t* to = change_.data() + place(subject, value);
    to[0] += sign * tree.mortality(leaf);
    for (const LeafVotes::Change& change : tree.changes(leaf)) {
      to[1 + change.time] += sign * change.by;
    }
  }

  Index values_, entries_;
  std::vector<std::int64_t> change_; ///< the last value of each subject is beyond the grid
};

/// A part of the grid on its way through a tree.
struct GridPart {
  std::uint32_t node;
  Index first, end;
};

/// The parts of a part below a node that cuts a category: neighbours in the grid that go the same way.
void push_runs(const Tree& tree,
               const GridPart& part,
               std::span<const double> grid,
               std::vector<GridPart>& open) {
  for (Index first = part.first, end = first; first < part.end; first = end) {
    const bool left = tree.goes_left(part.node, grid[at(first)]);
    while (end < part.end && tree.goes_left(part.node, grid[at(end)]) == left) {
      ++end;
    }
    open.push_back({tree.child[part.node] + (left ? 0U : 1U), first, end});
  }
}

/// Shows every leaf that a subject can reach with some value of the grid: found(leaf, first, end of these values).
template <class Found>
void drop_grid(const Tree& tree,
               const CutColumns& columns,
               Index subject,
               std::uint32_t column,
               std::span<const double> grid,
               std::vector<GridPart>& open,
               const Found& found) {
  open.assign(1, {0, 0, size_of(grid)});
  while (!open.empty()) {
    const GridPart part = open.back();
    const std::uint32_t node = part.node;
    const Index first = part.first, end = part.end;
    open.pop_back();
    if (first == end) {
      continue;
    }
    if (tree.feature[node] == Tree::no_feature) {
      found(Index{tree.child[node]}, first, end);
      continue;
    }
    Index middle = columns.goes_left(tree, node, subject) ? end : first;
    if (tree.feature[node] == column && tree.cuts_category(node)) {
      push_runs(tree, part, grid, open);
      continue;
    }
    if (tree.feature[node] == column) { // values are ascending: the first of them go to the left
      middle = std::partition_point(grid.begin() + first,
                                    grid.begin() + end,
                                    [&](double value) { return tree.goes_left(node, value); }) -
               grid.begin();
    }
    open.push_back({tree.child[node], first, middle});
    open.push_back({tree.child[node] + 1U, middle, end});
  }
}

} // namespace

/// The subjects of one task.
struct PartialDependence::Block {
  Index number, first, count;
  GridVotes changes;
};

PartialDependence::PartialDependence(const VotingForest& forest,
                                     const Covariates& covariates,
                                     std::span<const double> horizons,
                                     FitContext& context)
    : forest_(forest), covariates_(covariates), all_columns_(covariates, forest.grown().categories),
      context_(context), horizons_(horizons.begin(), horizons.end()),
      times_(forest.event_times(), horizons) {
  if (forest.status() == FitStatus::undefined) {
    return;
  }
  columns_ = forest.read_columns(covariates, context.scheduler);
  const Index subjects = covariates.subjects(), blocks = (subjects + at_once - 1) / at_once;
  votes_.assign(at(blocks), Votes(0, 0));
  context.scheduler.for_each(blocks, [&](Index block, Index) {
    const Index first = block * at_once;
    votes_[at(block)] =
        forest.votes_of(*columns_, times_.passed, first, std::min(at_once, subjects - first));
  });
}

void PartialDependence::predict(Block& block, FeatureDependence& result) const {
  const Votes& whole = votes_[at(block.number)];
  block.changes.add_up();
  for (Index row = 0; row < block.count; ++row) {
    const std::size_t subject = at(block.first + row);
    const Index trees = whole.trees(row);
    for (Index value = 0; value < size_of(result.value); ++value) {
      Prediction& prediction = result.individual[at(value)];
      prediction.score[subject] =
          forest_.score(whole.mortality().sum(row) + block.changes.mortality(row, value), trees);
      for (Index number = 0; number < size_of(horizons_); ++number) {
        const Index horizon = times_.order[at(number)];
        prediction.risk.at_horizon(horizon)[subject] =
            horizons_[at(horizon)] > forest_.last_time()
                ? not_a_number
                : voted_risk(whole.survival(row, number) +
                                 block.changes.survival(row, value, number),
                             trees);
      }
    }
  }
}

FeatureDependence PartialDependence::on(const std::string& feature, Index points) const {
  const Index subjects = covariates_.subjects();
  FeatureDependence result{.feature = feature,
                           .value = {},
                           .individual = {},
                           .score = {},
                           .risk = std::vector<std::vector<double>>(horizons_.size())};
  take_grid(result, all_columns_.find({&feature, 1}).front(), points);
  const Prediction none{.score = std::vector<double>(at(subjects), not_a_number),
                        .risk = undefined_risk(subjects, horizons_),
                        .lower = {},
                        .upper = {},
                        .curves = {}};
  result.individual.assign(result.value.size(), none);
  const auto names = forest_.cut_names();
  const auto found = std::ranges::find(names, feature);
  const std::uint32_t column =
      found == names.end()
          ? Tree::no_feature
          : static_cast<std::uint32_t>(forest_.cut_columns()[at(found - names.begin())]);
  std::vector<const Tree*> trees; // those that cut it
  for (const Tree& tree : forest_.trees()) {
    if (column != Tree::no_feature && cuts(tree, column)) {
      trees.push_back(&tree);
    }
  }
  const Index values = size_of(result.value), event_times = size_of(forest_.event_times());
  context_.scheduler.for_each(size_of(votes_), [&](Index task, Index) {
    const Index first = task * at_once, count = std::min(at_once, subjects - first);
    Block block{task, first, count, GridVotes(count, values, size_of(horizons_))};
    LeafVotes leaves;
    std::vector<GridPart> open;
    for (const Tree* tree : trees) {
      leaves.take(*tree, event_times, times_.passed);
      for (Index row = 0; row < count; ++row) {
        const Index own = columns_->leaf_of(*tree, first + row);
        block.changes.add(row, 0, values, leaves, own, -1);
        drop_grid(*tree,
                  *columns_,
                  first + row,
                  column,
                  result.value,
                  open,
                  [&](Index leaf, Index begin, Index end) {
                    block.changes.add(row, begin, end, leaves, leaf);
                  });
      }
    }
    predict(block, result);
  });
  const auto mean = [](std::span<const double> each) {
    return sum(each) / static_cast<double>(each.size());
  };
  for (const Prediction& prediction : result.individual) {
    result.score.push_back(mean(prediction.score));
    for (Index horizon = 0; horizon < size_of(horizons_); ++horizon) {
      result.risk[at(horizon)].push_back(mean(prediction.risk.at_horizon(horizon)));
    }
  }
  return result;
}

// Levels are those of the forest, where it knows the category.
void PartialDependence::take_grid(FeatureDependence& result, Index column, Index points) const {
  const Category* category = all_columns_.category(column);
  if (category == nullptr) {
    const Index in_cohort = all_columns_.in_cohort(column);
    result.value = dependence_grid(
        raw_columns(covariates_, std::span(&in_cohort, 1), context_.scheduler), points);
    return;
  }
  const auto names = forest_.cut_names();
  const auto found = std::ranges::find(names, result.feature);
  result.level =
      found == names.end() ? category->levels : forest_.cut_levels()[at(found - names.begin())];
  for (Index level = 1; level <= size_of(result.level); ++level) {
    result.value.push_back(static_cast<double>(level));
  }
}

std::vector<double> dependence_grid(std::span<const double> values, Index points) {
  VIGIL_EXPECTS(points > 0);
  std::vector<double> known;
  std::ranges::copy_if(
      values, std::back_inserter(known), [](double value) { return value == value; });
  std::ranges::sort(known);
  std::vector<double> grid = known;
  grid.erase(std::unique(grid.begin(), grid.end()), grid.end());
  if (size_of(grid) > points) {
    const std::vector<double> ones(known.size(), 1.0);
    grid.clear();
    for (Index point = 0; point < points; ++point) {
      grid.push_back(weighted_quantile(
          known, ones, (static_cast<double>(point) + 0.5) / static_cast<double>(points)));
    }
  }
  grid.erase(std::unique(grid.begin(), grid.end()), grid.end());
  return grid;
}

std::vector<std::string> most_cut_features(const VotingForest& forest, Index most) {
  const auto columns = forest.cut_columns();
  std::vector<Index> trees(columns.size(), 0), order(columns.size());
  std::vector<const Tree*> last(columns.size(), nullptr); // that was counted
  for (const Tree& tree : forest.trees()) {
    for (const std::uint32_t feature : tree.feature) {
      if (feature == Tree::no_feature) {
        continue;
      }
      const auto place = static_cast<std::size_t>(
          std::ranges::lower_bound(columns, Index{feature}) - columns.begin());
      trees[place] += last[place] == &tree ? 0 : 1;
      last[place] = &tree;
    }
  }
  std::iota(order.begin(), order.end(), Index{0});
  std::ranges::stable_sort(
      order, std::ranges::greater(), [&](Index place) { return trees[at(place)]; });
  std::vector<std::string> names;
  for (const Index place : std::span(order).first(at(std::min(most, size_of(order))))) {
    names.push_back(forest.cut_names()[at(place)]);
  }
  return names;
}

} // namespace vigil::forest
