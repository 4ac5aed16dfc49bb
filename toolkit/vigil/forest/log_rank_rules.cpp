// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/bounded_search.hpp"
#include "vigil/forest/rule_searches.hpp"

#include <algorithm>
#include <limits>

namespace vigil::forest {

namespace {

/// Looks at the node unless that is done.
VarianceBound& bound_of_node(const NodeSearch& search) {
  SplitScratch& scratch = search.scratch;
  if (scratch.bounded != &search.node) {
    scratch.variance.look_at(search.node);
    scratch.bounded = &search.node;
  }
  return scratch.variance;
}

/// Of the rows in scratch.order.
void bound_ordered(const NodeSearch& search) {
  keep_ordered(search.scratch, [&](std::span<const std::uint32_t> places, auto& lower) {
    if (search.node.has_ranges()) {
      lower.assign(places.size(), 0.0);
    } else {
      bound_of_node(search).scan(places, lower);
    }
  });
}

/// Of the rows in scratch.order; most columns of a large node have none, where to see that costs half of what bounds do.
bool may_have_better(const NodeSearch& search, double least) {
  constexpr std::size_t many = 48; // rows
  const RowOrder& order = search.scratch.order;
  if (search.node.has_ranges() || search.node.rows().size() < many) {
    return true;
  }
  VarianceBound& bound = bound_of_node(search);
  const auto fewest = static_cast<std::size_t>(std::max<Index>(search.limits.subjects, 1));
  return bound.any_above(least, order.missing_right(), fewest) ||
         (order.missing() > 0 && bound.any_above(least, order.missing_left(), fewest));
}

} // namespace

void bound_variances(const NodeSearch& search, const CutColumn& column) {
  order_rows(search, column);
  bound_ordered(search);
}

// The variance is bounded for all cuts at once and computed for those alone that could win.
void search_log_rank(const NodeSearch& search, const CutColumn& column, Split& best) {
  const SurvivalNode& node = search.node;
  if (too_small(node, search.limits)) {
    return;
  }
  const double least = best.gain * (1.0 - equal_gains);
  order_rows(search, column);
  if (!may_have_better(search, least)) {
    return;
  }
  bound_ordered(search);
  const auto for_each = [&](const auto& visit) {
    for_each_ordered_cut(search, search.scratch.order, visit);
  };
  const auto bound_of = [&](const Cut& cut, double enough) {
    const double numerator = node.numerator(cut.left.score), lower = kept(search.scratch, cut);
    return lower > 0.0           ? bound_above(enough, numerator * numerator, lower)
           : cut.left.score != 0 ? std::numeric_limits<double>::infinity()
                                 : 0.0;
  };
  const auto value = [&](const Cut& cut, double) { return exact_gain(search, column, cut, 0.0); };
  if (try_leader(find_leader(column, least, for_each, bound_of), best, value)) {
    try_all(column, search.scratch, best, for_each, bound_of, value);
  }
}

// u H = u event - u M.
void prepare_peto(const NodeSearch& search) {
  const SurvivalNode& node = search.node;
  auto& expected = search.scratch.expected;
  if (!node.expected().empty()) {
    expected.assign(node.expected().begin(), node.expected().end());
    return;
  }
  expected.clear();
  for (std::size_t place = 0; place < node.rows().size(); ++place) {
    const CutSums& sums = node.sums()[place];
    expected.push_back(static_cast<double>(sums.counts.events()) * node.weights()[place] -
                       node.numerator(sums.score));
  }
}

void search_peto(const NodeSearch& search, const CutColumn& column, Split& best) {
  SplitScratch& scratch = search.scratch;
  if (too_small(search.node, search.limits)) {
    return;
  }
  keep_on_left(search, column, [&](std::span<const std::uint32_t> places, auto& on_left) {
    on_left.clear();
    double sum = 0.0;
    for (const std::uint32_t place : places) {
      sum += scratch.expected[place];
      on_left.push_back(sum);
    }
  });
  for_each_ordered_cut(search, scratch.order, [&](const Cut& cut) {
    const double numerator = search.node.numerator(cut.left.score);
    const double left = kept(scratch, cut);
    const double right = scratch.on_left[cut.missing_left ? 1 : 0].back() - left;
    if (left > 0.0 && right > 0.0) {
      keep_better(best, column.split_at(cut, numerator * numerator * (1.0 / left + 1.0 / right)));
    }
  });
}

namespace {

// One rank between the smallest and the largest of the node, which stays on the right; a coin for missing values. Rank 0: no
// cut within the limits.
Cut random_cut(const NodeSearch& search, const CutColumn& column) {
  const SurvivalNode& node = search.node;
  if (too_small(node, search.limits)) {
    return {};
  }
  std::uint16_t smallest = std::numeric_limits<std::uint16_t>::max(), largest = 0;
  for (const std::uint32_t row : node.rows()) {
    const std::uint16_t rank = column.ranks[row];
    smallest = rank != 0 ? std::min(smallest, rank) : smallest;
    largest = std::max(largest, rank);
  }
  if (smallest >= largest) {
    return {};
  }
  RandomStream draw(search.key.child(column.feature));
  const auto drawn = static_cast<std::uint16_t>(smallest + draw.index_below(largest - smallest));
  const bool coin = draw.index_below(2) == 1;
  Cut cut;
  for (std::size_t place = 0; place < node.rows().size(); ++place) {
    const std::uint16_t rank = column.ranks[node.rows()[place]];
    cut.missing_left = cut.missing_left || (rank == 0 && coin);
    if (rank == 0 ? coin : rank <= drawn) {
      cut.left.add(node.sums()[place]);
      cut.rank = std::max(cut.rank, rank);
    }
  }
  const SideCounts least(search.limits.subjects, 1, search.limits.events);
  const SideCounts left = cut.left.counts;
  return left.reaches(least) && node.counts().without(left).reaches(least) ? cut : Cut{};
}

} // namespace

void search_random(const NodeSearch& search, const CutColumn& column, Split& best) {
  const Cut cut = random_cut(search, column);
  if (cut.rank != 0) {
    keep_better(best, column.split_at(cut, exact_gain(search, column, cut, 0.0)));
  }
}

void search_random_value(const NodeSearch& search, const CutColumn& column, Split& best) {
  const SurvivalNode& node = search.node;
  const Cut cut = random_cut(search, column);
  if (cut.rank == 0) {
    return;
  }
  if (node.stratified().empty()) {
    const double gain = node.permutation_gain(cut.left.score, cut.left.counts.copies());
    keep_better(best, column.split_at(cut, gain));
    return;
  }
  auto& places = search.scratch.places_left;
  places.clear();
  const LeftSide side(column.ranks, cut.rank, cut.missing_left);
  for (std::size_t place = 0; place < node.rows().size(); ++place) {
    if (side.has(node.rows()[place])) {
      places.push_back(static_cast<std::uint32_t>(place));
    }
  }
  const double variance = node.stratified().of(places, search.scratch.copies_left);
  const double numerator = node.numerator(cut.left.score);
  if (variance > 0.0) {
    keep_better(best, column.split_at(cut, numerator * numerator / variance));
  }
}

} // namespace vigil::forest
