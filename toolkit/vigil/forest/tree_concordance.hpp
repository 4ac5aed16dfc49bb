// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/rank_counter.hpp"
#include "vigil/forest/survival_rows.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace vigil::forest {

/// Pairs of some rows that Harrell's concordance compares, and how many of them ranks order rightly: whole numbers.
///
///   twice concordant = sum over pairs (i, j): 2 [rank_i > rank_j] + [rank_i = rank_j]
///   pairs            i with an event, T_j > T_i, or T_j = T_i and j censored, of one stratum; each row counts once
///
/// With competing risks i has the event of interest, and a row with another cause is compared with every i: it never has that
/// event, as if it were censored after everybody (Wolbers et al. 2014).
///
/// cost    one walk through the rows of each stratum in order of time, from the latest, with a RankCounter of those passed
/// source  Harrell et al. 1982 (vigil/measure/concordance); checked by tests/unit/forest/tree_concordance_test
class TreeConcordance {
public:
  /// all: must stay.
  explicit TreeConcordance(const SurvivalRows& all);

  /// rows: different rows of `all`, in any order.
  void take(std::span<const std::uint32_t> rows);
  [[nodiscard]] Index comparable() const noexcept { return comparable_; }
  /// rank: by place in the rows taken, all below `ranks`.
  [[nodiscard]] Index twice_concordant(std::span<const std::uint32_t> rank, Index ranks);

private:
  struct Lead {
    std::uint32_t place = 0;
    std::uint32_t first = 0,
                  later = 0; ///< rows that it is compared with: from here to there in order_
  };
  void take_moments();
  [[nodiscard]] std::uint32_t stratum(std::uint32_t row) const {
    return all_.stratum.empty() ? 0 : all_.stratum[row];
  }
  template <class Lane>
  Index count(RankCounter<Lane>& counter, std::span<const std::uint32_t> rank, Index ranks) const;

  const SurvivalRows& all_;
  std::vector<std::uint32_t> moment_; ///< by row, as of SurvivalRows, of the event of interest
  std::vector<std::uint32_t>
      latest_first_; ///< stratum after stratum; of equal times the censored ones first
  std::vector<std::uint32_t> place_; ///< by row, 1 + place in the rows taken; 0: not taken
  std::vector<std::uint32_t> order_; ///< places, in the order of latest_first_
  std::vector<Lead> leads_;          ///< in this order
  Index comparable_ = 0;
  RankCounter<std::uint16_t> few_;
  RankCounter<std::uint32_t> many_;
};

} // namespace vigil::forest
