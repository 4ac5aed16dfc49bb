// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/permuted_leaves.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace vigil::forest {

/// Subjects that are alike in the columns correlated with one, as a tree sees these: conditional importance permutes among
/// them.
///
/// Of the columns that the tree cuts, those whose Spearman correlation with the column is above `alike` in absolute value,
/// over all rows of the fit; ranks of ties are their mean, a missing value counts as the middle. The cuts that the tree
/// makes of them divide all rows, wherever in the tree they are; missing values are a part of their own. The uppermost cuts
/// come first, and no more of them than leave rows_per_cell rows in a cell on average: by all the cuts of a large tree
/// everybody would be alone.
///
/// cost    rows x pairs of the tree's columns, and the tree's rows for each cut and column
/// source  Strobl, Boulesteix, Kneib, Augustin, Zeileis 2008, BMC Bioinformatics 9:307; checked by
///         tests/unit/forest/alike_cells_test
class AlikeCells {
public:
  static constexpr Index rows_per_cell = 10;

  AlikeCells(const RankColumns& ranks, double alike) : ranks_(ranks), alike_(alike) {}

  /// leaves: has taken the same tree; must stay while this is asked.
  void take(const OutOfBagTree& seen, const PermutedLeaves& leaves);
  /// Places of PermutedLeaves::columns() that are alike the one at a place, ascending.
  [[nodiscard]] std::span<const Index> alike(Index place) const { return alike_places_[at(place)]; }
  /// The cell of each row of the tree, numbered from 0 without gaps; empty: all are in one. Stays until the next call.
  [[nodiscard]] std::span<const std::uint32_t> cells(Index place);

private:
  void divide(std::uint32_t node);

  const RankColumns& ranks_;
  const double alike_;
  std::optional<OutOfBagTree> seen_;
  const PermutedLeaves* leaves_ = nullptr;
  std::vector<std::vector<Index>> alike_places_;
  std::vector<Index> depth_;                          ///< by node
  std::vector<std::pair<Index, std::uint32_t>> cuts_; ///< depth and node
  std::vector<std::uint32_t> cell_, number_;
  std::uint32_t cells_ = 0;
};

/// Twice the rank of each value about its mean, ties at their mean: whole numbers that add up to 0; 0 where missing.
[[nodiscard]] std::vector<std::int32_t> centred_ranks(std::span<const std::uint16_t> ranks,
                                                      Index highest);

} // namespace vigil::forest
