// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/base/random.hpp"
#include "vigil/forest/split_rules.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

namespace vigil::forest {
namespace {

enum class Kind { continuous, tied, binary, constant, missing, large };

// A node of a drawn cohort, with columns of ranks over all rows.
struct Case {
  SurvivalRows rows;
  std::vector<std::uint32_t> numbers;
  std::vector<std::vector<std::uint16_t>> columns;
  SurvivalNode node;

  Case(Index subjects, bool copies, bool sampling, const RandomKey& key) {
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
    rows =
        survival_rows(outcome, CaseWeights::ones(subjects).with_times(times).with_sampling(weight));
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
  [[nodiscard]] CutColumn column(Index feature) const {
    const auto& ranks = columns[at(feature)];
    return {feature, ranks, *std::ranges::max_element(ranks)};
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

// Every cut of a column, one after another, from the node's own statistics.
Split best_of_all(const Case& drawn, Index feature, const LeafLimits& limits, bool guarded) {
  const auto& ranks = drawn.columns[at(feature)];
  std::set<std::uint16_t> there;
  for (const std::uint32_t row : drawn.numbers) {
    there.insert(ranks[row]);
  }
  const bool missing = there.erase(0) > 0;
  Split best;
  std::vector<double> scratch;
  for (auto cut = there.begin(); cut != there.end() && std::next(cut) != there.end(); ++cut) {
    for (const bool missing_left : {false, true}) {
      if (missing_left && !missing) {
        continue;
      }
      const auto goes_left = [&](std::uint32_t row) {
        return ranks[row] == 0 ? missing_left : ranks[row] <= *cut;
      };
      CutSums left;
      for (std::size_t place = 0; place < drawn.numbers.size(); ++place) {
        if (goes_left(drawn.numbers[place])) {
          left.add(drawn.node.sums()[place]);
        }
      }
      const SideCounts right = drawn.node.counts().without(left.counts);
      if (left.counts.subjects() < limits.subjects || right.subjects() < limits.subjects ||
          left.counts.events() < limits.events || right.events() < limits.events) {
        continue;
      }
      Split split{.feature = feature,
                  .cut = *cut,
                  .missing_left = missing_left,
                  .gain = drawn.node.permutation_gain(left.score, left.counts.copies())};
      if (guarded) {
        const double numerator = drawn.node.numerator(left.score);
        const double variance = drawn.node.exact_variance(ranks, *cut, missing_left, scratch);
        split.gain =
            variance > 0.0 ? std::min(split.gain, numerator * numerator / variance) : split.gain;
      }
      if (split.gain > 0.0 && is_better(split, best)) {
        best = split;
      }
    }
  }
  return best;
}

void expect_equal(const Split& found, const Split& expected, const std::string& where) {
  EXPECT_EQ(found.feature, expected.feature) << where;
  if (found.feature != no_index && expected.feature != no_index) {
    EXPECT_EQ(found.cut, expected.cut) << where;
    EXPECT_EQ(found.missing_left, expected.missing_left) << where;
    EXPECT_EQ(found.gain, expected.gain) << where;
  }
}

// Of a node with one more column at a time; how many searches had a cut.
void expect_the_best(const Case& drawn,
                     const LeafLimits& limits,
                     SplitScratch& scratch,
                     const std::string& round,
                     Index& with_split) {
  if (drawn.node.flat()) {
    return;
  }
  for (const SplitRule& rule : split_rule_table()) {
    const bool guarded = rule.name == "guarded_log_rank";
    Split best, expected;
    for (Index feature = 0; feature < size_of(drawn.columns); ++feature) {
      Split alone;
      rule.search(drawn.node, drawn.column(feature), limits, scratch, alone);
      const Split plain = best_of_all(drawn, feature, limits, guarded);
      const std::string where =
          std::string(rule.name) + ", " + round + ", feature " + std::to_string(feature);
      expect_equal(alone, plain, where);
      expected = plain.feature != no_index && is_better(plain, expected) ? plain : expected;
      rule.search(drawn.node, drawn.column(feature), limits, scratch, best);
      expect_equal(best, expected, where + ", of all so far");
    }
    with_split += best.feature != no_index ? 1 : 0;
    EXPECT_NE(best.feature, size_of(drawn.columns) - 1); // its twin comes first
  }
}

TEST(SplitRules, FindTheBestOfAllCuts) {
  SplitScratch scratch;
  scratch.cells.resize(65'536);
  Index with_split = 0;
  for (Index round = 0; round < 2000; ++round) {
    const Case drawn(8 + round % 90, round % 3 == 1, round % 4 == 3, RandomKey(85).child(round));
    expect_the_best(drawn,
                    {.subjects = 1 + round % 6, .events = round % 4},
                    scratch,
                    "round " + std::to_string(round),
                    with_split);
  }
  EXPECT_GT(with_split, 2000);
}

// More rows than a network sorts: dropped into cells where they are many beside the ranks, sorted by digits else.
TEST(SplitRules, FindTheBestOfAllCutsOfLargeNodes) {
  SplitScratch scratch;
  scratch.cells.resize(65'536);
  Index with_split = 0;
  for (Index round = 0; round < 16; ++round) {
    const Case drawn(360 + 60 * round, round % 3 == 1, round % 4 == 3, RandomKey(89).child(round));
    expect_the_best(drawn, {}, scratch, "large round " + std::to_string(round), with_split);
  }
  EXPECT_EQ(with_split, 32);
}

// A column and its mirror image make the same parts: the tie goes to the first, not to rounding.
TEST(SplitRules, AMirroredColumnIsATie) {
  SplitScratch scratch;
  scratch.cells.resize(65'536);
  for (Index round = 0; round < 300; ++round) {
    const Case drawn(40 + round, round % 2 == 1, round % 3 == 2, RandomKey(86).child(round));
    std::vector<std::uint16_t> mirrored;
    const auto& ranks = drawn.columns.front();
    const std::uint16_t highest = *std::ranges::max_element(ranks);
    for (const std::uint16_t rank : ranks) {
      mirrored.push_back(static_cast<std::uint16_t>(highest + 1 - rank));
    }
    for (const SplitRule& rule : split_rule_table()) {
      Split best;
      rule.search(drawn.node, {0, ranks, highest}, {}, scratch, best);
      const Split first = best;
      rule.search(drawn.node, {1, mirrored, highest}, {}, scratch, best);
      expect_equal(best, first, std::string(rule.name) + ", round " + std::to_string(round));
    }
  }
}

TEST(SplitRules, AreFoundByName) {
  EXPECT_EQ(find_split_rule("guarded_log_rank").name, split_rule_table().front().name);
  try {
    static_cast<void>(find_split_rule("guarded_logrank"));
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("guarded_log_rank"), std::string::npos);
  }
}

} // namespace
} // namespace vigil::forest
