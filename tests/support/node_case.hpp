// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/random.hpp"
#include "vigil/forest/split_rules.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>
#include <vector>

namespace vigil::test {

/// A node of a drawn cohort, with columns of ranks over all rows.
struct NodeCase {
  enum class Kind { continuous, tied, binary, constant, missing, large };

  forest::SurvivalRows rows;
  std::vector<std::uint32_t> numbers; ///< rows of the node
  std::vector<std::vector<std::uint16_t>> columns;
  forest::SurvivalNode node;

  NodeCase(Index subjects, bool copies, bool sampling, const RandomKey& key, bool strata = false) {
    RandomStream draw(key);
    SurvivalOutcome outcome;
    std::vector<std::uint32_t> times;
    std::vector<double> weight;
    for (Index subject = 0; subject < subjects; ++subject) {
      outcome.time.push_back(std::ceil(20.0 * draw.exponential()));
      outcome.event.push_back(draw.uniform() < 0.5 ? 1 : 0);
      times.push_back(copies ? 1 + static_cast<std::uint32_t>(draw.index_below(3)) : 1);
      weight.push_back(sampling ? 0.3 + draw.exponential() : 1.0);
    }
    std::vector<Index> stratum; // one of many, and few of one
    RandomStream draw_stratum(key.child("strata"));
    for (Index subject = 0; strata && subject < subjects; ++subject) {
      stratum.push_back(draw_stratum.index_below(1 + draw_stratum.index_below(6)));
    }
    rows = forest::survival_rows(
        outcome, CaseWeights::ones(subjects).with_times(times).with_sampling(weight), stratum);
    for (Index row = 0; row < subjects; ++row) {
      if (draw.uniform() < 0.7) {
        numbers.push_back(static_cast<std::uint32_t>(row));
      }
    }
    for (const Kind kind :
         {Kind::continuous, Kind::tied, Kind::binary, Kind::constant, Kind::missing, Kind::large}) {
      auto& ranks = columns.emplace_back();
      for (Index row = 0; row < subjects; ++row) {
        ranks.push_back(rank(kind, row, subjects, draw));
      }
    }
    columns.push_back(columns.front()); // the same cuts under another number
    node.look_at(rows, rows.copies, numbers);
  }

  [[nodiscard]] forest::CutColumn column(Index feature) const {
    const auto& ranks = columns[at(feature)];
    return {feature, ranks, *std::ranges::max_element(ranks)};
  }

  /// visit(cut with the sums on its left, left by place) for every cut of a column that keeps the limits, one by one.
  template <class Visit>
  void for_each_cut(Index feature, const forest::LeafLimits& limits, const Visit& visit) const {
    const auto& ranks = columns[at(feature)];
    std::set<std::uint16_t> there;
    for (const std::uint32_t row : numbers) {
      there.insert(ranks[row]);
    }
    const bool missing = there.erase(0) > 0;
    for (auto cut = there.begin(); cut != there.end() && std::next(cut) != there.end(); ++cut) {
      for (const bool missing_left : {false, true}) {
        if (missing_left && !missing) {
          continue;
        }
        forest::Cut drawn{.rank = *cut, .missing_left = missing_left};
        std::vector<bool> left;
        for (std::size_t place = 0; place < numbers.size(); ++place) {
          const std::uint16_t rank = ranks[numbers[place]];
          left.push_back(rank == 0 ? missing_left : rank <= *cut);
          if (left.back()) {
            drawn.left.add(node.sums()[place]);
          }
        }
        const forest::SideCounts here = drawn.left.counts, right = node.counts().without(here);
        if (here.subjects() >= limits.subjects && right.subjects() >= limits.subjects &&
            here.events() >= limits.events && right.events() >= limits.events) {
          visit(drawn, left);
        }
      }
    }
  }

private:
  static std::uint16_t rank(Kind kind, Index row, Index subjects, RandomStream& draw) {
    switch (kind) {
    case Kind::continuous:
      return static_cast<std::uint16_t>(1 + (row * 37) % subjects);
    case Kind::tied:
      return static_cast<std::uint16_t>(1 + draw.index_below(7));
    case Kind::binary:
      return static_cast<std::uint16_t>(1 + draw.index_below(2));
    case Kind::constant:
      return 1;
    case Kind::missing:
      return static_cast<std::uint16_t>(draw.uniform() < 0.3 ? 0 : 1 + draw.index_below(subjects));
    case Kind::large:
      break;
    }
    return static_cast<std::uint16_t>(1 + draw.index_below(65'535));
  }
};

} // namespace vigil::test
