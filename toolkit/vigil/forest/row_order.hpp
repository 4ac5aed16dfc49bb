// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"
#include "vigil/forest/key_order.hpp"
#include "vigil/forest/sort_kernel.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vigil::forest {

/// Whether rows are so many that one cell per rank costs less than to sort them.
[[nodiscard]] constexpr bool many_beside_ranks(std::size_t rows, std::size_t highest) {
  constexpr std::size_t cells_per_row = 4; // that cost as much as a row to sort
  return rows > most_sorted && cells_per_row * rows > highest;
}

/// The places of a node's rows in the order of a column, for rules that need more of a row than the sums of a cell.
///
/// order   missing values first, then by rank, rows of equal rank by place
/// checked by tests/unit/forest/key_order_test
class RowOrder {
public:
  /// rows: of the node; ranks: of all rows, up to highest. cost: a few nanoseconds per row.
  void
  sort(std::span<const std::uint32_t> rows, std::span<const std::uint16_t> ranks, Index highest);

  /// From left to right with missing values on the left.
  [[nodiscard]] std::span<const std::uint32_t> missing_left() const noexcept { return places_; }
  /// From left to right with missing values on the right.
  [[nodiscard]] std::span<const std::uint32_t> missing_right() const noexcept {
    return missing_ > 0 ? std::span<const std::uint32_t>(turned_) : places_;
  }
  /// Ranks in the order of missing_left().
  [[nodiscard]] std::span<const std::uint16_t> ranks() const noexcept { return ranks_; }
  [[nodiscard]] Index missing() const noexcept { return missing_; }

private:
  void drop(std::span<const std::uint32_t> rows,
            std::span<const std::uint16_t> ranks,
            std::size_t highest);
  void take_keys(std::span<const std::uint32_t> keys);

  KeyOrder keys_;
  std::vector<std::uint32_t> start_; ///< by rank
  std::vector<std::uint32_t> places_, turned_;
  std::vector<std::uint16_t> ranks_;
  Index missing_ = 0;
};

} // namespace vigil::forest
