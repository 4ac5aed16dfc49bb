// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <array>
#include <cstdint>
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
    add_lanes(block_[rank / lanes], step_of(rank % lanes, true));
    for (std::size_t level = 1; level < levels_; ++level) {
      rank /= lanes;
      add_lanes(block_[first_[level] + rank / lanes], step_of(rank % lanes, false));
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
  static constexpr std::uint32_t lanes = 16;
  using Block = std::array<Lane, lanes>;
  using Steps = std::array<std::array<Block, lanes>, 2>;

  static constexpr Steps make_steps() {
    Steps steps{};
    for (std::size_t rank = 0; rank < lanes; ++rank) {
      steps[1][rank][rank] = 1;
      for (std::size_t lane = rank + 1; lane < lanes; ++lane) {
        steps[0][rank][lane] = steps[1][rank][lane] = 2;
      }
    }
    return steps;
  }
  static const Block& step_of(std::uint32_t lane, bool counts_equal) {
    static constexpr Steps steps = make_steps();
    return steps[counts_equal ? 1 : 0][lane];
  }
  static void add_lanes(Block& to, const Block& from) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      to[lane] = static_cast<Lane>(to[lane] + from[lane]);
    }
  }

  std::size_t levels_ = 0;
  std::array<std::size_t, 8> first_ = {};
  std::vector<Block> block_;
};

} // namespace vigil::forest
