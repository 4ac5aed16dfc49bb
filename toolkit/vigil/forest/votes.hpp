// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/tree.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace vigil::forest {

/// What trees say of some subjects, added up in whole numbers of 2^-30: the same for any order of trees and threads.
///
/// mortality  of a leaf: sum over all event times of the leaf's cumulative hazard, a tree's expected number of events of a
///            cohort that is all like the subject (Ishwaran et al. 2008)
/// survival   of a leaf at a time: its Kaplan-Meier estimate, product of 1 - D / Y
/// cost       for a tree its jumps and leaves x times; for a subject and tree `times` additions
/// checked by tests/unit/forest/survival_forest_test
class Votes {
public:
  /// passed: event times up to each time that survival is wanted at, ascending.
  Votes(Index subjects, Index event_times, std::span<const Index> passed);

  /// Takes what a tree's leaves say.
  void begin(const Tree& tree);
  /// Of the tree that was begun last.
  void add(Index subject, Index leaf);
  void add(const Votes& other);

  [[nodiscard]] Index trees(Index subject) const { return trees_[at(subject)]; }
  /// Means over the trees that voted; NaN without one.
  [[nodiscard]] double mortality(Index subject) const;
  [[nodiscard]] double risk(Index subject, Index time) const;

private:
  Index event_times_;
  std::vector<Index> passed_;
  std::vector<std::int64_t> mortality_, survival_; ///< survival: subject by subject
  std::vector<Index> trees_;
  std::vector<std::int64_t> leaf_mortality_, leaf_survival_;
};

} // namespace vigil::forest
