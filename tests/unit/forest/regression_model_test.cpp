// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// What a forest of values is asked when it is grown: importance, record, merge, dependence.
#include "vigil/base/error.hpp"
#include "vigil/forest/importance_table.hpp"
#include "vigil/forest/partial_dependence.hpp"
#include "vigil/forest/regression_forest.hpp"

#include <gtest/gtest.h>

#include "tests/support/damaged_record.hpp"
#include "tests/support/fault_of.hpp"
#include "tests/support/value_case.hpp"
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vigil::forest {
namespace {

using test::ValueCase;

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// The cause of the outcome leads; squared errors are in the outcome's own unit.
TEST(RegressionModel, ImportanceOfTheCauseLeads) {
  const std::vector<ImportanceKind> kinds{ImportanceKind::permutation,
                                          ImportanceKind::conditional,
                                          ImportanceKind::impurity_corrected,
                                          ImportanceKind::shadow,
                                          ImportanceKind::hold_out,
                                          ImportanceKind::grouped};
  const std::vector<FeatureGroup> groups{{.name = "first", .features = {"m0"}},
                                         {.name = "last", .features = {"m4", "m5"}}};
  for (const bool binary : {false, true}) {
    ValueCase drawn(RandomKey(411), 200, 6, binary);
    const ForestOptions options{.trees = 60, .importance = kinds, .groups = groups};
    const RegressionForest forest = drawn.grow(options);
    std::map<ImportanceKind, std::vector<double>> found;
    for (const ImportanceRow& row : forest.importance()) {
      found[row.kind].push_back(row.importance);
      EXPECT_GE(row.se, 0.0);
    }
    for (const ImportanceKind kind : kinds) {
      EXPECT_EQ(std::ranges::max_element(found[kind]) - found[kind].begin(), 0) << name_of(kind);
      EXPECT_GT(found[kind].front(), 0.0);
    }
    if (!binary) {
      for (double& value : drawn.values()) {
        value *= 8.0;
      }
      const RegressionForest larger = drawn.grow(options);
      for (std::size_t row = 0; row < larger.importance().size(); ++row) {
        const double before = forest.importance()[row].importance;
        EXPECT_NEAR(
            larger.importance()[row].importance, 64.0 * before, 1e-7 * std::fabs(before) + 1e-9);
      }
    }
  }
}

// What a tree loses is the increase of its mean squared error, when rows fall into other leaves.
TEST(RegressionModel, LossIsTheIncreaseOfTheSquaredError) {
  Tree tree;
  tree.add_value(0.25);
  tree.add_value(1.0);
  SurvivalRows rows;
  rows.value = {0.0, 0.5, 1.0};
  rows.subject = {0, 1, 2};
  rows.moment = {0, 2, 4};
  const HorizonRows losses = value_losses(rows);
  TreeLoss loss(rows, &losses);
  const std::vector<std::uint32_t> places{0, 1, 2}, leaf{0, 0, 1};
  ASSERT_TRUE(loss.take({tree, places, leaf}));
  const std::vector<LeafChange> changes{{.place = 1, .leaf = 1}, {.place = 2, .leaf = 0}};
  // (0.25 - 0.0625 + 0.5625 - 0) / 3
  EXPECT_DOUBLE_EQ(loss.increase(changes), 0.25);
}

TEST(RegressionModel, WhatItIsJudgedByFitsTheOutcome) {
  using Loss = ImportanceOn::Loss;
  EXPECT_EQ(importance_on({}, false).text(), "mse");
  EXPECT_EQ(importance_on({}, true).text(), "concordance");
  EXPECT_EQ(importance_on(ImportanceOn::from_text("brier"), true).loss, Loss::brier);
  for (const auto& [text, binary] : std::vector<std::pair<std::string, bool>>{
           {"concordance", false}, {"brier", false}, {"mse", true}, {"brier@3", true}}) {
    const ImportanceOn asked = ImportanceOn::from_text(text);
    const bool of_binary = binary;
    const Fault fault =
        test::fault_of<ConfigError>([&] { static_cast<void>(importance_on(asked, of_binary)); });
    EXPECT_NE(fault.found.find(text), std::string::npos);
  }
}

TEST(RegressionModel, ARecordAndBackPredictsTheSame) {
  for (const bool binary : {false, true}) {
    ValueCase drawn = test::holed_case(413, 80, 8, binary);
    const RegressionForest forest = drawn.grow({.trees = 12});
    const RegressionForest read = RegressionForest::from_record(forest.record());
    EXPECT_EQ(read.record().entries(), forest.record().entries());
    EXPECT_EQ(read.binary(), binary);
    EXPECT_TRUE(test::same_bytes(drawn.scores(read), drawn.scores(forest)));
  }
}

TEST(RegressionModel, ADamagedRecordIsRefusedOrPredicts) {
  ValueCase drawn = test::holed_case(414, 60, 5, false);
  const Record whole = drawn.grow({.trees = 6}).record();
  RandomStream draw(RandomKey(415));
  Index refused = 0;
  for (Index round = 0; round < 300; ++round) {
    const Record damaged = test::damaged(whole, draw);
    try {
      static_cast<void>(drawn.scores(RegressionForest::from_record(damaged)));
    } catch (const InputError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 100);
}

TEST(RegressionModel, PartsMakeTheForestGrownAtOnce) {
  ValueCase drawn = test::holed_case(416, 70, 9, true);
  const auto part = [&](Index first, Index trees) {
    return drawn.grow({.trees = trees, .first_tree = first}).record();
  };
  const Record whole = part(0, 20);
  const std::vector<Record> records{part(12, 8), part(0, 5), part(5, 7)};
  const std::vector<std::string> files{"a", "b", "c"};
  EXPECT_EQ(RegressionForest::merge(records, files).entries(), whole.entries());
  const std::vector<Record> twice{part(0, 5), part(4, 7)};
  EXPECT_THROW(static_cast<void>(RegressionForest::merge(twice, std::span(files).first(2))),
               InputError);
  const std::vector<Record> others{
      part(0, 5), drawn.grow({.trees = 5, .min_leaf = 7, .first_tree = 5}).record()};
  EXPECT_THROW(static_cast<void>(RegressionForest::merge(others, std::span(files).first(2))),
               InputError);
}

TEST(RegressionModel, PartialDependenceIsThePredictionWithTheColumnSet) {
  ValueCase drawn = test::holed_case(417, 60, 5, false);
  const RegressionForest forest = drawn.grow({.trees = 15});
  Scheduler scheduler(2);
  FitContext context{scheduler};
  const TrainingData data = drawn.data();
  const Covariates covariates = data.covariates();
  const PartialDependence dependence(forest, covariates, {}, context);
  const FeatureDependence found = dependence.on("m1", 4);
  ASSERT_EQ(found.value.size(), 4U);
  for (std::size_t point = 0; point < 4; ++point) {
    std::fill_n(drawn.marker_values.begin() + 60, 60, static_cast<float>(found.value[point]));
    const auto scores = drawn.scores(forest);
    EXPECT_TRUE(test::same_bytes(found.individual[point].score, scores));
    EXPECT_NEAR(found.score[point], mean_of(scores), 1e-12);
  }
  EXPECT_EQ(most_cut_features(forest, 1), std::vector<std::string>{"m0"});
}

} // namespace
} // namespace vigil::forest
