// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/forest/bag.hpp"
#include "vigil/forest/error_curve.hpp"
#include "vigil/forest/forest_importance.hpp"
#include "vigil/forest/forest_weights.hpp"
#include "vigil/forest/survival_forest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/grow_forest.hpp"
#include <cmath>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace vigil::forest {
namespace {

using ::testing::ElementsAre;

SurvivalRows plain_rows(Index count) {
  SurvivalRows rows;
  rows.subject.resize(at(count));
  rows.copies.assign(at(count), 1U);
  return rows;
}

std::vector<std::uint32_t>
bag_of(const SurvivalRows& rows, const BagOptions& options, Index tree, Index together) {
  const RandomKey forest(5);
  std::vector<std::uint32_t> copies;
  draw_bag(rows,
           options,
           forest.child("tree").child(tree),
           half_sample_key(forest, tree, together),
           copies);
  return copies;
}

TEST(HalfSamples, HoldHalfOfTheRowsEachAsOftenAsTheOthers) {
  constexpr Index draws = 4000;
  std::vector<double> drawn(9, 0.0);
  for (Index number = 0; number < draws; ++number) {
    const auto half = draw_half(9, RandomKey(1).child(number));
    EXPECT_EQ(std::accumulate(half.begin(), half.end(), 0), 4);
    for (std::size_t row = 0; row < half.size(); ++row) {
      drawn[row] += half[row];
    }
  }
  const double share = 4.0 / 9.0;
  for (const double times : drawn) { // four standard errors
    EXPECT_NEAR(times / draws, share, 4.0 * std::sqrt(share * (1.0 - share) / draws));
  }
  EXPECT_THAT(draw_half(1, RandomKey(1)), ElementsAre(1));
}

TEST(HalfSamples, TreesOfOneDrawFromIt) {
  const SurvivalRows rows = plain_rows(101);
  for (const bool replace : {false, true}) {
    for (Index tree = 0; tree < 40; ++tree) {
      const auto half = draw_half(101, RandomKey(5).child("half").child(tree / 4));
      const auto bag = bag_of(rows, {.sample_fraction = 0.632, .replace = replace}, tree, 4);
      EXPECT_EQ(std::accumulate(bag.begin(), bag.end(), 0U), replace ? 50U : 32U); // 0.632 x 50
      for (std::size_t row = 0; row < bag.size(); ++row) {
        EXPECT_TRUE(bag[row] == 0 || half[row] == 1);
      }
      EXPECT_NE(bag, bag_of(rows, {.replace = replace}, tree + 1, 4));
    }
  }
  // all of the half is out of nobody's way: the other half stays out
  const auto all = bag_of(rows, {.sample_fraction = 1.0}, 0, 4);
  EXPECT_EQ(std::accumulate(all.begin(), all.end(), 0U), 50U);
}

TEST(HalfSamples, OneTreeEachIsNone) {
  EXPECT_FALSE(half_sample_key(RandomKey(5), 3, 1).has_value());
  const SurvivalRows rows = plain_rows(50);
  const auto bag = bag_of(rows, {}, 3, 1);
  EXPECT_EQ(std::accumulate(bag.begin(), bag.end(), 0U), 32U);
}

TEST(HalfSamples, ErrorsLeaveOutWholeHalfSamples) {
  EXPECT_THAT(error_schedule(1000, 4), ElementsAre(12, 20, 52, 100, 200, 500, 1000));
  EXPECT_EQ(error_schedule(1000, 1), error_schedule(1000));
  EXPECT_THAT(error_schedule(60, 30), ElementsAre(30, 60));
  const SurvivalOutcome outcome{.entry = {}, .time = {1.0, 2.0, 3.0}, .event = {1, 1, 1}};
  const Outcome any = outcome;
  const auto ones = CaseWeights::ones(3);
  const std::vector<Index> rows{0, 1, 2};
  const ErrorCurve curve(any, ones, rows, {}, 1, 4);
  EXPECT_EQ(curve.group_of(3), 0);
  EXPECT_EQ(curve.group_of(4), 1);
  EXPECT_EQ(curve.group_of(43), 0);
  MortalityVotes votes(3, 10);
  for (Index tree = 0; tree < 40; ++tree) {
    for (const Index row : rows) {
      votes.add(row, curve.group_of(tree), 10 - row);
    }
  }
  Scheduler scheduler(1);
  EXPECT_EQ(curve.look(40, votes, scheduler).se, 0.0);
  EXPECT_TRUE(std::isnan(curve.look(36, votes, scheduler).se)); // nine half samples
}

// Trees (1, 3), (5, 9) of item 0, and the others: the means 2 and 7 have SD 5 / sqrt 2, and so the error 5 / 2.
TEST(HalfSamples, ImportanceHasTheErrorOfTheirMeans) {
  TreeValues values(2, 4);
  values.set(0, 1.0, {});
  values.set(1, 1.0, {{0, 3.0}});
  values.set(2, 5.0, {});
  values.set(3, 1.0, {{0, 9.0}});
  const ItemMeans one_by_one = values.means(), together = values.means(2);
  EXPECT_EQ(together.mean, one_by_one.mean);
  EXPECT_DOUBLE_EQ(together.mean[0], 4.5);
  EXPECT_DOUBLE_EQ(together.se[0], 2.5);
  EXPECT_DOUBLE_EQ(together.se[1], 1.0); // means 1 and 3
  EXPECT_NE(one_by_one.se[0], together.se[0]);
}

class ForestOfHalfSamples : public testing::Test {
protected:
  ForestOfHalfSamples() : drawn(RandomKey(180), 120, 6, 1) {}
  test::SurvivalCase drawn;
};

TEST_F(ForestOfHalfSamples, SaysSoInItsRecordAlone) {
  const Record plain = test::grow_forest(drawn, {.trees = 12}).record();
  const Record halves =
      test::grow_forest(drawn, {.trees = 12, .trees_per_half_sample = 3}).record();
  EXPECT_FALSE(plain.has("trees_per_half_sample"));
  EXPECT_EQ(halves.count("trees_per_half_sample"), 3);
  EXPECT_NE(plain.counts("feature"), halves.counts("feature"));
  EXPECT_EQ(SurvivalForest::from_record(halves).record().entries(), halves.entries());
  Record damaged = halves;
  damaged.set("trees_per_half_sample", Index{0});
  EXPECT_THROW(static_cast<void>(SurvivalForest::from_record(damaged)), InputError);
}

TEST_F(ForestOfHalfSamples, DoesNotDependOnThreadsOrParts) {
  const ForestOptions options{.trees = 24, .trees_per_half_sample = 4};
  const Record whole = test::grow_forest(drawn, options, 1).record();
  for (const int threads : {2, 8}) {
    EXPECT_EQ(test::grow_forest(drawn, options, threads).record().entries(), whole.entries());
  }
  const auto part = [&](Index first, Index trees) {
    return test::grow_forest(drawn,
                             {.trees = trees,
                              .trees_per_half_sample = 4,
                              .first_tree = first,
                              .keep_votes = true})
        .record();
  };
  const std::vector<Record> parts{part(16, 8), part(0, 16)};
  const std::vector<std::string> files{"a", "b"};
  EXPECT_EQ(SurvivalForest::merge(parts, files).entries(), whole.entries());
  const std::vector<Record> mixed{
      parts.front(), test::grow_forest(drawn, {.trees = 16, .keep_votes = true}).record()};
  EXPECT_THROW(static_cast<void>(SurvivalForest::merge(mixed, files)), InputError);
}

// The bags are drawn again, and the events of every leaf of every tree must be those of its subjects.
TEST_F(ForestOfHalfSamples, ItsWeightsKnowWhoWasDrawn) {
  const auto forest = test::grow_forest(drawn, {.trees = 9, .trees_per_half_sample = 3});
  const TrainingData data = drawn.data();
  Scheduler scheduler(2);
  EXPECT_NO_THROW(ForestWeights(forest, data, CaseWeights::ones(120), scheduler));
}

TEST_F(ForestOfHalfSamples, HasWholeHalfSamples) {
  const auto refused = [](const ForestOptions& options) {
    EXPECT_THROW(check_forest(options, 7, "forest"), ConfigError);
  };
  refused({.trees = 10, .trees_per_half_sample = 4});
  refused({.trees = 12, .trees_per_half_sample = 4, .first_tree = 6});
  refused({.trees_per_half_sample = 0});
  EXPECT_NO_THROW(
      check_forest({.trees = 12, .trees_per_half_sample = 4, .first_tree = 8}, 7, "forest"));
}

} // namespace
} // namespace vigil::forest
