// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/random.hpp"
#include "vigil/forest/level_order.hpp"
#include "vigil/forest/row_order.hpp"
#include "vigil/forest/sort_kernel.hpp"
#include "vigil/forest/survival_node.hpp"
#include "vigil/forest/variance_bound.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace vigil::forest {

/// A cut of one column: ranks from 1 to cut go to the left, higher ones to the right. Of a category: the first levels of an
/// order.
struct Split {
  Index feature = no_index;  ///< no_index: none
  std::uint16_t cut = 0;     ///< the highest rank of the node's rows on the left
  bool missing_left = false; ///< where missing values go
  std::uint16_t next = 0;    ///< Cut::next
  std::uint32_t order = 0;   ///< of a category's levels, in SplitScratch::orders
  double gain = 0.0;
};

/// Gains within this of each other are equal; then the smaller feature, then the smaller cut, then missing values to the
/// right (cli.md).
constexpr double equal_gains = 1e-12;

[[nodiscard]] constexpr bool is_better(const Split& split, const Split& best) {
  if (best.feature == no_index || split.gain > best.gain * (1.0 + equal_gains)) {
    return true;
  }
  if (split.gain < best.gain * (1.0 - equal_gains)) {
    return false;
  }
  if (split.feature != best.feature) {
    return split.feature < best.feature;
  }
  return split.cut != best.cut ? split.cut < best.cut : !split.missing_left && best.missing_left;
}

inline void keep_better(Split& best, const Split& split) {
  if (split.gain > 0.0 && is_better(split, best)) {
    best = split;
  }
}

/// One cut and the sums on its left.
struct Cut {
  std::uint16_t rank = 0;
  bool missing_left = false;
  std::uint16_t next =
      0; ///< the next rank of the node's rows, where the search knows it and all of them have values; or 0
  CutSums left = {};

  /// Whether both make the same two parts: a rank that no row has repeats a cut.
  [[nodiscard]] bool repeats(const Cut& other) const {
    return left.counts == other.left.counts && missing_left == other.missing_left;
  }
};

/// A column as a search sees it.
struct CutColumn {
  Index feature;
  std::span<const std::uint16_t> ranks; ///< of all rows
  Index highest;                        ///< rank
  Index levels =
      0; ///< of a category, whose ranks are numbers of levels until these are ordered; 0: numbers
  std::uint32_t order = 0; ///< of the levels, in SplitScratch::orders

  [[nodiscard]] bool is_category() const noexcept { return levels > 0; }
  [[nodiscard]] Split split_at(const Cut& cut, double gain) const {
    return {.feature = feature,
            .cut = cut.rank,
            .missing_left = cut.missing_left,
            .next = cut.next,
            .order = order,
            .gain = gain};
  }
};

/// The cut of a column whose bound of the gain is largest, and the next largest bound; rank 0: none.
struct LeadingCut {
  CutColumn column;
  Cut cut;
  double bound, next;
};

/// What a search works with, one per worker.
struct SplitScratch {
  std::vector<CutSums> cells = {}; ///< by rank, zero between searches
  KeyOrder keys = {};
  RowOrder order = {};
  VarianceBound variance = {};
  const SurvivalNode* bounded = nullptr; ///< the node that `variance` has looked at
  std::array<std::vector<double>, 2> on_left =
      {}; ///< what a rule keeps of cuts, by missing values on the left, then by rows there
  std::vector<Index> copies_left = {}; ///< by stratum, zero between searches
  std::vector<std::uint32_t> places_left = {};
  std::vector<double> weight_left = {};
  std::vector<double> expected = {};         ///< events, by place
  std::array<SurvivalNode, 3> other = {};    ///< the node with other copies or times weighed
  std::vector<std::uint32_t> ones = {};      ///< copies, by row
  std::vector<std::int64_t> score_left = {}; ///< by rows on the left
  std::vector<double> log_p = {};            ///< of the columns of a node so far
  std::vector<double> time =
      {}; ///< of the process of maximally_selected.hpp, by subjects on the left
  std::array<std::vector<double>, 2> times =
      {}; ///< of the cuts of a column, by missing values on the left
  struct Candidate {
    Cut cut;
    double bound = 0.0;
  };
  std::vector<Candidate> candidates = {};
  std::vector<LeadingCut> leaders = {}; ///< of the columns of a node so far
  double promised = 0.0;                ///< the largest of their bounds
  std::vector<LevelOrder> orders = {};  ///< of the categories of a node
  std::uint32_t orders_used = 0;
  std::vector<CutColumn> ordered = {}; ///< its columns, with categories in these orders
};

