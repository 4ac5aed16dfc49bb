// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/random.hpp"
#include "vigil/forest/rank_columns.hpp"
#include "vigil/forest/tree_loss.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace vigil::forest {

/// Which rows of a tree, among those that it did not see, fall into other leaves when columns are permuted.
///
/// Only rows whose path meets one of the columns can; only they draw whose values they get, without replacement among all
/// (a partial Fisher-Yates shuffle), and each goes on where it first turns the other way. Missing values are values here.
///
/// cost    a draw and a comparison for each row and node of the columns on its path, and the rest of the new path
/// checked by tests/unit/forest/permuted_leaves_test
class PermutedLeaves {
public:
  explicit PermutedLeaves(const RankColumns& ranks) : ranks_(ranks) {}

  /// What it refers to must stay while it is asked about.
  void take(const OutOfBagTree& seen);
  /// Columns that the tree cuts, ascending.
  [[nodiscard]] std::span<const std::uint32_t> columns() const noexcept { return columns_; }
  /// A column's nodes, by its place in columns().
  [[nodiscard]] std::span<const std::uint32_t> nodes(Index place) const {
    return std::span(nodes_).subspan(node_start_[at(place)],
                                     node_start_[at(place + 1)] - node_start_[at(place)]);
  }

  /// places: of columns() that are permuted together. cells: by place of a row, among whom it is permuted; empty: all.
  /// The result stays until the next call.
  [[nodiscard]] std::span<const LeafChange> permute(std::span<const Index> places,
                                                    const RandomKey& key,
                                                    std::span<const std::uint32_t> cells = {});

  /// The row whose values the row at a place got last; of a place below one of the columns permuted.
  [[nodiscard]] std::uint32_t source(Index place) const { return source_[at(place)]; }

private:
  struct Range { ///< of a node's rows, by place; those on the left end at middle
    std::uint32_t first = 0, middle = 0, end = 0;
  };
  void take_ranges();
  void take_nodes();
  void draw_sources(const RandomKey& key, std::span<const std::uint32_t> cells);
  void list_pool(std::span<const std::uint32_t> cells);
  template <class RankOf>
  void turn(const RankOf& rank_of);
  template <class RankOf, class GoesLeft>
  void turn_by(const RankOf& rank_of, const GoesLeft& goes_left);

  const RankColumns& ranks_;
  std::optional<OutOfBagTree> seen_;
  std::vector<Range> range_; ///< by node
  std::vector<std::uint32_t> columns_, node_start_, nodes_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> cut_; ///< column and node
  std::vector<std::uint8_t> permuted_;                       ///< by column
  std::vector<std::uint32_t> order_; ///< nodes of the permuted columns, those above first
  std::vector<std::uint32_t> pool_, cell_start_; ///< places, cell after cell; where one goes on
  std::vector<std::uint32_t> below_;             ///< places that are below a permuted column
  std::vector<std::uint32_t> source_;            ///< by place: row whose values it gets
  std::vector<std::uint16_t> rank_;              ///< by place, of a single column
  std::vector<std::uint8_t> turned_;             ///< by place
  std::vector<LeafChange> changes_;
};

} // namespace vigil::forest
