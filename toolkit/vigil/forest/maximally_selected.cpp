// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/survival/maximally_selected.hpp"

#include "vigil/forest/rule_searches.hpp"
#include "vigil/numeric/tail.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace vigil::forest {

namespace {

constexpr double least_share = 0.1; ///< of the distinct subjects on each side
constexpr double largest_p = 0.5;   ///< of a split, adjusted for the columns drawn

// Of the process at a cut. In strata from the correlation with the cut before: 2 Cov = V_i + V_j - V_perm of the rows between,
// which is the variance of U_j - U_i.
double time_of(const NodeSearch& search, const Cut& cut, const Cut& before) {
  SplitScratch& scratch = search.scratch;
  const StratifiedVariance& stratified = search.node.stratified();
  if (stratified.empty()) {
    return scratch.time[at(cut.left.counts.subjects())];
  }
  if (before.rank == 0) {
    return 0.0;
  }
  const auto places =
      cut.missing_left ? scratch.order.missing_left() : scratch.order.missing_right();
  const std::size_t first = at(before.left.counts.subjects()), end = at(cut.left.counts.subjects());
  const double here = 1.0 / kept(scratch, cut), there = 1.0 / kept(scratch, before);
  const double between = stratified.of(places.subspan(first, end - first), scratch.copies_left);
  const double correlation = (here + there - between) / (2.0 * std::sqrt(here * there));
  constexpr double none = 1e-20; // as good as independent
  const double step = -std::log(std::clamp(correlation, none, 1.0));
  return scratch.times[cut.missing_left ? 1 : 0].back() + step;
}

// Of all levels together; missing values are a level more. In strata, where the statistic of all levels is not known, the
// largest of the cuts bounds it from below.
double log_p_of_levels(const SurvivalNode& node,
                       const CutColumn& column,
                       const SplitScratch& scratch,
                       const std::array<Split, 2>& largest) {
  const std::span<const CutSums> sums = scratch.orders[column.order].sums();
  const auto subjects = static_cast<double>(node.counts().subjects());
  double square = 0.0, levels = 0.0;
  for (const CutSums& level : sums) {
    const Index here = level.counts.subjects();
    levels += here > 0 ? 1.0 : 0.0;
    if (node.stratified().empty() && here > 0 && here < node.counts().subjects()) {
      square +=
          node.permutation_gain(level.score, here) * (1.0 - static_cast<double>(here) / subjects);
    }
  }
  if (!node.stratified().empty()) {
    square = std::max(largest[0].gain, largest[1].gain);
  }
  return levels > 1.0 ? log_chi_square_upper(square, levels - 1.0) : 0.0;
}

} // namespace

// Copies of a subject are not independent people: every one counts once.
void prepare_maximally_selected(const NodeSearch& search) {
  SplitScratch& scratch = search.scratch;
  scratch.log_p.clear();
  const SideCounts counts = search.node.counts();
  if (counts.copies() > counts.subjects()) {
    // rows come by time, which for competing risks need not be by number
    scratch.ones.assign(*std::ranges::max_element(search.node.rows()) + std::size_t{1}, 1U);
    scratch.other[0].look_at(search.node, scratch.ones);
  }
  const Index subjects = counts.subjects();
  scratch.time.resize(at(subjects));
  for (Index left = 1; left < subjects; ++left) {
    scratch.time[at(left)] =
        0.5 * std::log(static_cast<double>(left) / static_cast<double>(subjects - left));
  }
}

const SurvivalNode& distinct_node(const NodeSearch& search) {
  const SideCounts counts = search.node.counts();
  return counts.copies() == counts.subjects() ? search.node : search.scratch.other[0];
}

void search_maximally_selected(const NodeSearch& search, const CutColumn& column, Split& best) {
  SplitScratch& scratch = search.scratch;
  const SurvivalNode& node = distinct_node(search);
  double& log_p = scratch.log_p.emplace_back(0.0);
  if (node.flat()) {
    return;
  }
  const Index subjects = node.counts().subjects();
  const auto middle = static_cast<Index>(std::ceil(least_share * static_cast<double>(subjects)));
  const LeafLimits limits{.subjects = std::max(search.limits.subjects, middle),
                          .events = search.limits.events};
  std::array<Split, 2> largest; // with missing values on the right, on the left
  auto& times = scratch.times;
  for (auto& each : times) {
    each.clear();
  }
  std::array<Cut, 2> before;
  const NodeSearch once_each{.node = node, .limits = limits, .key = search.key, .scratch = scratch};
  with_permutation_gain(once_each, column, [&](const auto& for_each, const auto& gain) {
    for_each([&](const Cut& cut) {
      const std::size_t way = cut.missing_left ? 1 : 0;
      if (!node.stratified().empty() && !(kept(scratch, cut) > 0.0)) {
        return; // whole strata are on either side: nothing is compared
      }
      const double time = time_of(once_each, cut, before[way]);
      if (times[way].empty() || times[way].back() < time) {
        times[way].push_back(time);
        before[way] = cut;
        keep_better(largest[way], column.split_at(cut, gain(cut)));
      }
    });
  });
  const double ways = times[1].empty() ? 0.0 : std::numbers::ln2; // Bonferroni
  const double of_levels =
      column.is_category() ? log_p_of_levels(node, column, scratch, largest) : 0.0;
  for (const std::size_t way : {0U, 1U}) {
    if (largest[way].feature != no_index) {
      const double own =
          column.is_category()
              ? of_levels
              : ways + survival::log_p_of_selected(std::sqrt(largest[way].gain), times[way]);
      log_p = std::min(log_p, own);
      largest[way].gain = -own;
      keep_better(best, largest[way]);
    }
  }
}

// Benjamini and Hochberg over the columns drawn: whether the smallest adjusted p-value is below largest_p.
bool accepts_maximally_selected(const NodeSearch& search) {
  auto& log_p = search.scratch.log_p;
  std::sort(log_p.begin(), log_p.end());
  const auto columns = static_cast<double>(log_p.size());
  for (std::size_t number = 0; number < log_p.size(); ++number) {
    if (std::exp(log_p[number]) * columns < largest_p * static_cast<double>(number + 1)) {
      return true;
    }
  }
  return false;
}

} // namespace vigil::forest