/// What a rule has kept of a cut of the column that is searched.
[[nodiscard]] inline double kept(const SplitScratch& scratch, const Cut& cut) {
  return scratch.on_left[cut.missing_left ? 1 : 0][at(cut.left.counts.subjects() - 1)];
}

/// A node whose columns are searched, one after another.
struct NodeSearch {
  const SurvivalNode& node;
  const LeafLimits& limits;
  RandomKey key; ///< of the node's cuts; what a rule draws for a column is at child(feature)
  SplitScratch& scratch;
};

/// U^2 / V of a cut; `otherwise` where V is 0. cost: one pass over the rows of the node.
[[nodiscard]] inline double
exact_gain(const NodeSearch& search, const CutColumn& column, const Cut& cut, double otherwise) {
  const double numerator = search.node.numerator(cut.left.score);
  const double variance = search.node.exact_variance(
      column.ranks, cut.rank, cut.missing_left, search.scratch.weight_left);
  return variance > 0.0 ? numerator * numerator / variance : otherwise;
}

/// Which cuts a search may make: sums on their left must reach `least` and not pass `most`.
struct CutRange {
  SideCounts least, most;
  CutSums start; ///< on the left before the first rank
  bool missing_left;
};

/// visit(cut) for the cuts of a range, ascending, given the sums of each step (a rank, or a row) in the order of the ranks.
/// Counts only grow, so that the limits say where to begin and where to end. step(i): sums; rank(i): of step i;
/// closed(i): whether step i + 1 has another rank.
template <class Step, class Rank, class Closed, class Visit>
void visit_range(const CutRange& range,
                 std::size_t first,
                 std::size_t end,
                 const Step& step,
                 const Rank& rank,
                 const Closed& closed,
                 const Visit& visit) {
  std::int64_t score = range.start.score;
  SideCounts counts = range.start.counts;
  std::size_t next = first;
  const auto take = [&] {
    const CutSums& sums = step(next++);
    score += sums.score;
    counts.add(sums.counts);
  };
  while (next < end && !counts.reaches(range.least)) {
    take();
  }
  while (next < end && range.most.reaches(counts)) {
    if (closed(next - 1)) {
      visit(Cut{.rank = rank(next - 1),
                .missing_left = range.missing_left,
                .left = {.score = score, .counts = counts}});
    }
    take();
  }
}

/// The ranges of a column: with missing values on the right, and where there are some also with these on the left. Rows
/// whose value is there have to be on both sides.
template <class Visit>
void for_each_range(SideCounts all,
                    const CutSums& missing,
                    const LeafLimits& limits,
                    const Visit& visit) {
  const Index absent = missing.counts.subjects(), there = std::max(limits.subjects, absent + 1);
  const Index right_events = all.events() - limits.events, right_copies = all.copies() - 1;
  if (all.subjects() - absent < 2) {
    return;
  }
  visit(CutRange{
      .least = {limits.subjects, 1, limits.events},
      .most = {all.subjects() - (absent > 0 ? there : limits.subjects), right_copies, right_events},
      .start = {},
      .missing_left = false});
  if (absent > 0) {
    visit(CutRange{.least = {there, 1, limits.events},
                   .most = {all.subjects() - limits.subjects, right_copies, right_events},
                   .start = missing,
                   .missing_left = true});
  }
}

/// Whether a node has no cut at all within the limits.
[[nodiscard]] inline bool too_small(const SurvivalNode& node, const LeafLimits& limits) {
  const SideCounts all = node.counts();
  return all.subjects() < 2 * limits.subjects || all.events() < 2 * limits.events;
}

/// visit(cut) as for_each_cut, over rows in order. cost: a few operations per row.
template <class Visit>
void for_each_ordered_cut(const NodeSearch& search, const RowOrder& order, const Visit& visit) {
  if (too_small(search.node, search.limits)) {
    return;
  }
  const CutSums* sums = search.node.sums().data();
  const std::uint32_t* places = order.missing_left().data();
  const std::uint16_t* ranks = order.ranks().data();
  CutSums missing;
  for (Index place = 0; place < order.missing(); ++place) {
    missing.add(sums[places[place]]);
  }
  for_each_range(search.node.counts(), missing, search.limits, [&](const CutRange& range) {
    visit_range(
        range,
        at(order.missing()),
        search.node.rows().size(),
        [&](std::size_t place) -> const CutSums& { return sums[places[place]]; },
        [&](std::size_t place) { return ranks[place]; },
        [&](std::size_t place) { return ranks[place] != ranks[place + 1]; },
        visit);
  });
}

