// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/split_rules.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/forest/rule_searches.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace vigil::forest {

namespace {

constexpr std::array rules{
    SplitRule{.name = "guarded_log_rank",
              .formula = "U^2 / max(V_perm, V)",
              .source = "this project (docs/methods/survival_forest.md); Hothorn, Lausen 2003",
              .use = "the default: favours end cuts and features that drive follow-up less",
              .search = &collect_leader,
              .prepare = &prepare_leaders,
              .finish = &follow_leaders},
    SplitRule{.name = "permutation_log_rank",
              .formula = "U^2 / V_perm",
              .source = "Hothorn, Lausen 2003",
              .use = "more power where subjects at high risk are censored early",
              .search = &search_permutation},
    SplitRule{.name = "log_rank",
              .formula = "U^2 / V",
              .source = "Mantel 1966; Segal 1988; Ishwaran et al. 2008",
              .use =
                  "the classical rule: as other programs have it, with its preference for end cuts",
              .search = &search_log_rank},
    SplitRule{.name = "peto_log_rank",
              .formula = "U^2 (1 / E_L + 1 / E_R), E = sum u H",
              .source = "Peto, Peto 1972",
              .use = "as log_rank, never larger; an approximation of it that others use for speed",
              .search = &search_peto,
              .prepare = &prepare_peto},
    SplitRule{.name = "random_log_rank",
              .formula = "U^2 / V of one random cut per column",
              .source = "Geurts, Ernst, Wehenkel 2006",
              .use = "extremely randomized trees: no preference for columns of many values",
              .search = &search_random,
              .levels = LevelScores::none},
    SplitRule{.name = "late_log_rank",
              .formula = "U_k^2 / max(V_k,perm, V_k), k = 1 - S(t-)",
              .source = "Fleming, Harrington 1991, G(0,1)",
              .use = "effects that come late",
              .search = &search_weighted,
              .prepare = &prepare_late,
              .levels = LevelScores::of_weighted_times},
    SplitRule{.name = "early_log_rank",
              .formula = "U_k^2 / max(V_k,perm, V_k), k = S(t-)",
              .source = "Fleming, Harrington 1991, G(1,0); Peto, Peto 1972",
              .use = "effects that wane",
              .search = &search_weighted,
              .prepare = &prepare_early,
              .levels = LevelScores::of_weighted_times},
    SplitRule{.name = "max_combo_log_rank",
              .formula = "the largest guarded gain of G(0,0), G(0,1), G(1,0), G(1,1)",
              .source = "Fleming, Harrington 1991; Lin et al. 2020",
              .use = "hazards that may cross or come apart at an unknown time",
              .search = &search_max_combo,
              .prepare = &prepare_max_combo,
              .levels = LevelScores::of_all_times},
    SplitRule{
        .name = "maximally_selected",
        .formula = "-log p of max U^2 / V_perm over the middle 80 %",
        .source = "James, James, Siegmund 1987; Wright, Dankowski, Ziegler 2017",
        .use = "columns of many and of few values beside each other; stops where nothing is there",
        .search = &search_maximally_selected,
        .prepare = &prepare_maximally_selected,
        .accepts = &accepts_maximally_selected,
        .levels = LevelScores::of_distinct},
};

} // namespace

std::span<const SplitRule> split_rule_table() noexcept {
  return rules;
}

namespace {

// Asks for the ranks of the node's rows, or for all of a column that is not much more.
void fetch(std::span<const std::uint32_t> rows, std::span<const std::uint16_t> ranks) {
  constexpr std::size_t line = 32; // ranks
  if (rows.size() * line < ranks.size()) {
    for (const std::uint32_t row : rows) {
      __builtin_prefetch(ranks.data() + row);
    }
    return;
  }
  constexpr std::size_t most = 4096;
  for (std::size_t row = 0; row < std::min(most, ranks.size()); row += line) {
    __builtin_prefetch(ranks.data() + row);
  }
}

/// Nodes by whose scores a rule orders levels.
std::vector<const SurvivalNode*> scored_nodes(LevelScores scores, const NodeSearch& search) {
  const auto& other = search.scratch.other;
  switch (scores) {
  case LevelScores::of_weighted_times:
    return {other.data()};
  case LevelScores::of_all_times:
    return {&search.node, &other[0], &other[1], &other[2]};
  case LevelScores::of_distinct:
    return {&distinct_node(search)};
  default:
    return {&search.node};
  }
}

/// A column for each order of a category's levels; two levels have one.
void add_orders(const SplitRule& rule, const NodeSearch& search, const CutColumn& category) {
  SplitScratch& scratch = search.scratch;
  for (const SurvivalNode* node : scored_nodes(rule.levels, search)) {
    const std::uint32_t number = scratch.orders_used++;
    if (number == scratch.orders.size()) {
      scratch.orders.emplace_back();
    }
    LevelOrder& order = scratch.orders[number];
    if (rule.levels == LevelScores::none) {
      order.at_random(*node,
                      category.ranks,
                      category.levels,
                      search.key.child(category.feature).child("levels"));
    } else {
      order.by_score(*node, category.ranks, category.levels);
    }
    scratch.ordered.push_back({.feature = category.feature,
                               .ranks = order.ranks(),
                               .highest = order.present(),
                               .levels = category.levels,
                               .order = number});
    if (order.present() < 3) {
      return;
    }
  }
}

std::span<const CutColumn>
in_orders(const SplitRule& rule, const NodeSearch& search, std::span<const CutColumn> columns) {
  if (std::ranges::none_of(columns, &CutColumn::is_category)) {
    return columns;
  }
  search.scratch.ordered.clear();
  search.scratch.orders_used = 0;
  for (const CutColumn& column : columns) {
    if (column.is_category()) {
      add_orders(rule, search, column);
    } else {
      search.scratch.ordered.push_back(column);
    }
  }
  return search.scratch.ordered;
}

} // namespace

Split best_split(const SplitRule& rule,
                 const NodeSearch& search,
                 std::span<const CutColumn> columns) {
  search.scratch.bounded = nullptr; // the node is another one in the same place
  if (rule.prepare != nullptr) {
    rule.prepare(search);
  }
  columns = in_orders(rule, search, columns);
  Split best;
  for (std::size_t number = 0; number < columns.size(); ++number) {
    if (number + 1 < columns.size()) {
      fetch(search.node.rows(), columns[number + 1].ranks);
    }
    rule.search(search, columns[number], best);
  }
  if (rule.finish != nullptr) {
    rule.finish(search, columns, best);
  }
  return best;
}

Split find_split(const SplitRule& rule,
                 const NodeSearch& search,
                 std::span<const CutColumn> columns) {
  const Split best = best_split(rule, search, columns);
  return rule.accepts == nullptr || rule.accepts(search) ? best : Split{};
}

const SplitRule& find_split_rule(std::string_view name) {
  std::vector<std::string> names;
  for (const SplitRule& rule : rules) {
    if (name.empty() || rule.name == name) {
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
