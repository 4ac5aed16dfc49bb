// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/bounded_search.hpp"
#include "vigil/forest/rule_searches.hpp"

#include <limits>

namespace vigil::forest {

void prepare_log_rank(const NodeSearch& search) {
  search.scratch.variance.look_at(search.node);
}

// The variance is bounded for all cuts at once and computed for those alone that could win.
void search_log_rank(const NodeSearch& search, const CutColumn& column, Split& best) {
  const SurvivalNode& node = search.node;
  SplitScratch& scratch = search.scratch;
  if (too_small(node, search.limits)) {
    return;
  }
  RowOrder& order = scratch.order;
  order.sort(node.rows(), column.ranks, column.highest);
  scratch.variance.scan(order.missing_right(), scratch.lower[0]);
  if (order.missing() > 0) {
    scratch.variance.scan(order.missing_left(), scratch.lower[1]);
  }
  search_by_bound(
      column,
      scratch,
      best,
      [&](const auto& visit) { for_each_ordered_cut(search, order, visit); },
      [&](const Cut& cut) {
        const double numerator = node.numerator(cut.left.score);
        const double lower =
            scratch.lower[cut.missing_left ? 1 : 0][at(cut.left.counts.subjects() - 1)];
        return lower > 0.0           ? numerator * numerator / lower
               : cut.left.score != 0 ? std::numeric_limits<double>::infinity()
                                     : 0.0;
      },
      [&](const Cut& cut, double) { return exact_gain(search, column, cut, 0.0); });
}

} // namespace vigil::forest
