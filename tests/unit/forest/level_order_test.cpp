// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/split_rules.hpp"

#include <gtest/gtest.h>

#include "tests/support/node_case.hpp"
#include "tests/support/split_definition.hpp"
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>
#include <vector>

namespace vigil::forest {
namespace {

// Four events one after another: M = 3/4, 5/12, -1/12, -13/12.
TEST(LevelOrder, ByHand) {
  const SurvivalOutcome outcome{.entry = {}, .time = {1.0, 2.0, 3.0, 4.0}, .event = {1, 1, 1, 1}};
  const SurvivalRows rows = survival_rows(outcome, CaseWeights::ones(4));
  const std::vector<std::uint32_t> numbers{0, 1, 2, 3};
  const std::vector<std::uint16_t> codes{3, 1, 1, 5};
  SurvivalNode node;
  node.look_at(rows, rows.copies, numbers);
  LevelOrder order;
  order.by_score(node, codes, 6);
  EXPECT_EQ(order.present(), 3); // 5: -13/12, 1: 1/6, 3: 3/4
  EXPECT_EQ(std::vector<std::uint16_t>(order.ranks().begin(), order.ranks().end()),
            (std::vector<std::uint16_t>{3, 2, 2, 1}));
  const std::vector<std::uint16_t> places{0, 2, 0, 3, 0, 1, 0};
  for (std::uint32_t level = 0; level < places.size(); ++level) {
    EXPECT_EQ(order.place(level), places[level]) << level;
  }
  ASSERT_EQ(order.sums().size(), 4U);
  EXPECT_EQ(order.sums()[0].counts.subjects(), 0);
  EXPECT_EQ(order.sums()[2].counts.subjects(), 2);
  EXPECT_NEAR(node.numerator(order.sums()[2].score), 1.0 / 3.0, 1e-12);
}

// Censored before the first event: all scores of the first three levels are zero.
TEST(LevelOrder, EqualLevelsComeByTheirFirstRow) {
  const SurvivalOutcome outcome{
      .entry = {}, .time = {1.0, 2.0, 3.0, 4.0, 5.0}, .event = {0, 0, 0, 1, 0}};
  const SurvivalRows rows = survival_rows(outcome, CaseWeights::ones(5));
  const std::vector<std::uint32_t> numbers{0, 1, 2, 3, 4};
  SurvivalNode node;
  node.look_at(rows, rows.copies, numbers);
  LevelOrder order;
  order.by_score(node, std::vector<std::uint16_t>{7, 2, 4, 5, 5}, 7);
  EXPECT_EQ(order.place(7), 1);
  EXPECT_EQ(order.place(2), 2);
  EXPECT_EQ(order.place(4), 3);
  EXPECT_EQ(order.place(5), 4); // adds up to zero too: 1/2 and -1/2
}

/// A node and a category; levels need not all occur.
struct CategoryCase {
  test::NodeCase drawn;
  Index levels;
  std::vector<std::uint16_t> codes = {};

