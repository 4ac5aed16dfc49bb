// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/bounded_search.hpp"
#include "vigil/forest/ordered_leader.hpp"
#include "vigil/forest/rule_searches.hpp"

#include <algorithm>
#include <tuple>

namespace vigil::forest {

namespace {

constexpr double kept_share = 0.5;

LeadingCut lead_guarded(const NodeSearch& search, const CutColumn& column, double least) {
  if (const auto leader = find_ordered_leader(search, column, least)) {
    return *leader;
  }
  return with_permutation_gain(search, column, [&](const auto& for_each, const auto& gain) {
    return find_leader(column, least, for_each, [&](const Cut& cut, double) { return gain(cut); });
  });
}

// Near the leader there are many cuts whose permutation bound is a little too good: in large nodes a bound of V for all of
// them costs less than V of each.
void follow_guarded(const NodeSearch& search, const LeadingCut& leader, Split& best) {
  constexpr std::size_t few = 64; // rows
  const CutColumn& column = leader.column;
  const auto value = [&](const Cut& cut, double bound) {
    return std::min(bound, exact_gain(search, column, cut, bound));
  };
  if (!try_leader(leader, best, value)) {
    return;
  }
  if (search.node.rows().size() <= few || search.node.has_ranges()) {
    with_permutation_gain(search, column, [&](const auto& for_each, const auto& gain) {
      const auto bound_of = [&](const Cut& cut, double) { return gain(cut); };
      try_all(column, search.scratch, best, for_each, bound_of, value);
    });
    return;
  }
  bound_variances(search, column);
  try_all(
      column,
      search.scratch,
      best,
      [&](const auto& visit) { for_each_ordered_cut(search, search.scratch.order, visit); },
      [&](const Cut& cut, double enough) {
        const double bound = search.node.permutation_gain(cut.left.score, cut.left.counts.copies());
        const double numerator = search.node.numerator(cut.left.score);
        const double lower = kept(search.scratch, cut);
        return lower > 0.0 ? std::min(bound, bound_above(enough, numerator * numerator, lower))
                           : bound;
      },
      value);
}

} // namespace

void search_permutation(const NodeSearch& search, const CutColumn& column, Split& best) {
  if (const auto leader = find_ordered_leader(search, column, best.gain * (1.0 - equal_gains))) {
    if (leader->cut.rank == 0) {
      return;
    }
    if (leader->next < leader->bound * (1.0 - 2.0 * equal_gains)) { // no other cut equals it
      keep_better(best, column.split_at(leader->cut, leader->bound));
      return;
    }
  }
  with_permutation_gain(search, column, [&](const auto& for_each, const auto& gain_of) {
    double least = best.gain * (1.0 - equal_gains);
    for_each([&](const Cut& cut) {
      const double gain = gain_of(cut);
      if (gain > least) {
        keep_better(best, column.split_at(cut, gain));
        least = best.gain * (1.0 - equal_gains);
      }
    });
  });
}

// U^2 / V_perm bounds the guarded value from above.
void search_guarded(const NodeSearch& search, const CutColumn& column, Split& best) {
  follow_guarded(search, lead_guarded(search, column, best.gain * (1.0 - equal_gains)), best);
}

void prepare_leaders(const NodeSearch& search) {
  search.scratch.leaders.clear();
  search.scratch.promised = 0.0;
}

// Of a column that promises less than half of what another does nothing is kept: the best gain is hardly ever so far below its
// bound.
void collect_leader(const NodeSearch& search, const CutColumn& column, Split&) {
  double& promised = search.scratch.promised;
  const LeadingCut leader = lead_guarded(search, column, kept_share * promised);
  if (leader.cut.rank != 0) {
    search.scratch.leaders.push_back(leader);
    promised = std::max(promised, leader.bound);
  }
}

// The column that promises most comes first: it mostly wins, and then no other gain is computed.
void follow_leaders(const NodeSearch& search, std::span<const CutColumn> columns, Split& best) {
  auto& leaders = search.scratch.leaders;
  const auto rank = [](const LeadingCut& leader) { // a stable sort would ask for memory
    return std::tuple(-leader.bound, leader.column.feature, leader.column.order);
  };
  std::ranges::sort(leaders, {}, rank);
  for (const LeadingCut& leader : leaders) {
    follow_guarded(search, leader, best);
  }
  if (best.gain * (1.0 - equal_gains) < kept_share * search.scratch.promised) {
    for (const CutColumn& column : columns) {
      search_guarded(search, column, best);
    }
  }
}

} // namespace vigil::forest
