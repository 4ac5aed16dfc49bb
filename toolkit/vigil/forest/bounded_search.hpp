// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/split_search.hpp"

#include <algorithm>

namespace vigil::forest {

/// The cut of a column with the largest bound above `least`, the first of equals, and the next largest bound. for_each(visit)
/// must visit the same cuts each time. bound(cut, enough): what is not above `enough` may be anything that is not.
template <class ForEach, class Bound>
[[nodiscard]] LeadingCut
find_leader(const CutColumn& column, double least, const ForEach& for_each, const Bound& bound_of) {
  double largest = least, next = least; // next <= largest: one comparison for most cuts
  Cut leader;
  for_each([&](const Cut& cut) {
    const double bound = bound_of(cut, next);
    if (!(bound > next)) {
      return;
    }
    if (bound > largest) {
      next = largest;
      largest = bound;
      leader = cut;
    } else if (!cut.repeats(leader)) {
      next = bound;
    }
  });
  return {.column = column, .cut = leader, .bound = largest, .next = next};
}

/// Makes `best` the best of itself and of the leader; returns whether another cut of its column may be better still.
template <class Value>
[[nodiscard]] bool try_leader(const LeadingCut& leader, Split& best, const Value& value) {
  if (leader.cut.rank == 0 || !(leader.bound > best.gain * (1.0 - equal_gains))) {
    return false;
  }
  keep_better(best, leader.column.split_at(leader.cut, value(leader.cut, leader.bound)));
  return leader.next > best.gain * (1.0 - equal_gains);
}

/// Makes `best` the best of itself and of all cuts of a column, asking for the gains of few: the bound of a cut, as find_leader
/// asks for it, must not be less than value(cut, bound), so that a cut changes nothing unless its bound beats the best so far. The largest bounds come first.
template <class ForEach, class Bound, class Value>
void try_all(const CutColumn& column,
             SplitScratch& scratch,
             Split& best,
             const ForEach& for_each,
             const Bound& bound_of,
             const Value& value) {
  const double least = best.gain * (1.0 - equal_gains);
  auto& candidates = scratch.candidates;
  candidates.clear();
  for_each([&](const Cut& cut) {
    const double bound = bound_of(cut, least);
    if (bound > least && (candidates.empty() || !cut.repeats(candidates.back().cut))) {
      candidates.push_back({cut, bound});
    }
  });
  std::sort(candidates.begin(), candidates.end(), [](const auto& left, const auto& right) {
    return left.bound != right.bound         ? left.bound > right.bound
           : left.cut.rank != right.cut.rank ? left.cut.rank < right.cut.rank
                                             : left.cut.missing_left < right.cut.missing_left;
  });
  for (const auto& [cut, bound] : candidates) {
    if (!(bound > best.gain * (1.0 - equal_gains))) {
      return;
    }
    keep_better(best, column.split_at(cut, value(cut, bound)));
  }
}

/// Orders a column's rows and bounds V from below for all its cuts: kept(scratch, cut). Where rows enter late there is no
/// bound but 0. cost: some ten nanoseconds per row.
void bound_variances(const NodeSearch& search, const CutColumn& column);

/// square / lower, where that is above `enough`: few divisions.
[[nodiscard]] inline double bound_above(double enough, double square, double lower) {
  constexpr double rounding = 1.0 + 0x1p-50; // of the product and of the quotient
  return square * rounding > enough * lower ? square / lower : 0.0;
}

} // namespace vigil::forest
