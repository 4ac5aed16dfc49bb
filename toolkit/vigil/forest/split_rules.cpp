// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/split_rules.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <vector>

namespace vigil::forest {

namespace {

Split split_of(const CutColumn& column, const Cut& cut, double gain) {
  return {.feature = column.feature,
          .cut = cut.cut,
          .next = cut.next,
          .missing_left = cut.missing_left,
          .missing = cut.missing,
          .gain = gain};
}

void search_permutation(const SurvivalNode& node,
                        const CutColumn& column,
                        const LeafLimits& limits,
                        SplitScratch& scratch,
                        Split& best) {
  for_each_cut(node, column.ranks, limits, scratch.cells, [&](const Cut& cut) {
    const double gain = node.permutation_gain(cut.left.score, cut.left.counts.copies());
    if (gain > best.gain * (1.0 - equal_gains)) {
      const Split split = split_of(column, cut, gain);
      best = gain > 0.0 && is_better(split, best) ? split : best;
    }
  });
}

// Infinite where the cut has no exact variance: then the other one counts.
double exact_gain(const SurvivalNode& node, const CutColumn& column, const Cut& cut) {
  const double numerator = node.numerator(cut.left.score);
  const double variance = node.exact_variance([&](std::uint32_t row) {
    const std::uint16_t rank = column.ranks[row];
    return rank == 0 ? cut.missing_left : rank <= cut.cut;
  });
  return variance > 0.0 ? numerator * numerator / variance
                        : std::numeric_limits<double>::infinity();
}

// U^2 / V_perm bounds the guarded value from above: a cut changes nothing unless its bound beats the best so far, and
// the largest bounds come first.
void search_guarded(const SurvivalNode& node,
                    const CutColumn& column,
                    const LeafLimits& limits,
                    SplitScratch& scratch,
                    Split& best) {
  auto& candidates = scratch.candidates;
  candidates.clear();
  const double least = best.gain * (1.0 - equal_gains);
  for_each_cut(node, column.ranks, limits, scratch.cells, [&](const Cut& cut) {
    const double bound = node.permutation_gain(cut.left.score, cut.left.counts.copies());
    if (bound > least) {
      candidates.push_back({cut, bound});
    }
  });
  const auto by_bound = [](const auto& left, const auto& right) {
    return left.bound != right.bound       ? left.bound < right.bound
           : left.cut.cut != right.cut.cut ? left.cut.cut > right.cut.cut
                                           : left.cut.missing_left && !right.cut.missing_left;
  };
  std::make_heap(candidates.begin(), candidates.end(), by_bound);
  while (!candidates.empty() && candidates.front().bound > best.gain * (1.0 - equal_gains)) {
    const auto [cut, bound] = candidates.front();
    std::pop_heap(candidates.begin(), candidates.end(), by_bound);
    candidates.pop_back();
    const Split split = split_of(column, cut, std::min(bound, exact_gain(node, column, cut)));
    best = split.gain > 0.0 && is_better(split, best) ? split : best;
  }
}

constexpr std::array rules{
    SplitRule{.name = "guarded_log_rank",
              .formula = "U^2 / max(V_perm, V)",
              .source = "this project (docs/methods/survival_forest.md); Hothorn, Lausen 2003",
              .use = "the default: neither end cuts nor features that drive follow-up are favoured",
              .search = &search_guarded},
    SplitRule{.name = "permutation_log_rank",
              .formula = "U^2 / V_perm",
              .source = "Hothorn, Lausen 2003",
              .use = "more power where subjects at high risk are censored early",
              .search = &search_permutation},
};

} // namespace

std::span<const SplitRule> split_rule_table() noexcept {
  return rules;
}

const SplitRule& find_split_rule(std::string_view name) {
  std::vector<std::string> names;
  for (const SplitRule& rule : rules) {
    if (rule.name == name) {
      return rule;
    }
    names.emplace_back(rule.name);
  }
  throw ConfigError({.where = "split rule",
                     .found = "unknown rule " + quoted(name),
                     .expected = "one of " + join(names, ", "),
                     .remedy = suggestion(name, names),
                     .problem = "cannot find the split rule"});
}

} // namespace vigil::forest
