// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/permuted_leaves.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace vigil::forest {

void PermutedLeaves::take(const OutOfBagTree& seen) {
  VIGIL_EXPECTS(std::is_sorted(seen.leaf.begin(), seen.leaf.end()));
  seen_.emplace(seen);
  source_.resize(seen.rows.size());
  rank_.resize(seen.rows.size());
  turned_.assign(seen.rows.size(), 0);
  permuted_.resize(at(ranks_.columns()), 0);
  take_ranges();
  take_nodes();
}

// A node's rows are those of its leaves, which follow each other; children have larger numbers than their parents.
void PermutedLeaves::take_ranges() {
  const Tree& tree = seen_->tree;
  range_.assign(at(tree.nodes()), Range{});
  std::vector<std::uint32_t> start(at(tree.leaves() + 1), 0U);
  for (const std::uint32_t leaf : seen_->leaf) {
    ++start[leaf + 1];
  }
  std::partial_sum(start.begin(), start.end(), start.begin());
  for (std::size_t node = range_.size(); node-- > 0;) {
    const std::uint32_t child = tree.child[node];
    range_[node] = tree.feature[node] == Tree::no_feature
                       ? Range{start[child], start[child + 1], start[child + 1]}
                       : Range{range_[child].first, range_[child].end, range_[child + 1].end};
  }
}

void PermutedLeaves::take_nodes() {
  const Tree& tree = seen_->tree;
  cut_.clear();
  for (std::uint32_t node = 0; node < range_.size(); ++node) {
    if (tree.feature[node] != Tree::no_feature) {
      cut_.emplace_back(tree.feature[node], node);
    }
  }
  std::sort(cut_.begin(), cut_.end());
  columns_.clear();
  node_start_.clear();
  nodes_.clear();
  for (const auto& [column, node] : cut_) {
    if (columns_.empty() || columns_.back() != column) {
      columns_.push_back(column);
      node_start_.push_back(static_cast<std::uint32_t>(nodes_.size()));
    }
    nodes_.push_back(node);
  }
  node_start_.push_back(static_cast<std::uint32_t>(nodes_.size()));
}

void PermutedLeaves::list_pool(std::span<const std::uint32_t> cells) {
  pool_.resize(source_.size());
  cell_start_.assign(1, 0U);
  if (cells.empty()) {
    std::iota(pool_.begin(), pool_.end(), 0U);
    cell_start_.push_back(static_cast<std::uint32_t>(pool_.size()));
    return;
  }
  cell_start_.resize(std::size_t{*std::ranges::max_element(cells)} + 2, 0U);
  for (const std::uint32_t cell : cells) {
    ++cell_start_[cell + 1];
  }
  std::partial_sum(cell_start_.begin(), cell_start_.end(), cell_start_.begin());
  std::vector<std::uint32_t> next(cell_start_);
  for (std::uint32_t place = 0; place < pool_.size(); ++place) {
    pool_[next[cells[place]]++] = place;
  }
}

// The rows below the topmost nodes of the columns, in the order of the nodes.
void PermutedLeaves::draw_sources(const RandomKey& key, std::span<const std::uint32_t> cells) {
  list_pool(cells);
  const std::vector<std::uint32_t> cell_end(cell_start_.begin() + 1, cell_start_.end());
  RandomStream draw(key);
  below_.clear();
  std::uint32_t reached = 0;
  for (const std::uint32_t node : order_) {
    for (std::uint32_t place = std::max(reached, range_[node].first); place < range_[node].end;
         ++place) {
      const std::uint32_t cell = cells.empty() ? 0 : cells[place];
      std::uint32_t& next = cell_start_[cell];
      const auto drawn = next + static_cast<std::uint32_t>(draw.index_below(cell_end[cell] - next));
      std::swap(pool_[next], pool_[drawn]);
      source_[place] = seen_->rows[pool_[next++]];
      below_.push_back(place);
    }
    reached = std::max(reached, range_[node].end);
  }
}

// rank_of(column, place): of a permuted column. Most trees do not cut a category, and are not asked at every node.
template <class RankOf>
void PermutedLeaves::turn(const RankOf& rank_of) {
  const Tree& tree = seen_->tree;
  if (tree.has_sets()) {
    turn_by(rank_of, [&](std::uint32_t node, std::uint16_t rank) {
      return tree.rank_goes_left(node, rank);
    });
    return;
  }
  turn_by(rank_of, [&](std::uint32_t node, std::uint16_t rank) {
    return rank == 0 ? tree.missing_left[node] != 0 : rank <= tree.cut[node];
  });
}

template <class RankOf, class GoesLeft>
void PermutedLeaves::turn_by(const RankOf& rank_of, const GoesLeft& goes_left) {
  const Tree& tree = seen_->tree;
  changes_.resize(source_.size() + 1); // written without a branch: one counts if it turns
  std::size_t turned = 0;
  for (const std::uint32_t node : order_) {
    const Range& range = range_[node];
    const std::uint32_t column = tree.feature[node], left_child = tree.child[node];
    for (std::uint32_t place = range.first; place < range.end; ++place) {
      const bool was_left = place < range.middle;
      const bool turns = turned_[place] == 0 && goes_left(node, rank_of(column, place)) != was_left;
      changes_[turned] = {place, left_child + (was_left ? 1U : 0U)};
      turned_[place] |= turns ? 1 : 0;
      turned += turns ? 1 : 0;
    }
  }
  changes_.resize(turned);
  for (LeafChange& change : changes_) {
    const std::uint32_t row = seen_->rows[change.place];
    std::uint32_t node = change.leaf;
    while (tree.feature[node] != Tree::no_feature) {
      const std::uint32_t column = tree.feature[node];
      const std::uint16_t rank =
          permuted_[column] != 0 ? rank_of(column, change.place) : ranks_.column(column)[row];
      node = tree.child[node] + (goes_left(node, rank) ? 0U : 1U);
    }
    change.leaf = tree.child[node];
    turned_[change.place] = 0;
  }
}

std::span<const LeafChange> PermutedLeaves::permute(std::span<const Index> places,
                                                    const RandomKey& key,
                                                    std::span<const std::uint32_t> cells) {
  order_.clear();
  for (const Index place : places) {
    const auto some = nodes(place);
    order_.insert(order_.end(), some.begin(), some.end());
    permuted_[columns_[at(place)]] = 1;
  }
  std::sort(order_.begin(), order_.end(), [&](std::uint32_t left, std::uint32_t right) {
    return std::tuple(range_[left].first, ~range_[left].end, left) <
           std::tuple(range_[right].first, ~range_[right].end, right);
  });
  draw_sources(key, cells);
  if (places.size() == 1) {
    const auto ranks = ranks_.column(columns_[at(places[0])]);
    for (const std::uint32_t place : below_) {
      rank_[place] = ranks[source_[place]];
    }
    turn([&](std::uint32_t, std::uint32_t place) { return rank_[place]; });
  } else {
    turn([&](std::uint32_t column, std::uint32_t place) {
      return ranks_.column(column)[source_[place]];
    });
  }
  for (const Index place : places) {
    permuted_[columns_[at(place)]] = 0;
  }
  return changes_;
}

} // namespace vigil::forest
