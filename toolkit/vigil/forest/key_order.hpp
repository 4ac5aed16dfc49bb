// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/sort_kernel.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vigil::forest {

/// The rows of a node in the order of a column's ranks: keys of rank x 65,536 + place, fewer than 65,536.
class KeyOrder {
public:
  /// The keys, ascending. rows: of the node; ranks: of all rows, up to highest. Where few rows of a column are equal and those
  /// of the node are not few, each key is put into the slot of its rank; else keys are sorted.
  /// cost: a few nanoseconds a key.
  [[nodiscard]] std::span<const std::uint32_t> order(std::span<const std::uint32_t> rows,
                                                     std::span<const std::uint16_t> ranks,
                                                     std::size_t highest);
  /// Whether order() tries slots.
  [[nodiscard]] static constexpr bool
  uses_slots(std::size_t rows, std::size_t all_rows, std::size_t highest) {
    constexpr std::size_t few = 32;
    const std::size_t slots_per_row =
        rows > most_sorted ? 20 : 8; // that cost as much as to sort it
    return highest + all_rows / 16 >= all_rows && rows > few && slots_per_row * rows > highest;
  }

  /// Room for the keys of count rows.
  [[nodiscard]] std::uint32_t* keys(std::size_t count);
  /// Sorts the first count of them.
  void sort(std::size_t count);

private:
  [[nodiscard]] bool fill_slots(std::span<const std::uint32_t> rows,
                                std::span<const std::uint16_t> ranks,
                                std::size_t highest);

  struct alignas(64) Line {
    std::uint32_t keys[16];
  };
  std::vector<Line> keys_, scratch_, slots_; ///< slots: zero between calls
  std::vector<std::uint32_t> repeated_;
};

} // namespace vigil::forest
