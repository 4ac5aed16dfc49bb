// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vigil::forest {

/// The rows of a node in the order of a column's ranks: keys of rank x 65,536 + place, fewer than 65,536.
class KeyOrder {
public:
  /// Room for the keys of count rows.
  [[nodiscard]] std::uint32_t* keys(std::size_t count);
  /// Sorts the first count of them. cost: O(count), a few nanoseconds a key.
  void sort(std::size_t count);

private:
  struct alignas(64) Line {
    std::uint32_t keys[16];
  };
  std::vector<Line> keys_, scratch_;
};

} // namespace vigil::forest
