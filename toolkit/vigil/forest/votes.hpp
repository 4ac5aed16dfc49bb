// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/tree.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace vigil::forest {

/// What the leaves of one tree say, in whole numbers of 2^-30.
///
/// mortality  sum over all event times of the leaf's cumulative hazard: a tree's expected number of events of a cohort that
///            is all like the subject (Ishwaran et al. 2008)
/// survival   the leaf's Kaplan-Meier estimate at a time: product of 1 - D / Y
/// cost       the tree's jumps and leaves x times
class LeafVotes {
public:
  /// passed: event times up to each time that survival is wanted at, ascending; must stay.
  void take(const Tree& tree, Index event_times, std::span<const Index> passed);

  /// A whole number of 2^-30 as a real one.
  [[nodiscard]] static double real(std::int64_t vote);
  [[nodiscard]] std::int64_t mortality(Index leaf) const { return mortality_[at(leaf)]; }
  /// At each of the times.
  [[nodiscard]] std::span<const std::int64_t> survival(Index leaf) const {
    return std::span(survival_).subspan(at(leaf) * times_, times_);
  }

private:
  std::size_t times_ = 0;
  std::vector<std::int64_t> mortality_, survival_;
};

/// What trees say of some subjects, added up: the same for any order of trees and threads.
/// cost  times additions for a subject and tree; 8 bytes x subjects x times
/// checked by tests/unit/forest/survival_forest_test
class Votes {
public:
  Votes(Index subjects, Index times)
      : times_(at(times)), mortality_(at(subjects), 0), survival_(at(subjects * times), 0),
        trees_(at(subjects), 0) {}

  void add(Index subject, const LeafVotes& tree, Index leaf);
  /// Those of other trees.
  void add(const Votes& others);
  [[nodiscard]] Index bytes() const noexcept {
    return 8 * (size_of(survival_) + 2 * size_of(trees_));
  }

  [[nodiscard]] Index trees(Index subject) const { return trees_[at(subject)]; }
  /// Means over the trees that voted; NaN without one.
  [[nodiscard]] double mortality(Index subject) const;
  [[nodiscard]] double risk(Index subject, Index time) const;

private:
  std::size_t times_;
  std::vector<std::int64_t> mortality_, survival_; ///< survival: subject by subject
  std::vector<Index> trees_;
};

} // namespace vigil::forest
