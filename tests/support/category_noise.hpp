// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/split_rules.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

namespace vigil::test {

/// Which of columns of pure noise a rule splits: 150 subjects, half with an event; ten continuous columns, and ten categories of
/// each of 2, 5 and 10 levels.
struct CategoryNoise {
  static constexpr std::array<Index, 4> kinds{150, 2, 5, 10}; ///< values
  std::array<double, 4> chosen = {};                          ///< shares of the splits, by kind
  std::array<double, 4> below = {}; ///< p-values below 0.05, of maximally_selected
  double splits = 0.0;

  CategoryNoise(std::string_view rule_name, Index rounds) {
    const forest::SplitRule& rule = forest::find_split_rule(rule_name);
    forest::SplitScratch scratch;
    scratch.cells.resize(151);
    for (Index round = 0; round < rounds; ++round) {
      look(rule, RandomKey(360).child(round), scratch);
    }
    for (double& share : chosen) {
      share /= splits;
    }
    for (double& share : below) {
      share /= 10.0 * static_cast<double>(rounds);
    }
  }

private:
  void look(const forest::SplitRule& rule, const RandomKey& key, forest::SplitScratch& scratch) {
    constexpr Index subjects = 150;
    RandomStream draw(key);
    SurvivalOutcome outcome;
    std::vector<std::uint32_t> numbers;
    for (Index subject = 0; subject < subjects; ++subject) {
      const double time = draw.exponential(), censored = draw.exponential();
      outcome.time.push_back(std::min(time, censored));
      outcome.event.push_back(time <= censored ? 1 : 0);
      numbers.push_back(static_cast<std::uint32_t>(subject));
    }
    const auto rows = forest::survival_rows(outcome, CaseWeights::ones(subjects));
    std::vector<std::vector<std::uint16_t>> values;
    std::vector<forest::CutColumn> columns;
    for (const Index kind : kinds) {
      for (int copy = 0; copy < 10; ++copy) {
        auto& column = values.emplace_back(at(subjects));
        for (Index row = 0; row < subjects; ++row) {
          column[at(row)] =
              static_cast<std::uint16_t>(1 + (kind == subjects ? row : draw.index_below(kind)));
        }
        for (Index row = subjects - 1; row > 0 && kind == subjects; --row) {
          std::swap(column[at(row)], column[at(draw.index_below(row + 1))]);
        }
      }
    }
    for (Index feature = 0; feature < size_of(values); ++feature) {
      const Index kind = kinds.at(at(feature / 10));
      columns.push_back({.feature = feature,
                         .ranks = values[at(feature)],
                         .highest = kind,
                         .levels = kind == subjects ? 0 : kind});
    }
    forest::SurvivalNode node;
    node.look_at(rows, rows.copies, numbers);
    const forest::LeafLimits limits;
    const forest::Split best = forest::best_split(
        rule,
        {.node = node, .limits = limits, .key = key.child("node"), .scratch = scratch},
        columns);
    if (best.feature != no_index) {
      chosen.at(at(best.feature / 10)) += 1.0;
      splits += 1.0;
    }
    for (std::size_t feature = 0; feature < scratch.log_p.size(); ++feature) {
      constexpr double log_05 = -2.995732273553991;
      below.at(feature / 10) += scratch.log_p[feature] < log_05 ? 1.0 : 0.0;
    }
  }
};

} // namespace vigil::test
