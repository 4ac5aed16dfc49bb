// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include "tests/support/log_rank_definition.hpp"
#include "tests/support/node_case.hpp"
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vigil::test {

/// The gain of a cut under a rule by the definition; none for rules that choose in another way.
inline std::optional<double> defined_gain(std::string_view rule,
                                          const LogRankDefinition& definition,
                                          const std::vector<bool>& left) {
  const auto values = definition.of(left);
  const double square = values.numerator * values.numerator;
  if (rule == "permutation_log_rank") {
    return square / values.permutation;
  }
  if (rule == "guarded_log_rank") {
    return square / std::max(values.permutation, values.exact);
  }
  if (rule == "log_rank") {
    return values.exact > 1e-12 ? square / values.exact : 0.0;
  }
  if (rule == "peto_log_rank") {
    const bool both = values.expected > 1e-12 && values.expected_right > 1e-12;
    return both ? square * (1.0 / values.expected + 1.0 / values.expected_right) : 0.0;
  }
  return {};
}

/// That rules find a cut whose gain by the definition is the largest of all, in drawn nodes; how many searches had a cut.
inline Index expect_best_by_definition(Index first, Index last, const RandomKey& key) {
  constexpr double tolerance = 1e-9; // sums of up to a hundred terms in double on both sides
  forest::SplitScratch scratch;
  scratch.cells.resize(65'536);
  Index with_split = 0;
  for (Index round = first; round < last; ++round) {
    const NodeCase drawn(8 + round % 90, round % 3 == 1, round % 4 == 3, key.child(round));
    const forest::LeafLimits limits{.subjects = 1 + round % 6, .events = round / 6 % 4};
    if (drawn.node.flat()) {
      continue;
    }
    const LogRankDefinition definition(drawn.rows, drawn.numbers);
    for (const Index feature : {0, 1, 2, 4, 5}) { // neither the constant one nor the twin
      std::map<std::string_view, double> most;
      std::map<std::string_view, std::map<std::pair<std::uint16_t, bool>, double>> gains;
      drawn.for_each_cut(
          feature, limits, [&](const forest::Cut& cut, const std::vector<bool>& left) {
            for (const forest::SplitRule& rule : forest::split_rule_table()) {
              if (const auto gain = defined_gain(rule.name, definition, left)) {
                gains[rule.name][{cut.rank, cut.missing_left}] = *gain;
                most[rule.name] = std::max(most[rule.name], *gain);
              }
            }
          });
      for (const auto& [name, largest] : most) {
        const std::string where = std::string(name) + ", round " + std::to_string(round) +
                                  ", feature " + std::to_string(feature);
        const forest::SplitRule& rule = forest::find_split_rule(name);
        const forest::NodeSearch search{
            .node = drawn.node, .limits = limits, .key = key, .scratch = scratch};
        if (rule.prepare != nullptr) {
          rule.prepare(search);
        }
        forest::Split best;
        rule.search(search, drawn.column(feature), best);
        if (best.feature == no_index) {
          EXPECT_LT(largest, tolerance) << where;
          continue;
        }
        ++with_split;
        EXPECT_NEAR(best.gain, largest, tolerance * (1.0 + largest)) << where;
        const double own = gains[name][{best.cut, best.missing_left}];
        EXPECT_NEAR(best.gain, own, tolerance * (1.0 + largest)) << where;
      }
    }
  }
  return with_split;
}

} // namespace vigil::test
