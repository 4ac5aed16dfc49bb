// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/maximally_selected.hpp"

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

// 2 {1 - Phi(b)} exp(b^2 / 2), b >= 1; where the tail leaves the range of double 2 phi(b) / b, which is larger.
double scaled_tail(double b) {
  constexpr double far = 20.0;
  return b < far ? two_sided_normal_p(b) * std::exp(0.5 * b * b)
                 : 2.0 * std::numbers::inv_sqrtpi / (std::numbers::sqrt2 * b);
}

} // namespace

double log_p_of_selected(double largest, const SelectedCuts& cuts) {
  const double b = largest;
  if (!(b >= 1.0)) {
    return 0.0;
  }
  const auto subjects = static_cast<double>(cuts.subjects);
  const double share = static_cast<double>(cuts.least) / subjects;
  const double odds = 2.0 * std::log((1.0 - share) / share);
  const double first =
      (4.0 / b + (b - 1.0 / b) * odds) * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
  const double tail = scaled_tail(b), curvature = b * b / 4.0 - 1.0;
  double second = tail;
  for (std::size_t number = 1; number < cuts.sizes.size(); ++number) {
    const auto i = static_cast<double>(cuts.sizes[number - 1]);
    const auto j = static_cast<double>(cuts.sizes[number]);
    const double square = 1.0 - i * (subjects - j) / ((subjects - i) * j), t = std::sqrt(square);
    const bool rises = curvature * square < 2.0;
    const double series = t * (1.0 - curvature * square / 6.0) * std::numbers::inv_pi;
    second += rises ? std::min(series, tail) : tail;
  }
  return std::min(0.0, std::log(std::min(first, second)) - 0.5 * b * b);
}

// Copies of a subject are not independent people: every one counts once.
void prepare_maximally_selected(const NodeSearch& search) {
  SplitScratch& scratch = search.scratch;
  scratch.log_p.clear();
  const SideCounts counts = search.node.counts();
  if (counts.copies() > counts.subjects()) {
    scratch.ones.assign(search.node.rows().back() + std::size_t{1}, 1U);
    scratch.other[0].look_at(search.node, scratch.ones);
  }
}

void search_maximally_selected(const NodeSearch& search, const CutColumn& column, Split& best) {
  SplitScratch& scratch = search.scratch;
  const bool once = search.node.counts().copies() == search.node.counts().subjects();
  const SurvivalNode& node = once ? search.node : scratch.other[0];
  double& log_p = scratch.log_p.emplace_back(0.0);
  if (node.flat()) {
    return;
  }
  const Index subjects = node.counts().subjects();
  const auto middle = static_cast<Index>(std::ceil(least_share * static_cast<double>(subjects)));
  const LeafLimits limits{.subjects = std::max(search.limits.subjects, middle),
                          .events = search.limits.events};
  std::array<Split, 2> largest; // with missing values on the right, on the left
  for (auto& sizes : scratch.sizes) {
    sizes.clear();
  }
  for_each_cut({.node = node, .limits = limits, .key = search.key, .scratch = scratch},
               column,
               [&](const Cut& cut) {
                 const std::size_t way = cut.missing_left ? 1 : 0;
                 auto& sizes = scratch.sizes[way];
                 if (sizes.empty() || sizes.back() != cut.left.counts.subjects()) {
                   sizes.push_back(cut.left.counts.subjects());
                   keep_better(
                       largest[way],
                       column.split_at(
                           cut, node.permutation_gain(cut.left.score, cut.left.counts.copies())));
                 }
               });
  const double ways = scratch.sizes[1].empty() ? 0.0 : std::numbers::ln2; // Bonferroni
  for (const std::size_t way : {0U, 1U}) {
    if (largest[way].feature != no_index) {
      const double own =
          ways + log_p_of_selected(
                     std::sqrt(largest[way].gain),
                     {.subjects = subjects, .least = limits.subjects, .sizes = scratch.sizes[way]});
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
