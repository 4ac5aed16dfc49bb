// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/grow_tree.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace vigil::forest {

TreeGrower::TreeGrower(const SurvivalRows& rows,
                       const RankColumns& ranks,
                       const TreeOptions& options)
    : rows_(rows), compared_(options.compared == nullptr ? rows : options.compared->rows),
      ranks_(ranks), options_(options), copies_(at(rows.rows())), leaf_(at(rows.rows())),
      drawn_(at(ranks.columns()), 0) {
  VIGIL_EXPECTS(options.rule != nullptr && options.features_per_split <= ranks.columns());
  Index highest = 0;
  for (Index column = 0; column < ranks.columns(); ++column) {
    highest = std::max(highest, ranks.highest(column));
  }
  scratch_.cells.resize(at(highest + 1));
}

void TreeGrower::draw_rows(const RandomKey& key, const std::optional<RandomKey>& half) {
  draw_bag(rows_,
           {.sample_fraction = options_.sample_fraction, .replace = options_.replace},
           key,
           half,
           copies_);
  in_.clear();
  out_.clear();
  for (Index row = 0; row < rows_.rows(); ++row) {
    (copies_[at(row)] > 0 ? in_ : out_).push_back(static_cast<std::uint32_t>(row));
  }
  if (options_.compared != nullptr && !options_.compared->order.empty()) {
    in_.clear();
    std::ranges::copy_if(options_.compared->order, std::back_inserter(in_), [&](std::uint32_t row) {
      return copies_[row] > 0;
    });
  }
}

// Floyd's sample, ascending.
void TreeGrower::draw_features(const RandomKey& key) {
  features_.clear();
  const Index columns = ranks_.columns(), wanted = options_.features_per_split;
  RandomStream draw(key);
  for (Index last = columns - wanted; last < columns; ++last) {
    Index column = draw.index_below(last + 1);
    column = drawn_[at(column)] != 0 ? last : column;
    drawn_[at(column)] = 1;
    features_.push_back(static_cast<std::uint32_t>(column));
  }
  for (const std::uint32_t column : features_) {
    drawn_[column] = 0;
  }
  std::sort(features_.begin(), features_.end());
}

Split TreeGrower::find_split(const RandomKey& key) {
  draw_features(key);
  columns_.clear();
  for (const Index feature : features_) {
    columns_.push_back(
        {feature, ranks_.column(feature), ranks_.highest(feature), ranks_.levels(feature)});
  }
  return forest::find_split(
      *options_.rule,
      {.node = node_, .limits = options_.leaf, .key = key.child("cut"), .scratch = scratch_},
      columns_);
}

// Half way to the next rank of the node: rows that the tree has not seen may be between. Between the levels of a category is
// nobody. Returns whether values are missing in the node.
bool TreeGrower::move_cut(Split& split) const {
  const auto ranks = ranks_.column(split.feature);
  std::uint16_t next = split.next;
  bool some_missing = false;
  if (next == 0) {
    next = std::numeric_limits<std::uint16_t>::max();
    for (const std::uint32_t row : node_.rows()) {
      some_missing = some_missing || ranks[row] == 0;
      next = ranks[row] > split.cut ? std::min(next, ranks[row]) : next;
    }
  }
  if (ranks_.levels(split.feature) == 0) {
    split.cut = static_cast<std::uint16_t>(std::midpoint<int>(split.cut, next - 1));
  }
  return some_missing;
}

LeftSide TreeGrower::left_side(const Split& split) const {
  const bool category = ranks_.levels(split.feature) > 0;
  return {category ? scratch_.orders[split.order].ranks() : ranks_.column(split.feature),
          split.cut,
          split.missing_left};
}

// Levels that the node has not seen go the way of most rows, in the tree and for the rows out of the bag.
void TreeGrower::take_set(Tree& tree, const Part& part, const Split& split, bool others_left) {
  LevelOrder& order = scratch_.orders[split.order];
  const auto levels = static_cast<std::uint32_t>(ranks_.levels(split.feature));
  const std::size_t start = tree.level_set.size();
  tree.set_start[at(part.node)] = static_cast<std::uint32_t>(start);
  tree.level_set.resize(start + at(Tree::set_words(levels)), 0U);
  for (std::uint32_t level = 0; level <= levels; ++level) {
    const std::uint16_t place = order.place(level);
    if (place == 0 ? others_left : place <= split.cut) {
      tree.level_set[start + level / 32] |= 1U << (level % 32);
    }
  }
  const auto out = std::span(out_).subspan(at(part.out_first), at(part.out_end - part.out_first));
  order.rank_others(out, ranks_.column(split.feature), split.cut, [&](std::uint32_t level) {
    return tree.level_goes_left(static_cast<std::uint32_t>(part.node), level);
  });
}

// Rows on the left first, both sides in their order; returns where the right ones begin.
Index TreeGrower::partition(std::vector<std::uint32_t>& rows,
                            Index first,
                            Index end,
                            const LeftSide& side) {
  moved_.resize(at(end - first));
  std::uint32_t *to_left = rows.data() + first, *to_right = moved_.data();
  for (Index place = first; place < end;
       ++place) { // without a branch: both are written, one counts
    const std::uint32_t row = rows[at(place)];
    const bool left = side.has(row);
    *to_left = row;
    *to_right = row;
    to_left += static_cast<std::ptrdiff_t>(left);
    to_right += static_cast<std::ptrdiff_t>(!left);
  }
  std::copy(moved_.data(), to_right, to_left);
  return to_left - rows.data();
}