/// visit(cut) for every cut of a column with at least the limits on either side, ascending; where the node has missing
/// values, with these on the right and then on the left. A cut may come again with a higher rank that no row has.
///
/// Rows that are many beside the ranks are dropped into cells, one per rank; fewer are sorted.
/// cost: a few operations per row of the node.
template <class Visit>
void for_each_cut(const NodeSearch& search, const CutColumn& column, const Visit& visit) {
  const SurvivalNode& node = search.node;
  SplitScratch& scratch = search.scratch;
  if (too_small(node, search.limits)) {
    return;
  }
  const auto rows = node.rows();
  const CutSums* sums = node.sums().data();
  const std::uint16_t* ranks = column.ranks.data();
  const auto highest = static_cast<std::size_t>(column.highest);
  if (many_beside_ranks(rows.size(), highest)) {
    CutSums* cells = scratch.cells.data();
    for (std::size_t place = 0; place < rows.size(); ++place) {
      cells[ranks[rows[place]]].add(sums[place]);
    }
    for_each_range(node.counts(), cells[0], search.limits, [&](const CutRange& range) {
      visit_range(
          range,
          1,
          highest + 1,
          [&](std::size_t rank) -> const CutSums& { return cells[rank]; },
          [](std::size_t rank) { return static_cast<std::uint16_t>(rank); },
          [](std::size_t) { return true; },
          visit);
    });
    std::fill_n(cells, highest + 1, CutSums{});
    return;
  }
  const auto keys = scratch.keys.order(rows, column.ranks, highest);
  CutSums missing;
  std::size_t first = 0;
  for (; first < rows.size() && keys[first] >> 16 == 0; ++first) {
    missing.add(sums[keys[first] & 0xFFFFU]);
  }
  for_each_range(node.counts(), missing, search.limits, [&](const CutRange& range) {
    visit_range(
        range,
        first,
        rows.size(),
        [&](std::size_t place) -> const CutSums& { return sums[keys[place] & 0xFFFFU]; },
        [&](std::size_t place) { return static_cast<std::uint16_t>(keys[place] >> 16); },
        [&](std::size_t place) { return (keys[place] ^ keys[place + 1]) >> 16 != 0; },
        visit);
  });
}

/// Orders a column's rows.
inline void order_rows(const NodeSearch& search, const CutColumn& column) {
  search.scratch.order.sort(search.node.rows(), column.ranks, column.highest);
}

/// Keeps what fill(places, values by rows on the left) makes of the ordered rows, for both ways of the missing values:
/// kept(scratch, cut).
template <class Fill>
void keep_ordered(SplitScratch& scratch, const Fill& fill) {
  fill(scratch.order.missing_right(), scratch.on_left[0]);
  if (scratch.order.missing() > 0) {
    fill(scratch.order.missing_left(), scratch.on_left[1]);
  }
}

/// Both.
template <class Fill>
void keep_on_left(const NodeSearch& search, const CutColumn& column, const Fill& fill) {
  order_rows(search, column);
  keep_ordered(search.scratch, fill);
}

/// use(for_each, gain): for_each(visit) visits the cuts of a column as for_each_cut, gain(cut) is U^2 / V_perm of one, 0
/// where V_perm is 0. A node in strata has its rows in order and 1 / V_perm kept for all cuts; others know V_perm by the
/// copies on the left.
/// checked by tests/unit/forest/split_definition_test
template <class Use>
decltype(auto)
with_permutation_gain(const NodeSearch& search, const CutColumn& column, const Use& use) {
  const SurvivalNode& node = search.node;
  if (node.stratified().empty()) {
    return use([&](const auto& visit) { for_each_cut(search, column, visit); },
               [&](const Cut& cut) {
                 return node.permutation_gain(cut.left.score, cut.left.counts.copies());
               });
  }
  SplitScratch& scratch = search.scratch;
  keep_on_left(search, column, [&](std::span<const std::uint32_t> places, auto& inverse) {
    node.stratified().scan(places, scratch.copies_left, inverse);
  });
  return use([&](const auto& visit) { for_each_ordered_cut(search, scratch.order, visit); },
             [&](const Cut& cut) {
               const double numerator = node.numerator(cut.left.score);
               return numerator * numerator * kept(scratch, cut);
             });
}

} // namespace vigil::forest
