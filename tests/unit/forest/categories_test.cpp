// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Forests that cut categories between sets of levels.
#include "vigil/base/error.hpp"
#include "vigil/forest/bag.hpp"
#include "vigil/forest/forest_weights.hpp"
#include "vigil/forest/key_text.hpp"
#include "vigil/forest/partial_dependence.hpp"

#include <gtest/gtest.h>

#include "tests/support/category_case.hpp"
#include "tests/support/damaged_record.hpp"
#include "tests/support/grow_forest.hpp"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <string>
#include <vector>

namespace vigil::forest {
namespace {

const std::vector<double> horizons{0.3, 1.0};

ForestOptions sets_options(Index trees) {
  ForestOptions options{.trees = trees, .horizons = horizons};
  options.categories = CategoryUse::sets;
  return options;
}

Prediction predict(const SurvivalForest& forest, test::SurvivalCase& drawn, int threads = 2) {
  const TrainingData data = drawn.data();
  Scheduler scheduler(threads);
  FitContext context{scheduler};
  return forest.predict(data.covariates(), {.horizons = horizons}, context);
}

bool same_bytes(const std::vector<double>& left, const std::vector<double>& right) {
  return left.size() == right.size() &&
         std::memcmp(left.data(), right.data(), 8 * left.size()) == 0;
}

void expect_same(const Prediction& left, const Prediction& right) {
  EXPECT_TRUE(same_bytes(left.score, right.score));
  EXPECT_TRUE(same_bytes(left.risk.value, right.risk.value));
}

void expect_same_out_of_bag(const SurvivalForest& left, const SurvivalForest& right) {
  EXPECT_TRUE(same_bytes(left.out_of_bag().mortality, right.out_of_bag().mortality));
  EXPECT_TRUE(same_bytes(left.out_of_bag().risk.value, right.out_of_bag().risk.value));
}

/// Nodes that cut a category, and those that cut the column of this number.
Index category_nodes(const SurvivalForest& forest) {
  Index nodes = 0;
  for (const Tree& tree : forest.trees()) {
    for (std::uint32_t node = 0; node < tree.feature.size(); ++node) {
      nodes += tree.cuts_category(node) ? 1 : 0;
    }
  }
  return nodes;
}

// All columns are drawn at every node, so that the sides of a cut may change places without another draw.
TEST(Categories, OfTwoLevelsAreTheirIndicator) {
  for (const Index missing : {0, 8}) {
    test::SurvivalCase drawn = test::category_case(RandomKey(330), 200, 2, missing);
    drawn.categories.pop_back();
    for (const SplitRule& rule : split_rule_table()) {
      if (rule.name == "random_log_rank" || (rule.name == "maximally_selected" && missing > 0)) {
        continue; // draws the side of missing values; takes these for a third level
      }
      ForestOptions options{.trees = 25,
                            .features_per_split = 5,
                            .split_rule = std::string(rule.name),
                            .horizons = horizons};
      const SurvivalForest indicators = test::grow_forest(drawn, options);
      options.categories = CategoryUse::sets;
      const SurvivalForest sets = test::grow_forest(drawn, options);
      EXPECT_EQ(sets.grown().columns, indicators.grown().columns);
      EXPECT_GT(category_nodes(sets), 10) << rule.name;
      expect_same_out_of_bag(sets, indicators);
      expect_same(predict(sets, drawn), predict(indicators, drawn));
    }
  }
}

// What is no category grows as before.
TEST(Categories, WithoutThemNothingChanges) {
  test::SurvivalCase drawn(RandomKey(331), 120, 5, 2);
  ForestOptions options{.trees = 15};
  const auto indicators = test::grow_forest(drawn, options).record();
  options.categories = CategoryUse::sets;
  const auto sets = test::grow_forest(drawn, options).record();
  for (const auto& [name, value] : indicators.entries()) {
    EXPECT_TRUE(sets.entries().find(name)->second == value) << name;
  }
  EXPECT_EQ(sets.text("categories"), "sets");
  EXPECT_FALSE(indicators.has("categories"));
  EXPECT_TRUE(sets.counts("level_set").empty());
}

// Other names, another order, another reference.
TEST(Categories, LevelsAreUnordered) {
  for (const SplitRule& rule : split_rule_table()) {
    test::SurvivalCase drawn = test::category_case(RandomKey(332), 160, 6, 9);
    ForestOptions options = sets_options(15);
    options.split_rule = rule.name;
    const SurvivalForest before = test::grow_forest(drawn, options);
    const Prediction predicted = predict(before, drawn);
    std::map<std::string, std::string> renamed{{"", ""}};
    const std::vector<std::string> others{"z", "c", "x", "a", "q", "b"};
    for (std::size_t level = 0; level < 6; ++level) {
      renamed[drawn.categories[0].levels[level]] = others[level];
    }
    for (std::string& text : drawn.categories[0].values) {
      text = renamed[text];
    }
    drawn.categories[0].levels = {"a", "b", "c", "q", "x", "z"};
    const SurvivalForest after = test::grow_forest(drawn, options);
    EXPECT_GT(category_nodes(after), 8) << rule.name;
    expect_same_out_of_bag(before, after);
    expect_same(predicted, predict(after, drawn));
  }
}

TEST(Categories, BytesDoNotDependOnThreads) {
  test::SurvivalCase drawn = test::category_case(RandomKey(333), 300, 40, 9);
  for (const SplitRule& rule : split_rule_table()) {
    ForestOptions options = sets_options(16);
    options.split_rule = rule.name;
    options.replace = rule.name == "maximally_selected" || rule.name == "max_combo_log_rank";
    const Record one = test::grow_forest(drawn, options, 1).record();
    EXPECT_FALSE(one.counts("level_set").empty());
    for (const int threads : {2, 8}) {
      EXPECT_TRUE(test::grow_forest(drawn, options, threads).record().entries() == one.entries())
          << rule.name;
    }
  }
}

// A level or two are beyond the first word of a set.
TEST(Categories, PredictTrainingSubjectsOutOfTheBag) {
  for (const Index levels : {3, 31, 32, 70}) {
    test::SurvivalCase drawn = test::category_case(RandomKey(334), 240, levels, 9);
    const SurvivalForest forest = test::grow_forest(drawn, sets_options(1));
    ASSERT_GT(category_nodes(forest), 0);
    const Prediction all = predict(forest, drawn);
    Index seen = 0;
    for (Index subject = 0; subject < 240; ++subject) {
      if (forest.out_of_bag().trees[at(subject)] == 1) {
        EXPECT_EQ(forest.out_of_bag().mortality[at(subject)], all.score[at(subject)]);
        ++seen;
      }
    }
    EXPECT_GT(seen, 60);
  }
}

// With the copies that the tree has drawn, dropped from the root: most rows of a node are where its missing levels go.
TEST(Categories, LevelsThatANodeHasNotSeenGoWithMostRows) {
  test::SurvivalCase drawn = test::category_case(RandomKey(335), 150, 20);
  const SurvivalForest forest = test::grow_forest(drawn, sets_options(20));
  const TrainingData data = drawn.data();
  Scheduler scheduler(1);
  const CutColumns columns = forest.read_columns(data.covariates(), scheduler);
  const SurvivalRows rows = survival_rows(drawn.survival, CaseWeights::ones(150));
  Index unseen = 0;
  for (std::size_t number = 0; number < forest.trees().size(); ++number) {
    const Tree& tree = forest.trees()[number];
    std::vector<std::uint32_t> copies;
    draw_bag(rows,
             {.sample_fraction = forest.grown().sample_fraction},
             key_of(forest.grown().key).child("tree").child(static_cast<Index>(number)),
             {},
             copies);
    std::map<std::uint32_t, std::map<std::uint32_t, Index>> levels; // of a node, how often
    std::map<std::uint32_t, Index> left_rows, all_rows;
    for (Index row = 0; row < rows.rows(); ++row) {
      const Index subject = rows.subject[at(row)];
      static_cast<void>(tree.leaf_of([&](std::uint32_t node) {
        const bool left = columns.goes_left(tree, node, subject);
        if (copies[at(row)] > 0 && tree.cuts_category(node)) {
          const double value = columns.value(tree.feature[node], subject);
          ++levels[node][static_cast<std::uint32_t>(value)];
          ++all_rows[node];
          left_rows[node] += left ? 1 : 0;
        }
        return left;
      }));
    }
    for (const auto& [node, of_node] : levels) {
      const bool most_left = 2 * left_rows[node] >= all_rows[node];
      const auto place = std::ranges::find(forest.cut_columns(), Index{tree.feature[node]});
      const auto count = size_of(forest.cut_levels()[at(place - forest.cut_columns().begin())]);
      for (std::uint32_t level = 0; level <= static_cast<std::uint32_t>(count); ++level) {
        if (!of_node.contains(level)) {
          EXPECT_EQ(tree.level_goes_left(node, level), most_left);
          ++unseen;
        }
      }
      EXPECT_EQ(tree.missing_left[node] != 0, most_left); // none was missing
    }
  }
  EXPECT_GT(unseen, 100);
}

/// Some subjects of a cohort.
test::SurvivalCase only(const test::SurvivalCase& all, const std::vector<Index>& subjects) {
  test::SurvivalCase part(RandomKey(1), size_of(subjects), all.markers, all.clinical_columns);
  for (std::size_t place = 0; place < subjects.size(); ++place) {
    const std::size_t subject = at(subjects[place]);
    for (Index marker = 0; marker < all.markers; ++marker) {
      part.marker_values[at(marker * part.subjects) + place] =
          all.marker_values[at(marker * all.subjects) + subject];
    }
    part.clinical[0][place] = all.clinical[0][subject];
  }
  for (const auto& texts : all.categories) {
    part.categories.push_back({.name = texts.name, .values = {}, .levels = {}});
    for (const Index subject : subjects) {
      part.categories.back().values.push_back(texts.values[at(subject)]);
    }
    part.categories.back().levels = texts.levels;
  }
  return part;
}

// Levels in another order, and only those that occur; a level that training does not know goes where each node sends these.
TEST(Categories, PredictOnACohortWithOtherLevels) {
  test::SurvivalCase drawn = test::category_case(RandomKey(336), 200, 5, 11);
  const SurvivalForest forest =
      SurvivalForest::from_record(test::grow_forest(drawn, sets_options(30)).record());
  const Prediction all = predict(forest, drawn);
  std::vector<Index> subjects;
  for (Index subject = 199; subject >= 0; --subject) {
    const std::string& text = drawn.categories[0].values[at(subject)];
    if (text == "l4" || text == "l2" || text.empty()) {
      subjects.push_back(subject);
    }
  }
  test::SurvivalCase part = only(drawn, subjects);
  part.categories[0].levels = {"l4", "new", "l2"};
  std::ranges::reverse(part.categories[1].levels);
  Prediction found = predict(forest, part);
  for (std::size_t place = 0; place < subjects.size(); ++place) {
    EXPECT_EQ(found.score[place], all.score[at(subjects[place])]);
  }
  part.categories[0].values.assign(subjects.size(), "new");
  found = predict(forest, part);
  Scheduler scheduler(1);
  const TrainingData data = part.data();
  const CutColumns columns = forest.read_columns(data.covariates(), scheduler);
  const auto names = forest.cut_names();
  const auto cell = static_cast<std::uint32_t>(
      forest.cut_columns()[at(std::ranges::find(names, "cell") - names.begin())]);
  Index met = 0;
  for (Index subject = 0; subject < part.subjects; ++subject) {
    double sum = 0.0;
    for (const Tree& tree : forest.trees()) {
      const Index leaf = tree.leaf_of([&](std::uint32_t node) {
        met += tree.feature[node] == cell ? 1 : 0;
        return tree.feature[node] == cell ? (tree.level_set[tree.set_start[node]] & 1U) != 0
                                          : columns.goes_left(tree, node, subject);
      });
      LeafVotes leaves;
      leaves.take(tree, size_of(forest.event_times()), {});
      sum += LeafVotes::real(leaves.mortality(leaf));
    }
    EXPECT_NEAR(found.score[at(subject)], sum / 30.0, 1e-9);
  }
  EXPECT_GT(met, 100);
}

TEST(Categories, AreRefusedWhereTheCohortHasNumbers) {
  test::SurvivalCase drawn = test::category_case(RandomKey(337), 150, 4);
  const SurvivalForest forest = test::grow_forest(drawn, sets_options(20));
  drawn.categories.erase(drawn.categories.begin());
  EXPECT_THROW(static_cast<void>(predict(forest, drawn)), InputError);
  drawn.clinical_columns = 1;
  drawn.categories[0].levels = {"l1"}; // as of a cohort where one level occurs
  std::ranges::fill(drawn.categories[0].values, "l1");
  EXPECT_THROW(static_cast<void>(predict(forest, drawn)), InputError);
}

class CategoryRecords : public testing::Test {
protected:
  CategoryRecords() : drawn(test::category_case(RandomKey(338), 130, 35, 9)) {}
  Record part(Index first, Index trees) {
    ForestOptions options = sets_options(trees);
    options.first_tree = first;
    options.keep_votes = true;
    return test::grow_forest(drawn, options).record();
  }
  test::SurvivalCase drawn;
};

TEST_F(CategoryRecords, AreReadBack) {
  const SurvivalForest forest = test::grow_forest(drawn, sets_options(20));
  const Record record = forest.record();
  const SurvivalForest again = SurvivalForest::from_record(record);
  EXPECT_TRUE(again.record().entries() == record.entries());
  expect_same(predict(forest, drawn), predict(again, drawn));
  EXPECT_GT(category_nodes(again), 10);
  EXPECT_EQ(again.grown().categories, CategoryUse::sets);
  const auto& names = record.texts("features");
  const auto place = std::ranges::find(names, "cell") - names.begin();
  ASSERT_LT(place, size_of(names));
  EXPECT_EQ(again.cut_levels()[at(place)], test::level_names(35));
  EXPECT_EQ(record.numbers("training_lower")[at(place)], 1.0);
  EXPECT_EQ(record.numbers("training_upper")[at(place)], 35.0);
}

TEST_F(CategoryRecords, AreTheForestGrownAtOnce) {
  const Record whole = test::grow_forest(drawn, sets_options(12)).record();
  const std::vector<Record> parts{part(5, 7), part(0, 5)};
  const std::vector<std::string> files{"b", "a"};
  EXPECT_TRUE(SurvivalForest::merge(parts, files).entries() == whole.entries());
  std::vector<Record> others{parts[0], parts[1]};
  drawn.categories[0].levels.back() = "other";
  std::ranges::replace(drawn.categories[0].values, "l35", "other");
  others[1] = part(0, 5);
  try {
    static_cast<void>(SurvivalForest::merge(others, files));
    ADD_FAILURE() << "accepted";
  } catch (const InputError& error) {
    EXPECT_EQ(error.fault().found, "other values of column 'cell' than in the files before");
  }
}

TEST_F(CategoryRecords, DamagedOnesAreRefusedOrHarmless) {
  const Record whole = part(0, 8);
  RandomStream draw(RandomKey(112));
  Index refused = 0;
  for (Index round = 0; round < 3000; ++round) {
    try {
      const Prediction prediction =
          predict(SurvivalForest::from_record(test::damaged(whole, draw)), drawn, 1);
      EXPECT_EQ(prediction.score.size(), 130U);
    } catch (const InputError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 1000);
  const auto expect_refused = [&](const char* name, const auto& value) {
    Record changed = whole;
    changed.set(name, value);
    EXPECT_THROW(static_cast<void>(SurvivalForest::from_record(changed)), InputError) << name;
  };
  expect_refused("categories", std::string("some"));
  Record::Counts words = whole.counts("level_set");
  words.push_back(0);
  expect_refused("level_set", words);
  words.resize(words.size() - 2);
  expect_refused("level_set", words);
  words = whole.counts("level_set");
  words.front() = Index{1} << 32;
  expect_refused("level_set", words);
  words.front() = -1;
  expect_refused("level_set", words);
  expect_refused("levels", Record::Counts(whole.counts("levels").size(), 0));
}

// Rows of the bag dropped by the levels that the file names: their events are those of the leaves, else this throws.
TEST(Categories, WeightsFindTheRowsOfEveryLeaf) {
  test::SurvivalCase drawn = test::category_case(RandomKey(339), 150, 9, 7);
  const SurvivalForest forest =
      SurvivalForest::from_record(test::grow_forest(drawn, sets_options(30)).record());
  const TrainingData data = drawn.data();
  Scheduler scheduler(2);
  const ForestWeights weights(forest, data, CaseWeights::ones(150), scheduler);
  for (const auto& neighbours : weights.nearest(data.covariates(), 150, scheduler)) {
    double sum = 0.0;
    for (const Neighbour& neighbour : neighbours) {
      sum += neighbour.weight;
    }
    EXPECT_NEAR(sum, 1.0, 1e-12);
  }
}

TEST(Categories, DependenceIsThePredictionWithEveryLevel) {
  test::SurvivalCase drawn = test::category_case(RandomKey(340), 280, 34, 9);
  const SurvivalForest forest = test::grow_forest(drawn, sets_options(30));
  std::ranges::reverse(drawn.categories[0].levels); // numbered as in training all the same
  const TrainingData data = drawn.data();
  const Covariates covariates = data.covariates();
  Scheduler scheduler(2);
  FitContext context{scheduler};
  const PartialDependence dependence(forest, covariates, horizons, context);
  const FeatureDependence found = dependence.on("cell", 5);
  EXPECT_EQ(found.level, test::level_names(34));
  ASSERT_EQ(found.value.size(), 34U);
  const auto [low, high] = std::ranges::minmax(found.score);
  EXPECT_LT(low, high);
  for (std::size_t level = 0; level < 34; ++level) {
    auto kept = drawn.categories[0].values;
    drawn.categories[0].values.assign(280, found.level[level]);
    const Prediction expected = predict(forest, drawn);
    drawn.categories[0].values = std::move(kept);
    EXPECT_TRUE(same_bytes(found.individual[level].score, expected.score));
    EXPECT_TRUE(same_bytes(found.individual[level].risk.value, expected.risk.value));
  }
  EXPECT_TRUE(dependence.on("c0", 5).level.empty());
  EXPECT_THROW(static_cast<void>(dependence.on("cell=l2", 5)), InputError);
  const auto names = most_cut_features(forest, 6);
  EXPECT_NE(std::ranges::find(names, "cell"), names.end());
}

// A category without effect is cut by no tree of one cut: flat at its levels in the cohort.
TEST(Categories, DependenceOnOneThatIsNotCutIsFlat) {
  test::SurvivalCase drawn = test::category_case(RandomKey(341), 150, 4);
  ForestOptions options = sets_options(5);
  options.min_node = 120; // in a bag of 95: the root is a leaf
  options.sample_fraction = 0.9;
  options.features_per_split = 6;
  const SurvivalForest forest = test::grow_forest(drawn, options);
  const auto names = forest.cut_names();
  ASSERT_EQ(std::ranges::find(names, "site"), names.end());
  const TrainingData data = drawn.data();
  const Covariates covariates = data.covariates();
  Scheduler scheduler(2);
  FitContext context{scheduler};
  const FeatureDependence found =
      PartialDependence(forest, covariates, horizons, context).on("site", 5);
  EXPECT_EQ(found.level, test::level_names(3));
  ASSERT_EQ(found.score.size(), 3U);
  EXPECT_EQ(found.score[0], found.score[2]);
}

} // namespace
} // namespace vigil::forest
