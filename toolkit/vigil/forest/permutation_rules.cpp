// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/bounded_search.hpp"
#include "vigil/forest/rule_searches.hpp"

#include <algorithm>

namespace vigil::forest {

namespace {

double permutation_gain(const SurvivalNode& node, const Cut& cut) {
  return node.permutation_gain(cut.left.score, cut.left.counts.copies());
}

} // namespace

void search_permutation(const NodeSearch& search, const CutColumn& column, Split& best) {
  for_each_cut(search, column, [&](const Cut& cut) {
    const double gain = permutation_gain(search.node, cut);
    if (gain > best.gain * (1.0 - equal_gains)) {
      keep_better(best, column.split_at(cut, gain));
    }
  });
}

// U^2 / V_perm bounds the guarded value from above.
void search_guarded(const NodeSearch& search, const CutColumn& column, Split& best) {
  search_by_bound(
      column,
      search.scratch,
      best,
      [&](const auto& visit) { for_each_cut(search, column, visit); },
      [&](const Cut& cut) { return permutation_gain(search.node, cut); },
      [&](const Cut& cut, double bound) {
        return std::min(bound, exact_gain(search, column, cut, bound));
      });
}

} // namespace vigil::forest
