// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/large_pages.hpp"
#include "vigil/forest/tree.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace vigil::forest {

/// What the leaves of one tree say, in whole numbers of 2^-30.
///
/// mortality  sum over all event times of the leaf's cumulative hazard: a tree's expected number of events of a cohort that
///            is all like the subject (Ishwaran et al. 2008); of a tree of values the leaf's value
/// survival   the leaf's Kaplan-Meier estimate at a time: product of 1 - D / Y
/// cost       the tree's jumps
///
/// Of one of competing causes: its own cumulative hazard; and for survival freedom from the cause, 1 - F, with S and F of
/// Aalen and Johansen in the leaf,
///
///   1 - F_cause(t) = S(t) + sum over the other causes of F_k(t),   F_k(t) = sum_{t_j <= t} S(t_j -) D_kj / Y_j
///
/// source  Ishwaran et al. 2014, Biostatistics 15:757; checked by tests/unit/forest/competing_forest_test,
///         tests/reference/competing_forest_test
class LeafVotes {
public:
  /// Of survival, at one of the times and after.
  struct Change {
    std::uint32_t time;
    std::int64_t by;
  };
  /// passed: event times up to each time that survival is wanted at, ascending; must stay. cause: of a tree whose leaves know
  /// several.
  void take(const Tree& tree, Index event_times, std::span<const Index> passed, Index cause = 1);

  static constexpr std::int64_t alive = std::int64_t{1} << 30; ///< survival of 1
  /// A whole number of 2^-30 as a real one.
  [[nodiscard]] static double real(std::int64_t vote);
  [[nodiscard]] std::int64_t mortality(Index leaf) const { return mortality_[at(leaf)]; }
  /// Survival at the last of the times.
  [[nodiscard]] std::int64_t last_survival(Index leaf) const;
  /// From 1 on, ascending in time. A leaf changes at few times.
  [[nodiscard]] std::span<const Change> changes(Index leaf) const {
    return std::span(changes_).subspan(start_[at(leaf)], start_[at(leaf + 1)] - start_[at(leaf)]);
  }

private:
  template <class Step>
  void take_steps(const Tree& tree, Index event_times, std::span<const Index> passed, Step step);

  std::vector<std::int64_t> mortality_;
  std::vector<Change> changes_;
  std::vector<std::size_t> start_; ///< by leaf, and the end
};

/// Mortalities that trees say of some subjects, added up in groups of trees: what is said without a group is known too.
/// checked by tests/unit/forest/error_curve_test
class MortalityVotes {
public:
  explicit MortalityVotes(Index subjects, Index groups = 1)
      : groups_(groups), sum_(at(subjects * groups), 0), trees_(at(subjects * groups), 0) {}

  void add(Index subject, Index group, std::int64_t mortality);
  /// Those of other trees.
  void add(const MortalityVotes& others);
  [[nodiscard]] Index bytes() const noexcept { return 8 * (size_of(sum_) + size_of(trees_)); }
  [[nodiscard]] Index subjects() const noexcept { return size_of(sum_) / groups_; }
  [[nodiscard]] Index groups() const noexcept { return groups_; }

  /// Of all groups but the one that is left out.
  [[nodiscard]] Index trees(Index subject, Index left_out = no_index) const;
  [[nodiscard]] std::int64_t sum(Index subject, Index left_out = no_index) const;
  /// Mean over these trees; NaN without one.
  [[nodiscard]] double mean(Index subject, Index left_out = no_index) const;

private:
  Index groups_;
  std::vector<std::int64_t> sum_; ///< subject by subject
  std::vector<Index> trees_;
};

/// What trees say of some subjects, added up: the same for any order of trees and threads.
/// cost  an addition for each change of a leaf; 8 bytes x subjects x times
/// checked by tests/unit/forest/survival_forest_test
class Votes {
public:
  Votes(Index subjects, Index times, Index groups = 1)
      : times_(at(times)), mortality_(subjects, groups), survival_(at(subjects * times)) {}

  void add(Index subject, const LeafVotes& tree, Index leaf, Index group = 0);
  /// Those of other trees.
  void add(const Votes& others);
  /// To be called once, when all have voted, before risk() and survival(): changes become sums of survival.
  void add_up();
  [[nodiscard]] Index bytes() const noexcept { return 8 * size_of(survival_) + mortality_.bytes(); }

  [[nodiscard]] Index trees(Index subject) const { return mortality_.trees(subject); }
  /// Means over the trees that voted; NaN without one.
  [[nodiscard]] double mortality(Index subject) const { return mortality_.mean(subject); }
  [[nodiscard]] double risk(Index subject, Index time) const;
  [[nodiscard]] const MortalityVotes& mortality() const noexcept { return mortality_; }
  /// Sum of the survival votes.
  [[nodiscard]] std::int64_t survival(Index subject, Index time) const {
    return survival_[at(subject) * times_ + at(time)];
  }

private:
  std::size_t times_;
  MortalityVotes mortality_;
  /// Subject by subject; changes until add_up().
  std::vector<std::int64_t, ZeroAllocator<std::int64_t>> survival_;
};

/// The mortality, and the risk, that so many trees say with this sum of votes; NaN without a tree.
[[nodiscard]] double voted_mortality(std::int64_t mortality, Index trees);
[[nodiscard]] double voted_risk(std::int64_t survival, Index trees);

/// Times in any order, in the ascending one that votes want.
struct VoteTimes {
  VoteTimes(std::span<const double> event_time, std::span<const double> times);

  std::vector<Index> order;  ///< numbers of the times, by time
  std::vector<Index> passed; ///< event times up to each of them, in that order
};

} // namespace vigil::forest
