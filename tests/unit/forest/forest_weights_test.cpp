// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/forest/forest_weights.hpp"
#include "vigil/forest/key_text.hpp"

#include <gtest/gtest.h>

#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

namespace vigil::forest {
namespace {

constexpr Index everybody = 1000;

class ForestWeightsTest : public testing::Test {
protected:
  ForestWeightsTest()
      : drawn(RandomKey(150), 70, 5, 1), fresh(RandomKey(151), 40, 5, 1),
        weights(CaseWeights::ones(70)) {
    for (auto* each : {&drawn, &fresh}) {
      for (std::size_t cell = 0; cell < each->marker_values.size(); cell += 13) {
        each->marker_values[cell] = std::nanf("");
      }
    }
    for (double& time : drawn.survival.time) {
      time = std::ceil(20.0 * time) / 20.0;
    }
  }
  /// As it comes out of its file.
  SurvivalForest grow(const ForestOptions& options) {
    const TrainingData data = drawn.data();
    FitContext context{scheduler};
    const Preparation preparation(data.columns(), {});
    return SurvivalForest::from_record(
        SurvivalForest::grow(data, {weights, preparation, RandomKey(8)}, options, context)
            .record());
  }
  std::vector<std::vector<Neighbour>>
  nearest(const SurvivalForest& forest, Index most = everybody, int threads = 2) {
    const TrainingData data = drawn.data(), others = fresh.data();
    Scheduler workers(threads);
    return ForestWeights(forest, data, weights, workers)
        .nearest(others.covariates(), most, workers);
  }
  Prediction predict(const SurvivalForest& forest) {
    const TrainingData others = fresh.data();
    FitContext context{scheduler};
    return forest.predict(others.covariates(), {.horizons = {}}, context);
  }
  void expect_refused(const SurvivalForest& forest, const std::string& found) {
    try {
      static_cast<void>(nearest(forest));
      ADD_FAILURE() << "accepted";
    } catch (const InputError& error) {
      EXPECT_EQ(error.fault().where, "the training cohort");
      EXPECT_NE(error.fault().found.find(found), std::string::npos) << error.fault().found;
    }
  }