  CategoryCase(Index round, const RandomKey& key, bool strata = false)
      : drawn(12 + round % 60, round % 3 == 1, round % 4 == 3, key.child(round), strata),
        levels(2 + round % 7) {
    RandomStream draw(key.child(round).child("levels"));
    for (Index row = 0; row < drawn.rows.rows(); ++row) {
      const bool missing = round % 2 == 1 && draw.uniform() < 0.15;
      codes.push_back(static_cast<std::uint16_t>(missing ? 0 : 1 + draw.index_below(levels)));
    }
  }
  [[nodiscard]] CutColumn column() const { return {3, codes, levels, levels}; }
  [[nodiscard]] std::vector<std::uint32_t> present() const {
    std::vector<std::uint32_t> found;
    for (std::uint32_t level = 1; level <= static_cast<std::uint32_t>(levels); ++level) {
      if (std::ranges::any_of(drawn.numbers,
                              [&](std::uint32_t row) { return codes[row] == level; })) {
        found.push_back(level);
      }
    }
    return found;
  }
  /// visit(left by place) for every way to divide the levels of the node, by where missing values go.
  template <class Visit>
  void for_each_subset(const Visit& visit) const {
    const auto found = present();
    const bool missing =
        std::ranges::any_of(drawn.numbers, [&](std::uint32_t row) { return codes[row] == 0; });
    for (std::uint32_t subset = 1; subset + 1 < 1U << found.size(); ++subset) {
      for (const bool missing_left : {false, true}) {
        if (missing_left && !missing) {
          continue;
        }
        std::vector<bool> left;
        for (const std::uint32_t row : drawn.numbers) {
          const auto place = std::ranges::find(found, codes[row]) - found.begin();
          left.push_back(codes[row] == 0 ? missing_left : (subset >> place & 1U) != 0);
        }
        visit(left);
      }
    }
  }
  /// By place, as a split divides the rows.
  [[nodiscard]] std::vector<bool> left_of(const Split& split, const SplitScratch& scratch) const {
    const auto ranks = scratch.orders[split.order].ranks();
    std::vector<bool> left;
    for (const std::uint32_t row : drawn.numbers) {
      left.push_back(codes[row] == 0 ? split.missing_left : ranks[row] <= split.cut);
    }
    return left;
  }
};

constexpr LeafLimits no_limits{.subjects = 1, .events = 0};

// Fisher 1958: of all subsets of the levels none has a larger U^2 / V_perm, with missing values on either side, copies and
// sampling weights; but where missing values alone, which may not be a side, would be better than all subsets.
TEST(LevelOrder, ACutOfItIsTheBestOfAllSubsets) {
  SplitScratch scratch;
  scratch.cells.resize(65'536);
  Index compared = 0, left_out = 0;
  for (Index round = 0; round < 1500; ++round) {
    const CategoryCase one(round, RandomKey(301));
    const SurvivalNode& node = one.drawn.node;
    if (node.flat() || one.present().size() < 2) {
      continue;
    }
    const auto gain_of = [&](const auto& is_left) {
      CutSums sums;
      for (std::size_t place = 0; place < one.drawn.numbers.size(); ++place) {
        if (is_left(place)) {
          sums.add(node.sums()[place]);
        }
      }
      const Index copies = sums.counts.copies();
      return copies == 0 ? 0.0 : node.permutation_gain(sums.score, copies);
    };
    double largest = 0.0;
    one.for_each_subset([&](const std::vector<bool>& left) {
      largest = std::max(largest, gain_of([&](std::size_t place) { return left[place]; }));
    });
    const double missing =
        gain_of([&](std::size_t place) { return one.codes[one.drawn.numbers[place]] == 0; });
    const CutColumn column = one.column();
    const Split best =
        best_split(find_split_rule("permutation_log_rank"),
                   {.node = node, .limits = no_limits, .key = RandomKey(1), .scratch = scratch},
                   {&column, 1});
    ASSERT_EQ(best.feature == no_index, largest == 0.0) << round;
    EXPECT_LE(best.gain, largest * (1.0 + 1e-12));
    if (missing > largest) {
      ++left_out;
      continue;
    }
    EXPECT_NEAR(best.gain, largest, 1e-12 * largest) << round;
    ++compared;
  }
  EXPECT_GT(compared, 1200);
  EXPECT_LT(left_out, 100);
}

// The gain is that of the subset by the definition, and no subset has a larger one by more than the rule may miss: none for
// two levels.
TEST(LevelOrder, GainsOfEveryRuleAreThoseOfTheirSubsets) {
  SplitScratch scratch;
  scratch.cells.resize(65'536);
  std::map<std::string_view, double> shares;
  std::map<std::string_view, Index> compared;
  for (Index round = 0; round < 400; ++round) {
    const CategoryCase one(round, RandomKey(302), round % 5 == 0);
    if (one.drawn.node.flat()) {
      continue;
    }
    const test::Definitions definitions(one.drawn);
    const CutColumn column = one.column();
    for (const SplitRule& rule : split_rule_table()) {
      const Split best = best_split(
          rule,
          {.node = one.drawn.node, .limits = no_limits, .key = RandomKey(1), .scratch = scratch},
          {&column, 1});
      if (best.feature == no_index) {
        continue;
      }
      const auto own = test::defined_gain(rule.name, definitions, one.left_of(best, scratch));
      if (!own) {
        continue;
      }
      EXPECT_NEAR(best.gain, *own, 1e-9 * (1.0 + *own)) << rule.name << ", round " << round;
      double largest = 0.0;
      one.for_each_subset([&](const std::vector<bool>& left) {
        largest = std::max(largest, *test::defined_gain(rule.name, definitions, left));
      });
      EXPECT_LE(best.gain, largest * (1.0 + 1e-9));
      if (one.present().size() == 2) {
        EXPECT_NEAR(best.gain, largest, 1e-9 * (1.0 + largest)) << rule.name << ", round " << round;
      }
      shares[rule.name] += best.gain / largest;
      ++compared[rule.name];
    }
  }
  for (const auto& [name, share] : shares) {
    EXPECT_GT(compared[name], 200);
    EXPECT_GT(share / static_cast<double>(compared[name]), 0.97) << name;
  }
}

// Three levels have six orders.
TEST(LevelOrder, AtRandomIsUniform) {
  const CategoryCase one(1, RandomKey(303)); // of 13 subjects
  const std::vector<std::uint16_t> codes{1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1};
  LevelOrder order;
  std::map<std::array<std::uint16_t, 3>, double> count;
  constexpr Index draws = 6000;
  for (Index draw = 0; draw < draws; ++draw) {
    order.at_random(one.drawn.node, codes, 3, RandomKey(304).child(draw));
    count[{order.place(1), order.place(2), order.place(3)}] += 1.0;
  }
  ASSERT_EQ(count.size(), 6U);
  const double expected = static_cast<double>(draws) / 6.0;
  for (const auto& [places, times] : count) {
    EXPECT_NEAR(times, expected, 4.0 * std::sqrt(expected * 5.0 / 6.0));
  }
}

} // namespace
} // namespace vigil::forest
