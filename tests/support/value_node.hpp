// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/random.hpp"
#include "vigil/forest/split_rules.hpp"
#include "vigil/forest/value_rows.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace vigil::test {

/// Rows of a drawn outcome in a node, with a few columns of ranks.
struct ValueNode {
  forest::ValueOutcome outcome;
  forest::ValueScale scale;
  forest::SurvivalRows rows;
  std::vector<std::uint32_t> numbers;
  std::vector<std::vector<std::uint16_t>> columns;
  forest::SurvivalNode node;

  struct Kind {
    bool binary = false, copies = false, sampling = false, strata = false;
  };

  ValueNode(Index subjects, Kind kind, const RandomKey& key) {
    RandomStream draw(key);
    std::vector<std::uint32_t> times;
    std::vector<double> weight;
    std::vector<Index> stratum;
    outcome.binary = kind.binary;
    for (Index subject = 0; subject < subjects; ++subject) {
      outcome.value.push_back(kind.binary            ? static_cast<double>(draw.index_below(2))
                              : draw.uniform() < 0.3 ? 5.0 // ties
                                                     : 100.0 + 7.0 * draw.normal());
      times.push_back(kind.copies ? 1 + static_cast<std::uint32_t>(draw.index_below(3)) : 1);
      weight.push_back(kind.sampling ? 0.3 + draw.exponential() : 1.0);
      stratum.push_back(kind.strata ? draw.index_below(3) : 0);
    }
    scale = forest::ValueScale::of(outcome.value);
    rows = forest::value_rows(outcome,
                              scale,
                              CaseWeights::ones(subjects).with_times(times).with_sampling(weight),
                              stratum);
    for (Index row = 0; row < subjects; ++row) {
      if (draw.uniform() < 0.7) {
        numbers.push_back(static_cast<std::uint32_t>(row));
      }
    }
    for (const Index levels : {Index{40'000}, Index{6}, Index{2}}) {
      auto& ranks = columns.emplace_back();
      for (Index row = 0; row < subjects; ++row) {
        ranks.push_back(static_cast<std::uint16_t>(
            levels == 6 && draw.uniform() < 0.2 ? 0 : 1 + draw.index_below(levels)));
      }
    }
    node.look_at(rows, rows.copies, numbers);
  }
  [[nodiscard]] forest::CutColumn column(Index feature) const {
    const auto& ranks = columns[at(feature)];
    return {feature, ranks, *std::ranges::max_element(ranks)};
  }
  [[nodiscard]] double value(std::uint32_t row) const {
    return outcome.value[at(rows.subject[row])];
  }
  [[nodiscard]] std::uint32_t stratum(std::uint32_t row) const {
    return rows.stratum.empty() ? 0 : rows.stratum[row];
  }
  /// visit(cut with its sums, left by place) for every cut with so many distinct subjects on each side.
  template <class Visit>
  void for_each_cut(Index feature, Index least, const Visit& visit) const {
    const auto& ranks = columns[at(feature)];
    for (int rank = 1; rank < 65'536; ++rank) {
      const auto cut = static_cast<std::uint16_t>(rank);
      if (std::ranges::none_of(numbers, [&](std::uint32_t row) { return ranks[row] == cut; })) {
        continue;
      }
      for (const bool missing_left : {false, true}) {
        forest::Cut drawn{.rank = cut, .missing_left = missing_left};
        std::vector<bool> left;
        bool above = false, missing = false;
        for (std::size_t place = 0; place < numbers.size(); ++place) {
          const std::uint16_t here = ranks[numbers[place]];
          missing = missing || here == 0;
          above = above || here > cut;
          left.push_back(here == 0 ? missing_left : here <= cut);
          if (left.back()) {
            drawn.left.add(node.sums()[place]);
          }
        }
        const Index subjects = drawn.left.counts.subjects();
        if (above && (missing || !missing_left) && subjects >= least &&
            size_of(numbers) - subjects >= least) {
          visit(drawn, left);
        }
      }
    }
  }
};

} // namespace vigil::test
