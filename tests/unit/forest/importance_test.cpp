// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/forest/importance_table.hpp"
#include "vigil/forest/survival_forest.hpp"
#include "vigil/survival/censoring_weights.hpp"

#include <gtest/gtest.h>

#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>
#include <string>
#include <vector>

namespace vigil::forest {
namespace {

/// A drawn cohort with tied times, some cells missing, whose first three markers carry a signal, and so does c0.
struct Asked {
  test::SurvivalCase drawn;
  CaseWeights weights;

  Asked(std::uint64_t seed, Index subjects, Index markers)
      : drawn(RandomKey(seed), subjects, markers, 1), weights(CaseWeights::ones(subjects)) {
    for (Index subject = 4; subject < subjects; subject += 11) {
      drawn.marker_values[at(subject)] = std::nanf("");
    }
    for (double& time : drawn.survival.time) {
      time = std::ceil(50.0 * time) / 50.0;
    }
  }
  SurvivalForest grow(const ForestOptions& options, int threads = 2) {
    const TrainingData data = drawn.data();
    Scheduler scheduler(threads);
    FitContext context{scheduler};
    const Preparation preparation(data.columns(), {});
    return SurvivalForest::grow(data, {weights, preparation, RandomKey(9)}, options, context);
  }
};

std::vector<ImportanceRow> rows_of(const SurvivalForest& forest, ImportanceKind kind) {
  std::vector<ImportanceRow> rows;
  for (const ImportanceRow& row : forest.importance()) {
    if (row.kind == kind) {
      rows.push_back(row);
    }
  }
  return rows;
}

bool same(double left, double right) {
  return std::memcmp(&left, &right, sizeof left) == 0;
}

void expect_same(std::span<const ImportanceRow> left, std::span<const ImportanceRow> right) {
  ASSERT_EQ(left.size(), right.size());
  for (std::size_t row = 0; row < left.size(); ++row) {
    EXPECT_EQ(left[row].kind, right[row].kind);
    EXPECT_EQ(left[row].feature, right[row].feature);
    EXPECT_TRUE(same(left[row].importance, right[row].importance)) << left[row].feature;
    EXPECT_TRUE(same(left[row].se, right[row].se));
    EXPECT_TRUE(same(left[row].p, right[row].p));
  }
}

std::vector<ImportanceKind> all_kinds() {
  std::vector<ImportanceKind> kinds;
  for (const ImportanceKindName& each : importance_kind_table()) {
    kinds.push_back(each.kind);
  }
  return kinds;
}

TEST(Importance, BytesDoNotDependOnThreads) {
  Asked asked(51, 150, 30);
  for (const ImportanceOn& on : {ImportanceOn{}, ImportanceOn{.brier_horizon = 0.5}}) {
    const ForestOptions options{.trees = 25,
                                .importance = all_kinds(),
                                .importance_on = on,
                                .groups = {{"signal", {"m0", "m1", "m2"}}, {"rest", {"m5", "c0"}}}};
    const SurvivalForest one = asked.grow(options, 1);
    ASSERT_FALSE(one.importance().empty());
    for (const int threads : {2, 8}) {
      expect_same(one.importance(), asked.grow(options, threads).importance());
    }
  }
}

// Whoever asks for one kind gets what all kinds together have, and the forest itself is the same.
TEST(Importance, KindsDoNotDependOnEachOther) {
  Asked asked(52, 120, 12);
  ForestOptions options{.trees = 15, .importance = all_kinds(), .groups = {{"two", {"m0", "m7"}}}};
  const SurvivalForest all = asked.grow(options);
  for (const ImportanceKind kind : all_kinds()) {
    options.importance = {kind};
    const SurvivalForest one = asked.grow(options);
    expect_same(one.importance(), rows_of(all, kind));
    EXPECT_EQ(one.out_of_bag().mortality, all.out_of_bag().mortality);
  }
}

TEST(Importance, AFeatureThatNoTreeCutsHasNone) {
  Asked asked(53, 120, 5);
  std::fill_n(asked.drawn.marker_values.begin() + 4 * 120, 120, 1.0F); // m4 is constant
  const SurvivalForest forest =
      asked.grow({.trees = 20, .importance = {ImportanceKind::permutation}});
  const auto rows = rows_of(forest, ImportanceKind::permutation);
  ASSERT_EQ(rows.size(), 6U);
  EXPECT_EQ(rows[4].feature, "m4");
  EXPECT_EQ(rows[4].importance, 0.0);
  EXPECT_EQ(rows[4].se, 0.0);
  EXPECT_TRUE(std::isnan(rows[4].p));
}

TEST(Importance, AGroupOfOneIsItsFeature) {
  Asked asked(54, 150, 6);
  ForestOptions options{.trees = 30,
                        .importance = {ImportanceKind::permutation, ImportanceKind::grouped}};
  for (Index marker = 0; marker < 6; ++marker) {
    const std::string name = "m" + std::to_string(marker);
    options.groups.push_back({"group of " + name, {name, name}});
  }
  const SurvivalForest forest = asked.grow(options);
  const auto single = rows_of(forest, ImportanceKind::permutation);
  const auto grouped = rows_of(forest, ImportanceKind::grouped);
  ASSERT_EQ(grouped.size(), 6U);
  for (std::size_t marker = 0; marker < 6; ++marker) {
    EXPECT_EQ(grouped[marker].feature, "group of " + single[marker].feature);
    EXPECT_TRUE(same(grouped[marker].importance, single[marker].importance));
    EXPECT_TRUE(same(grouped[marker].se, single[marker].se));
  }
  EXPECT_GT(single[0].importance, 0.0);
}

std::size_t leader(const std::vector<ImportanceRow>& rows) {
  return static_cast<std::size_t>(std::ranges::max_element(rows, {}, &ImportanceRow::importance) -
                                  rows.begin());
}

// A column that decides who dies early leads by every kind, on both measures.
TEST(Importance, AStrongFeatureComesFirst) {
  Asked asked(55, 200, 12);
  for (Index subject = 0; subject < 200; ++subject) {
    const bool early = subject % 2 == 0;
    asked.drawn.survival.time[at(subject)] = early ? 0.2 : 2.0;
    asked.drawn.survival.time[at(subject)] += 0.001 * static_cast<double>(subject);
    asked.drawn.survival.event[at(subject)] = subject % 5 == 0 ? 0 : 1;
    asked.drawn.marker_values[at(7 * 200 + subject)] += early ? 2.0F : -2.0F;
  }
  for (const ImportanceOn& on : {ImportanceOn{}, ImportanceOn{.brier_horizon = 1.0}}) {
    const SurvivalForest forest =
        asked.grow({.trees = 40,
                    .importance = all_kinds(),
                    .importance_on = on,
                    .groups = {{"noise", {"m3", "m4", "m5"}}, {"strong", {"m7", "m8"}}}});
    for (const ImportanceKind kind : all_kinds()) {
      auto rows = rows_of(forest, kind);
      if (kind == ImportanceKind::minimal_depth) {
        for (ImportanceRow& row : rows) {
          row.importance = -row.importance;
        }
      }
      EXPECT_EQ(rows[leader(rows)].feature, kind == ImportanceKind::grouped ? "strong" : "m7")
          << name_of(kind);
    }
    const auto permuted = rows_of(forest, ImportanceKind::permutation);
    EXPECT_GT(permuted[7].importance, 10.0 * permuted[7].se);
  }
}

// Outcomes of other subjects, 40 data sets: the mean over data sets is 0 within three standard errors.
TEST(Importance, OfNoiseIsZero) {
  for (const ImportanceOn& on : {ImportanceOn{}, ImportanceOn{.brier_horizon = 0.5}}) {
    constexpr Index data_sets = 40;
    std::vector<double> found;
    for (Index number = 0; number < data_sets; ++number) {
      Asked asked(static_cast<std::uint64_t>(3000 + number), 200, 4);
      asked.drawn.survival =
          Asked(static_cast<std::uint64_t>(5000 + number), 200, 4).drawn.survival;
      const SurvivalForest forest = asked.grow(
          {.trees = 30, .importance = {ImportanceKind::permutation}, .importance_on = on});
      double sum = 0.0;
      for (const ImportanceRow& row : forest.importance()) {
        sum += row.importance;
      }
      found.push_back(sum);
    }
    double mean = 0.0, squares = 0.0;
    for (const double value : found) {
      mean += value / static_cast<double>(data_sets);
    }
    for (const double value : found) {
      squares += (value - mean) * (value - mean);
    }
    EXPECT_NEAR(mean, 0.0, 3.0 * std::sqrt(squares / (data_sets - 1.0) / data_sets));
  }
}

// Values 1, 2, 3 of item 0 and 5 of item 1 in the second tree; others 0, 0, 6, and one tree without.
TEST(TreeValues, MeansAndErrorsByHand) {
  TreeValues values(3, 4);
  values.set(2, 6.0, {{0, 3.0}});
  values.set(0, 0.0, {{0, 1.0}});
  values.set(1, 0.0, {{0, 2.0}, {1, 5.0}});
  const ItemMeans means = values.means();
  EXPECT_DOUBLE_EQ(means.mean[0], 2.0);
  EXPECT_DOUBLE_EQ(means.se[0], std::sqrt(1.0 / 3.0)); // 1 2 3
  EXPECT_DOUBLE_EQ(means.mean[1], 11.0 / 3.0);
  EXPECT_DOUBLE_EQ(means.se[1], std::sqrt(31.0 / 3.0 / 3.0)); // 0 5 6: squares 62 / 3
  EXPECT_DOUBLE_EQ(means.mean[2], 2.0);
  EXPECT_DOUBLE_EQ(means.se[2], std::sqrt(12.0 / 3.0)); // 0 0 6: squares 24
  EXPECT_TRUE(std::isnan(TreeValues(1, 2).means().mean[0]));
  TreeValues one(1, 1);
  one.set(0, 2.0, {});
  EXPECT_EQ(one.means().mean[0], 2.0);
  EXPECT_TRUE(std::isnan(one.means().se[0]));
}

// Root cuts column 2, its left child column 0, whose left child column 2 again:
//
//         0:c2
//       /      \.
//     1:c0     leaf
//    /    \.
//  3:c2   leaf
//  /  \.
Tree small_tree() {
  constexpr std::uint32_t leaf = Tree::no_feature;
  Tree tree;
  tree.feature = {2, 0, leaf, 2, leaf, leaf, leaf};
  tree.cut = {2, 1, 0, 1, 0, 0, 0};
  tree.missing_left.assign(7, 0);
  tree.child = {1, 3, 3, 5, 2, 0, 1};
  for (std::uint32_t number = 0; number < 4; ++number) {
    tree.jump_time.push_back(0);
    tree.jump.push_back(0.1 * static_cast<double>(number));
    tree.jump_start.push_back(number + 1);
  }
  return tree;
}

TEST(ForestImportance, MinimalDepthByHand) {
  Asked asked(56, 8, 2); // columns m0, m1, c0
  Scheduler scheduler(1);
  const SurvivalRows rows = survival_rows(asked.drawn.survival, asked.weights);
  const RankColumns ranks(asked.drawn.data().covariates(), rows.subject, scheduler);
  const Tree tree = small_tree();
  const std::vector<std::uint32_t> seen{1, 4}, leaf{0, 3};
  ForestImportance importance(
      rows, ranks, {.kinds = {ImportanceKind::minimal_depth}}, 1, scheduler.workers());
  importance.take(0, 0, {tree, seen, leaf}, RandomKey(1));
  const ItemMeans depth = importance.means(ImportanceKind::minimal_depth);
  // the deepest leaf is at 3
  EXPECT_EQ(depth.mean, (std::vector<double>{1.0, 4.0, 0.0}));
}

// The Brier score of a tree by its definition, before and after some rows move.
TEST(TreeLoss, IsTheBrierScoreOfTheLeaves) {
  Asked asked(57, 150, 6);
  constexpr double horizon = 0.5;
  Scheduler scheduler(1);
  const TrainingData data = asked.drawn.data();
  const SurvivalRows rows = survival_rows(asked.drawn.survival, asked.weights);
  const RankColumns ranks(data.covariates(), rows.subject, scheduler);
  TreeGrower grower(
      rows, ranks, {.features_per_split = 3, .rule = &find_split_rule("guarded_log_rank")});
  const Tree tree = grower.grow(RandomKey(2));
  ASSERT_GT(tree.leaves(), 3);
  const survival::CensoringWeights censoring(data.outcome, asked.weights);
  const auto weight = censoring.weights_at(horizon);
  const Preparation preparation(data.columns(), {});
  const FitItem item{asked.weights, preparation, RandomKey(9)};
  const HorizonRows at_horizon = horizon_rows(
      {.data = data, .item = item, .rows = rows, .ranks = ranks, .scheduler = scheduler}, horizon);
  const auto brier = [&](std::span<const std::uint32_t> leaf) {
    double sum = 0.0, total = 0.0;
    for (std::size_t place = 0; place < leaf.size(); ++place) {
      const Index subject = rows.subject[grower.out_of_bag()[place]];
      double survival = 1.0;
      for (auto jump = tree.jump_start[leaf[place]]; jump < tree.jump_start[leaf[place] + 1U];
           ++jump) {
        survival *= rows.event_time[tree.jump_time[jump]] <= horizon ? 1.0 - tree.jump[jump] : 1.0;
      }
      const SurvivalOutcome& outcome = asked.drawn.survival;
      const bool died = outcome.time[at(subject)] <= horizon && outcome.event[at(subject)] == 1;
      const double error = (died ? 1.0 : 0.0) - (1.0 - survival);
      sum += weight[at(subject)] * error * error;
      total += weight[at(subject)];
    }
    return sum / total;
  };
  TreeLoss loss(rows, &at_horizon);
  ASSERT_TRUE(loss.take({tree, grower.out_of_bag(), grower.leaf()}));
  std::vector<std::uint32_t> moved(grower.leaf().begin(), grower.leaf().end());
  const double before = brier(moved);
  std::vector<LeafChange> changes;
  for (std::uint32_t place = 0; place < moved.size(); place += 3) {
    moved[place] = (moved[place] + 1U) % static_cast<std::uint32_t>(tree.leaves());
    changes.push_back({place, moved[place]});
  }
  EXPECT_NEAR(loss.increase(changes), brier(moved) - before, 1e-8); // votes are rounded to 2^-30
  EXPECT_EQ(loss.increase({}), 0.0);
}

TEST(Importance, NamesAndMeasuresAreRead) {
  std::set<std::string_view> names;
  for (const ImportanceKindName& each : importance_kind_table()) {
    EXPECT_EQ(find_importance_kind(each.name), each.kind);
    EXPECT_EQ(name_of(each.kind), each.name);
    EXPECT_TRUE(names.insert(each.name).second);
  }
  EXPECT_THROW(static_cast<void>(find_importance_kind("gini")), ConfigError);
  EXPECT_FALSE(ImportanceOn::from_text("concordance").brier_horizon.has_value());
  EXPECT_EQ(ImportanceOn::from_text("brier@1.5").brier_horizon, 1.5);
  EXPECT_EQ(ImportanceOn::from_text("brier@1.5").text(), "brier@1.5");
  for (const char* text :
       {"concordance", "brier", "mse"}) { // the last two of outcomes that are no times
    EXPECT_EQ(ImportanceOn::from_text(text).text(), text);
  }
  for (const char* text : {"brier@", "brier@0", "brier@x", "uno", "brier@inf"}) {
    EXPECT_THROW(static_cast<void>(ImportanceOn::from_text(text)), ConfigError) << text;
  }
}

TEST(Importance, RefusesWhatItCannotGive) {
  Asked asked(58, 60, 4);
  const auto refused = [&](const ForestOptions& options) {
    EXPECT_THROW(static_cast<void>(asked.grow(options)), Error);
  };
  refused({.trees = 2, .importance = {ImportanceKind::grouped}});
  refused({.trees = 2, .importance = {ImportanceKind::permutation, ImportanceKind::permutation}});
  refused({.trees = 2, .importance = {ImportanceKind::grouped}, .groups = {{"empty", {}}}});
  refused({.trees = 2, .importance = {ImportanceKind::grouped}, .groups = {{"a", {"m9"}}}});
  for (const char* text : {"brier", "mse"}) { // without a time
    refused({.trees = 2,
             .importance = {ImportanceKind::permutation},
             .importance_on = ImportanceOn::from_text(text)});
  }
  // all leave by the end of a follow-up that ends censored
  asked.drawn.survival.time[3] = 99.0;
  asked.drawn.survival.event[3] = 0;
  refused({.trees = 2,
           .importance = {ImportanceKind::permutation},
           .importance_on = {.brier_horizon = 99.0}});
}

} // namespace
} // namespace vigil::forest
