// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/base/random.hpp"
#include "vigil/forest/split_rules.hpp"

#include <gtest/gtest.h>

#include "tests/support/node_case.hpp"
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vigil::forest {
namespace {

using test::NodeCase;

double permutation_gain(const NodeCase& drawn, Index feature, const Cut& cut) {
  const SurvivalNode& node = drawn.node;
  if (node.stratified().empty()) {
    return node.permutation_gain(cut.left.score, cut.left.counts.copies());
  }
  const LeftSide side(drawn.columns[at(feature)], cut.rank, cut.missing_left);
  std::vector<std::uint32_t> places;
  for (std::uint32_t place = 0; place < node.rows().size(); ++place) {
    if (side.has(node.rows()[place])) {
      places.push_back(place);
    }
  }
  std::vector<Index> left;
  const double variance = node.stratified().of(places, left);
  return variance > 0.0 ? std::pow(node.numerator(cut.left.score), 2) * (1.0 / variance) : 0.0;
}

// By the node's own statistics, for rules whose gain they are.
std::optional<double>
gain_of(std::string_view rule, const NodeCase& drawn, Index feature, const Cut& cut) {
  const double permutation = permutation_gain(drawn, feature, cut);
  if (rule == "permutation_log_rank") {
    return permutation;
  }
  std::vector<double> scratch;
  const double numerator = drawn.node.numerator(cut.left.score);
  const double variance =
      drawn.node.exact_variance(drawn.columns[at(feature)], cut.rank, cut.missing_left, scratch);
  const double exact = variance > 0.0 ? numerator * numerator / variance : 0.0;
  if (rule == "log_rank") {
    return exact;
  }
  if (rule == "guarded_log_rank") {
    return variance > 0.0 ? std::min(permutation, exact) : permutation;
  }
  return {};
}

// Every cut of a column, one after another.
Split best_of_all(std::string_view rule,
                  const NodeCase& drawn,
                  Index feature,
                  const LeafLimits& limits) {
  Split best;
  drawn.for_each_cut(feature, limits, [&](const Cut& cut, const std::vector<bool>&) {
    keep_better(best, drawn.column(feature).split_at(cut, *gain_of(rule, drawn, feature, cut)));
  });
  return best;
}

NodeSearch search_of(const SurvivalNode& node, const LeafLimits& limits, SplitScratch& scratch) {
  return {.node = node, .limits = limits, .key = RandomKey(90), .scratch = scratch};
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
void expect_the_best(const NodeCase& drawn,
                     const LeafLimits& limits,
                     SplitScratch& scratch,
                     const std::string& round,
                     Index& with_split) {
  if (drawn.node.flat()) {
    return;
  }
  for (const SplitRule& rule : split_rule_table()) {
    if (!gain_of(rule.name, drawn, 0, {.left = {.score = 1, .counts = {1, 1, 1}}})) {
      continue;
    }
    const NodeSearch search = search_of(drawn.node, limits, scratch);
    std::vector<CutColumn> columns;
    Split best, expected;
    for (Index feature = 0; feature < size_of(drawn.columns); ++feature) {
      columns.push_back(drawn.column(feature));
      const Split alone = best_split(rule, search, std::span(columns).last(1));
      const Split plain = best_of_all(rule.name, drawn, feature, limits);
      const std::string where =
          std::string(rule.name) + ", " + round + ", feature " + std::to_string(feature);
      expect_equal(alone, plain, where);
      expected = plain.feature != no_index && is_better(plain, expected) ? plain : expected;
      best = best_split(rule, search, columns);
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
    const NodeCase drawn(
        8 + round % 90, round % 3 == 1, round % 4 == 3, RandomKey(85).child(round));
    expect_the_best(drawn,
                    {.subjects = 1 + round % 6, .events = round % 4},
                    scratch,
                    "round " + std::to_string(round),
                    with_split);
  }
  EXPECT_GT(with_split, 3000);
}

TEST(SplitRules, FindTheBestOfAllCutsInStrata) {
  SplitScratch scratch;
  scratch.cells.resize(65'536);
  Index with_split = 0;
  for (Index round = 0; round < 500; ++round) {
    const NodeCase drawn(
        8 + round % 90, round % 3 == 1, round % 4 == 3, RandomKey(87).child(round), true);
    expect_the_best(drawn,
                    {.subjects = 1 + round % 6, .events = round % 4},
                    scratch,
                    "round in strata " + std::to_string(round),
                    with_split);
  }
  EXPECT_GT(with_split, 700);
}

// More rows than a network sorts: dropped into cells where they are many beside the ranks, sorted by digits else.
TEST(SplitRules, FindTheBestOfAllCutsOfLargeNodes) {
  SplitScratch scratch;
  scratch.cells.resize(65'536);
  Index with_split = 0;
  for (Index round = 0; round < 16; ++round) {
    const NodeCase drawn(
        360 + 60 * round, round % 3 == 1, round % 4 == 3, RandomKey(89).child(round));
    expect_the_best(drawn, {}, scratch, "large round " + std::to_string(round), with_split);
  }
  EXPECT_EQ(with_split, 48);
}

// A column and its mirror image make the same parts: the tie goes to the first, not to rounding.
TEST(SplitRules, AMirroredColumnIsATie) {
  SplitScratch scratch;
  scratch.cells.resize(65'536);
  const LeafLimits limits;
  for (Index round = 0; round < 300; ++round) {
    const NodeCase drawn(
        40 + round, round % 2 == 1, round % 3 == 2, RandomKey(86).child(round), round % 5 == 4);
    std::vector<std::uint16_t> mirrored;
    const auto& ranks = drawn.columns.front();
    const std::uint16_t highest = *std::ranges::max_element(ranks);
    for (const std::uint16_t rank : ranks) {
      mirrored.push_back(static_cast<std::uint16_t>(highest + 1 - rank));
    }
    for (const SplitRule& rule : split_rule_table()) {
      if (rule.name == "random_log_rank") {
        continue;
      }
      const NodeSearch search = search_of(drawn.node, limits, scratch);
      const std::array<CutColumn, 2> columns{CutColumn{0, ranks, highest},
                                             CutColumn{1, mirrored, highest}};
      const Split first = best_split(rule, search, std::span(columns).first(1));
      const Split best = best_split(rule, search, columns);
      expect_equal(best, first, std::string(rule.name) + ", round " + std::to_string(round));
    }
  }
}

// Every cut of a column of six ranks, one of them without rows, within the limits: as often as ranks lead to it.
TEST(SplitRules, RandomCutsAreUniformOverRanks) {
  SplitScratch scratch;
  const NodeCase drawn(60, true, false, RandomKey(96));
  std::vector<std::uint16_t> ranks;
  for (Index row = 0; row < drawn.rows.rows(); ++row) {
    constexpr std::array<std::uint16_t, 6> there{0, 3, 4, 5, 7, 8};
    ranks.push_back(there[at(row % 6)]);
  }
  const SplitRule& rule = find_split_rule("random_log_rank");
  std::map<std::pair<std::uint16_t, bool>, double> share;
  constexpr Index rounds = 20'000;
  for (Index round = 0; round < rounds; ++round) {
    const LeafLimits limits{.subjects = 1, .events = 0};
    const NodeSearch search{.node = drawn.node,
                            .limits = limits,
                            .key = RandomKey(97).child(round),
                            .scratch = scratch};
    Split best;
    rule.search(search, {7, ranks, 8}, best);
    ASSERT_EQ(best.feature, 7);
    std::vector<double> weights;
    CutSums left;
    for (std::size_t place = 0; place < drawn.numbers.size(); ++place) {
      const std::uint16_t rank = ranks[drawn.numbers[place]];
      if (rank == 0 ? best.missing_left : rank <= best.cut) {
        left.add(drawn.node.sums()[place]);
      }
    }
    const double variance = drawn.node.exact_variance(ranks, best.cut, best.missing_left, weights);
    ASSERT_EQ(best.gain, std::pow(drawn.node.numerator(left.score), 2) / variance);
    share[{best.cut, best.missing_left}] += 1.0 / static_cast<double>(rounds);
  }
  // ranks 3, 4, 5 or 6, 7 with equal chances; four standard errors of a share
  EXPECT_EQ(share.size(), 8U);
  for (const auto& [cut, found] : share) {
    const double expected = cut.first == 5 ? 0.2 : 0.1;
    EXPECT_NEAR(found, expected, 4.0 * std::sqrt(expected * (1.0 - expected) / rounds))
        << cut.first;
  }
}

// Each cut that is out of the limits is no cut.
TEST(SplitRules, RandomCutsKeepTheLimits) {
  SplitScratch scratch;
  Index with_split = 0, without = 0;
  for (Index round = 0; round < 2000; ++round) {
    const NodeCase drawn(20 + round % 50, round % 3 == 1, false, RandomKey(98).child(round));
    const LeafLimits limits{.subjects = 1 + round % 6, .events = round / 6 % 4};
    const SplitRule& rule = find_split_rule("random_log_rank");
    const NodeSearch search = search_of(drawn.node, limits, scratch);
    for (Index feature = 0; feature < size_of(drawn.columns); ++feature) {
      if (drawn.node.flat()) {
        continue;
      }
      const CutColumn column = drawn.column(feature);
      const Split best = best_split(rule, search, {&column, 1});
      bool known = false;
      drawn.for_each_cut(feature, limits, [&](const Cut& cut, const std::vector<bool>&) {
        known = known || (cut.rank == best.cut && cut.missing_left == best.missing_left);
      });
      EXPECT_TRUE(best.feature == no_index || known);
      ++(best.feature == no_index ? without : with_split);
    }
  }
  EXPECT_GT(with_split, 4000);
  EXPECT_GT(without, 2000);
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