// Where nobody of the leaf is under observation yet, the tree's root speaks for it: without an increment there risks
// would be too low. After the last of its rows a leaf says nothing more.
void TreeGrower::add_jumps_of_gaps(std::span<const std::uint32_t> rows) {
  std::uint32_t last = 0;
  at_risk_.assign(root_jumps_.size() + 1, 0);
  const auto place_of = [&](std::uint32_t events) { // the first that comes after so many events
    return std::partition_point(root_jumps_.begin(),
                                root_jumps_.end(),
                                [&](const HazardJump& jump) { return jump.number < events; }) -
           root_jumps_.begin();
  };
  for (const std::uint32_t row : rows) {
    ++at_risk_[at(place_of(rows_.entered[row]))];
    --at_risk_[at(place_of(rows_.passed[row]))];
    last = std::max(last, rows_.passed[row]);
  }
  Index at_risk = 0;
  for (std::size_t place = 0; place < root_jumps_.size(); ++place) {
    at_risk += at_risk_[place];
    if (at_risk == 0 && root_jumps_[place].number < last) {
      leaf_jumps_.push_back(root_jumps_[place]);
    }
  }
  std::ranges::stable_sort(leaf_jumps_, {}, &HazardJump::number);
}

// Events of any cause, as they were: a split may have seen others. A tree does not know the stratum of whom it predicts.
void TreeGrower::look_at_leaf(std::span<const std::uint32_t> rows) {
  if (options_.compared != nullptr && !options_.compared->order.empty()) {
    by_time_.assign(rows.begin(), rows.end());
    std::ranges::sort(by_time_);
    rows = by_time_;
  }
  node_.look_at(rows_, copies_, rows, SurvivalNode::Strata::together, SurvivalNode::Purpose::leaf);
}

void TreeGrower::add_leaf(Tree& tree, const Part& part) {
  const Index leaf = tree.leaves();
  tree.child[at(part.node)] = static_cast<std::uint32_t>(leaf);
  std::fill(leaf_.begin() + part.out_first,
            leaf_.begin() + part.out_end,
            static_cast<std::uint32_t>(leaf));
  if (!rows_.value.empty()) {
    tree.add_value(mean_value(rows_, copies_, node_.rows()));
    return;
  }
  if (!rows_.stratum.empty() || rows_.has_causes()) {
    look_at_leaf(node_.rows());
  }
  take_hazard_jumps(rows_, node_, leaf_jumps_);
  if (!rows_.entered.empty()) {
    add_jumps_of_gaps(node_.rows());
  }
  for (const HazardJump& jump : leaf_jumps_) {
    tree.jump_time.push_back(jump.number);
    tree.jump.push_back(jump.hazard);
    if (rows_.has_causes()) {
      tree.jump_cause.push_back(jump.cause);
    }
  }
  tree.jump_start.push_back(static_cast<std::uint32_t>(tree.jump.size()));
}

Tree TreeGrower::grow(const RandomKey& key, const std::optional<RandomKey>& half) {
  Tree tree;
  gain_.clear();
  const auto add_node = [&] {
    tree.feature.push_back(Tree::no_feature);
    tree.cut.push_back(0);
    tree.missing_left.push_back(0);
    tree.child.push_back(0);
    if (ranks_.has_categories()) {
      tree.set_start.push_back(Tree::no_set);
    }
    gain_.push_back(0.0);
    return tree.nodes() - 1;
  };
  draw_rows(key, half);
  leaf_.resize(out_.size());
  if (!rows_.entered.empty()) {
    look_at_leaf(in_);
    take_hazard_jumps(rows_, node_, root_jumps_);
  }
  std::vector<Part> open{{.first = 0,
                          .end = size_of(in_),
                          .out_first = 0,
                          .out_end = size_of(out_),
                          .node = add_node(),
                          .key = key.child("node")}};
  while (!open.empty()) {
    const Part part = open.back();
    open.pop_back();
    const auto rows = std::span(in_).subspan(at(part.first), at(part.end - part.first));
    const bool may_split = size_of(rows) > options_.min_node;
    node_.look_at(compared_,
                  copies_,
                  rows,
                  SurvivalNode::Strata::apart,
                  may_split ? SurvivalNode::Purpose::cuts : SurvivalNode::Purpose::leaf);
    Split split;
    if (may_split && !node_.flat() && !too_small(node_, options_.leaf)) {
      split = find_split(part.key);
    }
    if (split.feature == no_index) {
      add_leaf(tree, part);
      continue;
    }
    const bool category = ranks_.levels(split.feature) > 0;
    const bool some_missing = move_cut(split);
    const Index middle = partition(in_, part.first, part.end, left_side(split));
    const bool most_left = middle - part.first >= part.end - middle;
    if (!some_missing) { // none to learn from: the way of most
      split.missing_left = most_left;
    }
    if (category) {
      take_set(tree, part, split, most_left);
    }
    const Index out_middle = partition(out_, part.out_first, part.out_end, left_side(split));
    const Index left = add_node(), right = add_node();
    tree.feature[at(part.node)] = static_cast<std::uint32_t>(split.feature);
    tree.cut[at(part.node)] = category ? std::uint16_t{0} : split.cut;
    gain_[at(part.node)] = split.gain;
    tree.missing_left[at(part.node)] = split.missing_left ? 1 : 0;
    tree.child[at(part.node)] = static_cast<std::uint32_t>(left);
    open.push_back({.first = middle,
                    .end = part.end,
                    .out_first = out_middle,
                    .out_end = part.out_end,
                    .node = right,
                    .key = part.key.child(1)});
    open.push_back({.first = part.first,
                    .end = middle,
                    .out_first = part.out_first,
                    .out_end = out_middle,
                    .node = left,
                    .key = part.key.child(0)});
  }
  if (tree.level_set.empty()) {
    tree.set_start.clear();
  }
  tree.shrink_to_fit();
  return tree;
}

} // namespace vigil::forest
