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
  return {
      .feature = column.feature, .cut = cut.rank, .missing_left = cut.missing_left, .gain = gain};
}

double permutation_gain(const SurvivalNode& node, const Cut& cut) {
  return node.permutation_gain(cut.left.score, cut.left.counts.copies());
}

void keep_better(Split& best, const Split& split) {
  if (split.gain > 0.0 && is_better(split, best)) {
    best = split;
  }
}

void search_permutation(const SurvivalNode& node,
                        const CutColumn& column,
                        const LeafLimits& limits,
                        SplitScratch& scratch,
                        Split& best) {
  for_each_cut(node, column, limits, scratch, [&](const Cut& cut) {
    const double gain = permutation_gain(node, cut);
    if (gain > best.gain * (1.0 - equal_gains)) {
      keep_better(best, split_of(column, cut, gain));
    }
  });
}

double guarded_gain(const SurvivalNode& node,
                    const CutColumn& column,
                    const Cut& cut,
                    double bound,
                    SplitScratch& scratch) {
  const double numerator = node.numerator(cut.left.score);
  const double variance =
      node.exact_variance(column.ranks, cut.rank, cut.missing_left, scratch.weight_left);
  return variance > 0.0 ? std::min(bound, numerator * numerator / variance) : bound;
}

// U^2 / V_perm bounds the guarded value from above: a cut changes nothing unless its bound beats the best so far. The
// cut of the largest bound comes first, and mostly ends it; only otherwise are the others listed.
void search_guarded(const SurvivalNode& node,
                    const CutColumn& column,
                    const LeafLimits& limits,
                    SplitScratch& scratch,
                    Split& best) {
  Cut first;
  double largest = best.gain * (1.0 - equal_gains), second = largest;
  for_each_cut(node, column, limits, scratch, [&](const Cut& cut) {
    const double bound = permutation_gain(node, cut);
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
  keep_better(best, split_of(column, first, guarded_gain(node, column, first, largest, scratch)));
  const double least = best.gain * (1.0 - equal_gains);
  if (!(second > least)) {
    return;
  }
  auto& candidates = scratch.candidates;
  candidates.clear();
  for_each_cut(node, column, limits, scratch, [&](const Cut& cut) {
    const double bound = permutation_gain(node, cut);
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
    keep_better(best, split_of(column, cut, guarded_gain(node, column, cut, bound, scratch)));
  }
}

constexpr std::array rules{
    SplitRule{.name = "guarded_log_rank",
              .formula = "U^2 / max(V_perm, V)",
              .source = "this project (docs/methods/survival_forest.md); Hothorn, Lausen 2003",
              .use = "the default: favours end cuts and features that drive follow-up less",
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
