// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/split_search.hpp"

#include <algorithm>

namespace vigil::forest {

/// Makes `best` the best of itself and of all cuts, asking for the gains of few: bound(cut) must not be less than
/// value(cut, bound(cut)), so that a cut changes nothing unless its bound beats the best so far. The cut of the largest
/// bound comes first, and mostly ends it; only otherwise are the others listed. for_each(visit) must visit the same cuts
/// each time.
template <class ForEach, class Bound, class Value>
void search_by_bound(const CutColumn& column,
                     SplitScratch& scratch,
                     Split& best,
                     const ForEach& for_each,
                     const Bound& bound_of,
                     const Value& value) {
  Cut first;
  double largest = best.gain * (1.0 - equal_gains), second = largest;
  for_each([&](const Cut& cut) {
    const double bound = bound_of(cut);
    if (bound > largest) {
      second = largest;
      largest = bound;
      first = cut;
    } else if (bound > second && !cut.repeats(first)) {
      second = bound;
    }
  });
  if (first.rank == 0) {
    return;
  }
  keep_better(best, column.split_at(first, value(first, largest)));
  const double least = best.gain * (1.0 - equal_gains);
  if (!(second > least)) {
    return;
  }
  auto& candidates = scratch.candidates;
  candidates.clear();
  for_each([&](const Cut& cut) {
    const double bound = bound_of(cut);
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

} // namespace vigil::forest