  test::SurvivalCase drawn, fresh;
  CaseWeights weights;
  Scheduler scheduler{2};
};

/// Weights by training subject.
std::vector<double> dense(const std::vector<Neighbour>& neighbours, Index subjects) {
  std::vector<double> result(at(subjects), 0.0);
  for (const Neighbour& neighbour : neighbours) {
    result[at(neighbour.subject)] = neighbour.weight;
  }
  return result;
}

// One tree with two leaves, cut between 0 and 1; nine of ten subjects are in the bag.
TEST_F(ForestWeightsTest, TwoLeavesByHand) {
  drawn = test::SurvivalCase(RandomKey(152), 10, 0, 1);
  drawn.clinical[0] = {0, 0, 0, 0, 1, 1, 1, 1, 1, 1};
  drawn.survival = {.entry = {},
                    .time = {1, 2, 3, 4, 50, 60, 70, 80, 90, 100},
                    .event = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1}};
  fresh = test::SurvivalCase(RandomKey(153), 2, 0, 1);
  fresh.clinical[0] = {-3.0, 0.75};
  weights = CaseWeights::ones(10);
  const SurvivalForest forest = grow(
      {.trees = 1, .min_node = 2, .min_leaf = 3, .min_leaf_events = 1, .sample_fraction = 1.0});
  ASSERT_EQ(forest.trees()[0].leaves(), 2);
  const auto found = nearest(forest);
  const bool out_of_first = found[0].size() == 3;
  ASSERT_EQ(found[0].size(), out_of_first ? 3U : 4U);
  ASSERT_EQ(found[1].size(), out_of_first ? 6U : 5U);
  for (const auto& neighbours : found) {
    for (std::size_t place = 0; place < neighbours.size(); ++place) {
      EXPECT_EQ(neighbours[place].weight, 1.0 / static_cast<double>(neighbours.size()));
      EXPECT_EQ(neighbours[place].subject < 4, &neighbours == &found[0]);
      EXPECT_TRUE(place == 0 || neighbours[place - 1].subject < neighbours[place].subject);
    }
  }
}

TEST_F(ForestWeightsTest, SumToOneAndComeInOrder) {
  const SurvivalForest forest = grow({.trees = 40});
  const auto all = nearest(forest), some = nearest(forest, 7);
  ASSERT_EQ(all.size(), 40U);
  for (std::size_t subject = 0; subject < 40; ++subject) {
    double sum = 0.0;
    for (const Neighbour& neighbour : all[subject]) {
      EXPECT_GT(neighbour.weight, 0.0);
      sum += neighbour.weight;
    }
    EXPECT_NEAR(sum, 1.0, 1e-12);
    EXPECT_TRUE(std::ranges::is_sorted(all[subject], [](const auto& left, const auto& right) {
      return left.weight > right.weight ||
             (left.weight == right.weight && left.subject < right.subject);
    }));
    ASSERT_GT(all[subject].size(), 7U);
    EXPECT_EQ(some[subject],
              std::vector<Neighbour>(all[subject].begin(), all[subject].begin() + 7));
  }
}

// Who is in the bag and in the leaf, by the grower itself; a resample with copies, sampling weights, a bootstrap.
TEST_F(ForestWeightsTest, AreTheSharesOfTheLeaves) {
  std::vector<std::uint32_t> times(70, 1);
  std::vector<double> sampling(70, 1.0);
  for (std::size_t subject = 0; subject < 70; ++subject) {
    times[subject] = static_cast<std::uint32_t>(subject % 4); // some are not there
    sampling[subject] = subject % 3 == 0 ? 2.5 : 1.0;
  }
  weights = weights.with_times(times).with_sampling(sampling);
  for (const bool replace : {false, true}) {
    const SurvivalForest forest = grow({.trees = 12, .replace = replace});
    const auto found = nearest(forest);
    const TrainingData data = drawn.data(), others = fresh.data();
    const SurvivalRows rows = survival_rows(drawn.survival, weights);
    const RankColumns ranks(data.covariates(), rows.subject, scheduler);
    const GrownFrom& grown = forest.grown();
    TreeGrower grower(rows,
                      ranks,
                      {.features_per_split = grown.features_per_split,
                       .min_node = grown.min_node,
                       .leaf = {.subjects = grown.min_leaf, .events = grown.min_leaf_events},
                       .sample_fraction = grown.sample_fraction,
                       .replace = replace,
                       .rule = &find_split_rule("guarded_log_rank")});
    const CutColumns training = forest.read_columns(data.covariates(), scheduler);
    const CutColumns asked = forest.read_columns(others.covariates(), scheduler);
    std::vector<std::vector<double>> expected(40, std::vector<double>(70, 0.0));
    for (Index number = 0; number < 12; ++number) {
      const Tree& tree = forest.trees()[at(number)];
      ASSERT_EQ(grower.grow(RandomKey(8).child("tree").child(number)).child, tree.child);
      const auto out = grower.out_of_bag();
      std::vector<double> copies(70, 0.0); // drawn again, draw by draw
      RandomStream draw(RandomKey(8).child("tree").child(number).child("rows"));
      for (Index row = 0; row < rows.rows(); ++row) {
        const auto drawn_row = replace ? at(draw.index_below(rows.rows())) : at(row);
        copies[drawn_row] += rows.copies[drawn_row];
      }
      for (Index row = 0; row < rows.rows(); ++row) {
        const bool is_out = std::ranges::find(out, static_cast<std::uint32_t>(row)) != out.end();
        copies[at(row)] = is_out ? 0.0 : copies[at(row)];
        EXPECT_EQ(copies[at(row)] > 0.0, !is_out);
      }
      for (Index subject = 0; subject < 40; ++subject) {
        const Index leaf = asked.leaf_of(tree, subject);
        std::vector<double> share(70, 0.0);
        double total = 0.0;
        for (Index row = 0; row < rows.rows(); ++row) {
          if (training.leaf_of(tree, rows.subject[at(row)]) == leaf) {
            const double weight = copies[at(row)] * rows.sampling[at(row)];
            share[at(rows.subject[at(row)])] = weight;
            total += weight;
          }
        }
        for (std::size_t other = 0; other < 70; ++other) {
          expected[at(subject)][other] += share[other] / total / 12.0;
        }
      }
    }
    for (std::size_t subject = 0; subject < 40; ++subject) {
      const auto weight = dense(found[subject], 70);
      for (std::size_t other = 0; other < 70; ++other) {
        EXPECT_NEAR(weight[other], expected[subject][other], 1e-13);
      }
    }
  }
}

// The Nelson-Aalen estimate with the weights of one tree is its leaf's: summed over the event times, its mortality.
TEST_F(ForestWeightsTest, OfOneTreeTheyGiveItsPrediction) {
  const SurvivalForest forest = grow({.trees = 1});
  ASSERT_GT(forest.trees()[0].leaves(), 2);
  const auto found = nearest(forest);
  const Prediction predicted = predict(forest);
  for (std::size_t subject = 0; subject < 40; ++subject) {
    double hazard = 0.0, mortality = 0.0;
    for (const double time : forest.event_times()) {
      double died = 0.0, at_risk = 0.0;
      for (const Neighbour& neighbour : found[subject]) {
        const double own = drawn.survival.time[at(neighbour.subject)];
        const bool event = drawn.survival.event[at(neighbour.subject)] == 1;
        died += own == time && event ? neighbour.weight : 0.0;
        at_risk += own >= time ? neighbour.weight : 0.0;
      }
      hazard += died > 0.0 ? died / at_risk : 0.0;
      mortality += hazard;
    }
    EXPECT_NEAR(predicted.score[subject], mortality, 1e-8);
  }
}

TEST_F(ForestWeightsTest, PartsOfAForestHaveTheirOwnTrees) {
  const auto whole = nearest(grow({.trees = 6}));
  const auto first = nearest(grow({.trees = 2})),
             second = nearest(grow({.trees = 4, .first_tree = 2}));
  for (std::size_t subject = 0; subject < 40; ++subject) {
    const auto one = dense(first[subject], 70), other = dense(second[subject], 70),
               all = dense(whole[subject], 70);
    for (std::size_t place = 0; place < 70; ++place) {
      EXPECT_NEAR(all[place], (2.0 * one[place] + 4.0 * other[place]) / 6.0, 1e-13);
    }
  }
}

TEST_F(ForestWeightsTest, BytesDoNotDependOnThreads) {
  const SurvivalForest forest = grow({.trees = 30, .replace = true});
  const auto one = nearest(forest, everybody, 1);
  EXPECT_EQ(nearest(forest, everybody, 2), one);
  EXPECT_EQ(nearest(forest, everybody, 5), one);
}

TEST_F(ForestWeightsTest, DelayedEntryHasGaps) {
  for (Index subject = 0; subject < 70; ++subject) {
    drawn.survival.entry.push_back(subject % 2 == 0 ? 0.0 : 0.5 * drawn.survival.time[at(subject)]);
  }
  const auto found = nearest(grow({.trees = 20}));
  for (const auto& neighbours : found) {
    EXPECT_NEAR(
        std::accumulate(neighbours.begin(),
                        neighbours.end(),
                        0.0,
                        [](double sum, const Neighbour& each) { return sum + each.weight; }),
        1.0,
        1e-12);
  }
}

TEST_F(ForestWeightsTest, WithoutAForestThereAreNone) {
  std::ranges::fill(drawn.survival.event, std::uint8_t{0});
  const auto found = nearest(grow({.trees = 5}));
  ASSERT_EQ(found.size(), 40U);
  EXPECT_TRUE(found[0].empty());
}

TEST_F(ForestWeightsTest, RefusesOtherTrainingData) {
  const SurvivalForest forest = grow({.trees = 10});
  const auto survival = drawn.survival;
  const auto markers = drawn.marker_values;
  weights = weights.with_times([] {
    std::vector<std::uint32_t> times(70, 1);
    times[3] = 0;
    return times;
  }());
  expect_refused(forest, "69 subjects; the forest was grown on 70");
  weights = CaseWeights::ones(70);
  drawn.survival.time[5] += 0.001;
  drawn.survival.event[5] = 1;
  expect_refused(forest, "other event times");
  drawn.survival = survival; // outcomes of other subjects: the same times
  std::ranges::reverse(drawn.survival.time);
  std::ranges::reverse(drawn.survival.event);
  expect_refused(forest, "not those of the leaves of tree");
  drawn.survival = survival;
  std::rotate(
      drawn.marker_values.begin(), drawn.marker_values.begin() + 1, drawn.marker_values.end());
  expect_refused(forest, "not those of the leaves of tree");
  drawn.marker_values = markers;
  EXPECT_EQ(nearest(forest).size(), 40U);
}

TEST(KeyText, IsReadBack) {
  const RandomKey key = RandomKey(3).child("tree").child(7);
  EXPECT_EQ(key_of(text_of(key)), key);
  for (const char* text : {"", "1 2 3", "1 2 3 4 5", "1 2 3 -4", "1 2 3 4294967296", "1 2 3 x"}) {
    EXPECT_THROW(static_cast<void>(key_of(text)), InputError) << text;
  }
}

} // namespace
} // namespace vigil::forest
