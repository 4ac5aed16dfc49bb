// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/split_rules.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/forest/rule_searches.hpp"

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
              .search = &search_guarded},
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
              .search = &search_log_rank,
              .prepare = &prepare_log_rank},
    SplitRule{.name = "peto_log_rank",
              .formula = "U^2 (1 / E_L + 1 / E_R), E = sum u H",
              .source = "Peto, Peto 1972; Sverdrup 2025",
              .use = "as log_rank, never larger; an approximation of it that others use for speed",
              .search = &search_peto,
              .prepare = &prepare_peto},
    SplitRule{.name = "random_log_rank",
              .formula = "U^2 / V of one random cut per column",
              .source = "Geurts, Ernst, Wehenkel 2006",
              .use = "extremely randomized trees: no preference for columns of many values",
              .search = &search_random},
    SplitRule{.name = "late_log_rank",
              .formula = "U_k^2 / max(V_k,perm, V_k), k = 1 - S(t-)",
              .source = "Fleming, Harrington 1991, G(0,1)",
              .use = "effects that come late",
              .search = &search_weighted,
              .prepare = &prepare_late},
    SplitRule{.name = "early_log_rank",
              .formula = "U_k^2 / max(V_k,perm, V_k), k = S(t-)",
              .source = "Fleming, Harrington 1991, G(1,0); Peto, Peto 1972",
              .use = "effects that wane",
              .search = &search_weighted,
              .prepare = &prepare_early},
    SplitRule{.name = "max_combo_log_rank",
              .formula = "the largest guarded gain of G(0,0), G(0,1), G(1,0), G(1,1)",
              .source = "Fleming, Harrington 1991; Lin et al. 2020",
              .use = "hazards that may cross or come apart at an unknown time",
              .search = &search_max_combo,
              .prepare = &prepare_max_combo},
    SplitRule{
        .name = "maximally_selected",
        .formula = "-log p of max U^2 / V_perm over the middle 80 %",
        .source = "Lausen, Schumacher 1992; Wright, Dankowski, Ziegler 2017",
        .use = "columns of many and of few values beside each other; stops where nothing is there",
        .search = &search_maximally_selected,
        .prepare = &prepare_maximally_selected,
        .accepts = &accepts_maximally_selected},
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
