// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

namespace vigil::forest {

/// Counts of ranks, with twice the number below a rank and once those equal to it by one addition per level.
///
/// A tree of 16 ranks a block: level 0 holds running sums in its block, the levels above those of the blocks before.
/// To add a rank is one addition of 16 lanes per level, to ask is one load per level; levels = log16 ranks.
/// Lane must hold twice the number of ranks added.
///
/// checked by tests/unit/forest/tree_concordance_test
template <class Lane>
class RankCounter {
public:
  /// No counts; ranks are below `ranks`.
  void clear(Index ranks) {
    std::size_t blocks = 0;
    levels_ = 0;
    Index width = ranks;
    do {
      width = (width + lanes - 1) / lanes;
      first_.at(levels_++) = blocks;
      blocks += at(width);
    } while (width > 1);
    block_.assign(blocks, Block{});
  }

  void add(std::uint32_t rank) {
    add_step(block_[rank / lanes], rank % lanes, 1);
    for (std::size_t level = 1; level < levels_; ++level) {
      rank /= lanes;
      add_step(block_[first_[level] + rank / lanes], rank % lanes, 0);
    }
  }

  /// 2 x those smaller + those equal.
  [[nodiscard]] Index twice_below(std::uint32_t rank) const {
    Index sum = block_[rank / lanes][rank % lanes];
    for (std::size_t level = 1; level < levels_; ++level) {
      rank /= lanes;
      sum += block_[first_[level] + rank / lanes][rank % lanes];
    }
    return sum;
  }

private:
  static_assert(std::is_same_v<Lane, std::uint16_t> || std::is_same_v<Lane, std::uint32_t>);
  static constexpr std::uint32_t lanes = 16;
  static constexpr std::size_t window = 2 * std::size_t{lanes};
  using FewLanes = std::uint16_t __attribute__((vector_size(32)));
  using ManyLanes = std::uint32_t __attribute__((vector_size(64)));
  using Block = std::conditional_t<sizeof(Lane) == 2, FewLanes, ManyLanes>;

  /// Adds 0 below a lane, `own` in it, 2 above: a window that slides over zeros and twos.
  static void add_step(Block& block, std::uint32_t lane, std::size_t own) {
    static constexpr std::array<std::array<Lane, window>, 2> windows = make_windows();
    Block step;
    std::memcpy(&step, windows[own].data() + lanes - lane, sizeof step);
    block += step;
  }
  static constexpr std::array<std::array<Lane, window>, 2> make_windows() {
    std::array<std::array<Lane, window>, 2> windows{};
    for (std::size_t own = 0; own < 2; ++own) {
      windows[own].fill(0);
      windows[own][lanes] = static_cast<Lane>(own);
      for (std::size_t place = lanes + 1; place < window; ++place) {
        windows[own][place] = 2;
      }
    }
    return windows;
  }

  std::size_t levels_ = 0;
  std::array<std::size_t, 8> first_ = {};
  std::vector<Block> block_;
};

} // namespace vigil::forest
