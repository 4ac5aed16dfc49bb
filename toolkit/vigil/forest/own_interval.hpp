// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/survival_forest.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace vigil::forest {

/// The interval of a forest's own average: where the forest that other subjects of the same population, and other random
/// numbers, would give on average predicts the risk. It is no interval of the risk itself: the average has a bias.
struct OwnInterval {
  RiskTable se, lower, upper; ///< NaN where undefined
  std::vector<std::uint8_t>
      floored; ///< by cell of the tables: 1 where V below came out negative and 0 is taken
  std::string undefined_because = {};
};

/// By the bag of little bootstraps over half samples (ForestOptions::trees_per_half_sample). With f_gt the risk that tree t
/// of half sample g says, G half samples of L trees, m_g their means and m the mean of these,
///
///   B   = sum_g (m_g - m)^2 / (G - 1)
///   W   = sum_g sum_t (f_gt - m_g)^2 / (G (L - 1))
///   V   = B - W / L        variance over half samples, without what finite L adds; below 0: 0
///   se  = sqrt(V + B / G)  B / G: Monte-Carlo variance of the average
///
/// interval  risk -/+ t_nu quantile x se, cut at 0 and 1; the risk is that of predict(). nu: what is known of se (Satterthwaite),
///           se^4 / {(1 + 1/G)^2 B^2 / (G - 1) + (W / L)^2 / (G (L - 1))}, 1 at least
/// undefined without a half sample of two trees, or with one half sample alone; beyond the last time under observation.
///           A half sample of which some trees are missing is left out of B and W
/// cost      as predict(); sums are whole numbers of 128 bits
/// source    Sexton, Laake 2009; Wager, Hastie, Efron 2014; Athey, Tibshirani, Wager 2019, Ann. Stat. 47:1148, section 4
///           (half samples, the difference V); Satterthwaite 1946; checked by tests/unit/forest/own_interval_test
[[nodiscard]] OwnInterval own_interval(const SurvivalForest& forest,
                                       const Covariates& covariates,
                                       std::span<const double> horizons,
                                       double level,
                                       FitContext& context);

/// The spread of numbers, in groups of the same size, as above.
class GroupSpread {
public:
  __extension__ using Wide = __int128;
  /// each: numbers of a group, at least 2.
  explicit GroupSpread(Index each) : each_(each) {}
  void add(std::int64_t value) {
    group_ += value;
    squares_ += Wide{value} * value;
  }
  /// The group is complete.
  void close_group() {
    ++groups_;
    sum_ += group_;
    group_squares_ += Wide{group_} * group_;
    group_ = 0;
  }

  [[nodiscard]] Index groups() const noexcept { return groups_; }
  /// B; at least 2 groups.
  [[nodiscard]] double between() const;
  /// W.
  [[nodiscard]] double within() const;

private:
  Index each_, groups_ = 0;
  std::int64_t group_ = 0, sum_ = 0;
  Wide squares_ = 0, group_squares_ = 0;
};

} // namespace vigil::forest
