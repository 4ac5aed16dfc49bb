// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/value_rules.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/forest/rule_searches.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace vigil::forest {

namespace {

// U^2 / V_perm of the best cut as a decrease of the squares.
void as_squares(const NodeSearch& search, std::span<const CutColumn>, Split& best) {
  best.gain *= search.node.square_per_gain();
}

constexpr std::array rules{
    ValueRule{.rule = {.name = "variance",
                       .formula = "U^2 / V_perm, as the decrease of the squares",
                       .source = "Breiman, Friedman, Olshen, Stone 1984",
                       .use = "the default of continuous outcomes",
                       .search = &search_permutation,
                       .finish = &as_squares,
                       .gains_are_squares = true},
              .binary = false},
    ValueRule{.rule = {.name = "gini",
                       .formula = "U^2 / V_perm, as the decrease of the squares",
                       .source = "Breiman, Friedman, Olshen, Stone 1984",
                       .use = "the default of binary outcomes",
                       .search = &search_permutation,
                       .finish = &as_squares,
                       .gains_are_squares = true},
              .continuous = false},
    ValueRule{
        .rule = {.name = "random",
                 .formula = "the decrease of the squares by one random cut per column",
                 .source = "Geurts, Ernst, Wehenkel 2006",
                 .use = "extremely randomized trees: no preference for columns of many values",
                 .search = &search_random_value,
                 .finish = &as_squares,
                 .gains_are_squares = true,
                 .levels = LevelScores::none}},
    ValueRule{
        .rule = {.name = "maximally_selected",
                 .formula = "-log p of max U^2 / V_perm over the middle 80 %",
                 .source = "James, James, Siegmund 1987; Wright, Dankowski, Ziegler 2017",
                 .use = "columns of many and of few values beside each other; stops where nothing "
                        "is there",
                 .search = &search_maximally_selected,
                 .prepare = &prepare_maximally_selected,
                 .accepts = &accepts_maximally_selected,
                 .levels = LevelScores::of_distinct}},
};

} // namespace

std::span<const ValueRule> value_rule_table() noexcept {
  return rules;
}

const SplitRule& find_value_rule(std::string_view name, bool binary) {
  std::vector<std::string> names;
  for (const ValueRule& each : rules) {
    if (!(binary ? each.binary : each.continuous)) {
      continue;
    }
    if (name.empty() || each.rule.name == name) {
      return each.rule;
    }
    names.emplace_back(each.rule.name);
  }
  throw ConfigError({.where = "split rule",
                     .found = quoted(name) + ", which is none for " +
                              (binary ? "binary" : "continuous") + " outcomes",
                     .expected = "one of " + join(names, ", "),
                     .remedy = suggestion(name, names),
                     .problem = "cannot find the split rule"});
}

} // namespace vigil::forest
