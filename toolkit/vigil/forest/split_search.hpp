// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/survival_node.hpp"

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

namespace vigil::forest {

/// A cut of one column: ranks from 1 to cut go to the left, higher ones to the right.
struct Split {
  Index feature = no_index;  ///< no_index: none
  std::uint16_t cut = 0;     ///< the highest rank of the node's rows on the left
  std::uint16_t next = 0;    ///< the lowest on the right
  bool missing_left = false; ///< where missing values go
  bool missing = false;      ///< the node has some
  double gain = 0.0;
};

/// Gains within this of each other are equal; then the smaller feature, then the smaller cut, then missing values to the
/// right (cli.md).
constexpr double equal_gains = 1e-12;

[[nodiscard]] constexpr bool is_better(const Split& split, const Split& best) {
  if (best.feature == no_index || split.gain > best.gain * (1.0 + equal_gains)) {
    return true;
  }
  if (split.gain < best.gain * (1.0 - equal_gains)) {
    return false;
  }
  if (split.feature != best.feature) {
    return split.feature < best.feature;
  }
  return split.cut != best.cut ? split.cut < best.cut : !split.missing_left && best.missing_left;
}

/// Sums by rank, and which ranks are there: rows are dropped into cells, and the cells are met in the order of the ranks
/// without sorting. Two levels of bits: a level of 64 cells, one of 4,096.
class RankCells {
public:
  /// highest: rank.
  void reserve(Index highest) {
    if (size_of(cells_) <= highest) {
      cells_.resize(at(highest + 1));
      words_.resize(at(highest / 64 + 1));
      groups_.resize(at(highest / 4096 + 1));
    }
  }
  void add(std::uint16_t rank, const CutSums& sums) {
    cells_[rank].add(sums);
    words_[rank / 64U] |= std::uint64_t{1} << (rank % 64U);
    groups_[rank / 4096U] |= std::uint64_t{1} << (rank / 64U % 64U);
  }
  /// visit(rank, sums) in ascending order of the ranks that are there; all is empty afterwards.
  template <class Visit>
  void empty_in_order(const Visit& visit) {
    for (std::size_t group = 0; group < groups_.size(); ++group) {
      for (std::uint64_t words = groups_[group]; words != 0; words &= words - 1) {
        const auto word = 64 * group + static_cast<std::size_t>(std::countr_zero(words));
        for (std::uint64_t bits = words_[word]; bits != 0; bits &= bits - 1) {
          const auto rank = 64 * word + static_cast<std::size_t>(std::countr_zero(bits));
          const CutSums sums = cells_[rank];
          cells_[rank] = {};
          visit(static_cast<std::uint16_t>(rank), sums);
        }
        words_[word] = 0;
      }
      groups_[group] = 0;
    }
  }

private:
  std::vector<CutSums> cells_;
  std::vector<std::uint64_t> words_, groups_;
};

/// Sums on the left of one cut.
struct Cut {
  std::uint16_t cut = 0, next = 0;
  bool missing_left = false, missing = false;
  CutSums left = {};
};

/// What a search works with, one per worker.
struct SplitScratch {
  RankCells cells;
  struct Candidate {
    Cut cut;
    double bound = 0.0;
  };
  std::vector<Candidate> candidates;
};

/// visit(cut) for every cut of a column, ascending, with at least the limits on either side; where values are missing,
/// with these on the right and then on the left.
/// ranks: of all rows. cost: a few operations per row of the node.
template <class Visit>
void for_each_cut(const SurvivalNode& node,
                  std::span<const std::uint16_t> ranks,
                  const LeafLimits& limits,
                  RankCells& cells,
                  const Visit& visit) {
  const auto rows = node.rows();
  const auto sums = node.sums();
  for (std::size_t place = 0; place < rows.size(); ++place) {
    cells.add(ranks[rows[place]], sums[place]);
  }
  const SideCounts all = node.counts();
  if (all.subjects() < 2 * limits.subjects || all.events() < 2 * limits.events) {
    cells.empty_in_order([](std::uint16_t, const CutSums&) {});
    return;
  }
  const SideCounts least(limits.subjects, 1, limits.events);
  const SideCounts most(
      all.subjects() - limits.subjects, all.copies() - 1, all.events() - limits.events);
  CutSums left, missing;
  bool some_missing = false;
  std::uint16_t last = 0; // rank on the left; 0: none yet
  cells.empty_in_order([&](std::uint16_t rank, const CutSums& here) {
    if (rank == 0) {
      missing = here;
      some_missing = true;
      return;
    }
    if (last != 0) {
      if (left.counts.within(least, most)) {
        visit(Cut{.cut = last,
                  .next = rank,
                  .missing_left = false,
                  .missing = some_missing,
                  .left = left});
      }
      if (some_missing) {
        CutSums with = left;
        with.add(missing);
        if (with.counts.within(least, most)) {
          visit(
              Cut{.cut = last, .next = rank, .missing_left = true, .missing = true, .left = with});
        }
      }
    }
    left.add(here);
    last = rank;
  });
}

} // namespace vigil::forest
