// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/forest/read_trees.hpp"
#include "vigil/forest/regression_forest.hpp"
#include "vigil/forest/survival_forest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/category_case.hpp"
#include "tests/support/damaged_record.hpp"
#include "tests/support/fault_of.hpp"
#include "tests/support/grow_forest.hpp"
#include "tests/support/record_in_memory.hpp"
#include "tests/support/value_case.hpp"
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace vigil::forest {
namespace {

using ::testing::HasSubstr;

class ReadTreesTest : public testing::Test {
protected:
  ReadTreesTest() : drawn(RandomKey(160), 90, 12, 1) {
    for (std::size_t cell = 0; cell < drawn.marker_values.size(); cell += 13) {
      drawn.marker_values[cell] = std::nanf("");
    }
  }
  [[nodiscard]] static SurvivalForest some(const Record& whole, const TreeNumbers& wanted) {
    return SurvivalForest::from_record(read_trees(test::RecordInMemory(whole), wanted));
  }
  [[nodiscard]] Prediction predict(const SurvivalForest& forest) {
    const TrainingData data = drawn.data();
    Scheduler scheduler(2);
    FitContext context{scheduler};
    return forest.predict(data.covariates(), {.horizons = horizons}, context);
  }
  static void expect_same_trees(std::span<const Tree> one, std::span<const Tree> other) {
    ASSERT_EQ(one.size(), other.size());
    for (std::size_t place = 0; place < one.size(); ++place) {
      EXPECT_EQ(one[place].feature, other[place].feature);
      EXPECT_EQ(one[place].cut_value, other[place].cut_value);
      EXPECT_EQ(one[place].missing_left, other[place].missing_left);
      EXPECT_EQ(one[place].child, other[place].child);
      EXPECT_EQ(one[place].jump_start, other[place].jump_start);
      EXPECT_EQ(one[place].jump_time, other[place].jump_time);
      EXPECT_EQ(one[place].jump, other[place].jump);
    }
  }

  const std::vector<double> horizons{0.3, 0.8};
  test::SurvivalCase drawn;
};

TEST_F(ReadTreesTest, AreTheTreesOfTheWhole) {
  const Record whole = test::grow_forest(drawn, {.trees = 12}).record();
  const SurvivalForest all = SurvivalForest::from_record(whole);
  for (const auto& [first, count] : {std::pair<Index, Index>{0, 12}, {0, 1}, {3, 4}, {11, 1}}) {
    const SurvivalForest part = some(whole, {.first = first, .count = count});
    expect_same_trees(part.trees(), all.trees().subspan(at(first), at(count)));
    EXPECT_EQ(part.tree_numbers().front(), first);
  }
  expect_same_trees(some(whole, {.first = 7}).trees(), all.trees().subspan(7));
  expect_same_trees(some(whole, {.count = 5}).trees(), all.trees().first(5));
}

// The part is what --first-tree and --trees grow, but for what no tree holds.
void expect_grown(const Record& part, const Record& grown) {
  for (const auto& [name, value] : grown.entries()) {
    if (name != "training_risk_95") {
      ASSERT_TRUE(part.has(name)) << name;
      EXPECT_TRUE(part.entries().find(name)->second == value) << name;
    }
  }
  EXPECT_EQ(part.entries().size(), grown.entries().size());
}

TEST_F(ReadTreesTest, IsTheForestGrownOfTheseTrees) {
  const Record whole = test::grow_forest(drawn, {.trees = 12}).record();
  const Record grown = test::grow_forest(drawn, {.trees = 3, .first_tree = 4}).record();
  const Record part = read_trees(test::RecordInMemory(whole), {.first = 4, .count = 3});
  EXPECT_LT(part.counts("columns").size(), whole.counts("columns").size());
  expect_grown(part, grown);
}

// Sets of 40 levels take two words, of 3 levels one.
TEST_F(ReadTreesTest, SetsOfLevelsAreThoseOfTheseTrees) {
  auto cells = test::category_case(RandomKey(162), 150, 40, 11);
  const auto grow = [&](Index trees, Index first) {
    return test::grow_forest(
        cells, {.trees = trees, .categories = CategoryUse::sets, .first_tree = first});
  };
  const Record whole = grow(10, 0).record();
  EXPECT_GT(whole.counts("level_set").size(), 10U);
  for (const auto& [first, count] : {std::pair<Index, Index>{0, 10}, {0, 1}, {5, 2}, {9, 1}}) {
    expect_grown(read_trees(test::RecordInMemory(whole), {.first = first, .count = count}),
                 grow(count, first).record());
  }
  RandomStream draw(RandomKey(163));
  Index refused = 0;
  for (Index round = 0; round < 1000; ++round) {
    try {
      EXPECT_EQ(some(test::damaged(whole, draw), {.first = 4, .count = 2}).trees().size(), 2U);
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 200);
}

TEST_F(ReadTreesTest, ForestsOfValuesToo) {
  for (const bool binary : {false, true}) {
    auto values = test::holed_case(164, 120, 8, binary);
    const Record whole = values.grow({.trees = 10}).record();
    for (const auto& [first, count] : {std::pair<Index, Index>{0, 10}, {4, 3}, {9, 1}}) {
      const auto grown = values.grow({.trees = count, .first_tree = first});
      const Record part = read_trees(test::RecordInMemory(whole), {.first = first, .count = count});
      expect_grown(part, grown.record());
      EXPECT_EQ(values.scores(RegressionForest::from_record(part)), values.scores(grown));
    }
    RandomStream draw(RandomKey(165));
    Index refused = 0;
    for (Index round = 0; round < 1000; ++round) {
      try {
        const test::RecordInMemory damaged(test::damaged(whole, draw));
        const Record part = read_trees(damaged, {.first = 4, .count = 2});
        EXPECT_EQ(RegressionForest::from_record(part).trees().size(), 2U);
      } catch (const Error&) {
        ++refused;
      }
    }
    EXPECT_GT(refused, 200);
  }
}

void expect_same_entries(const Record& one, const Record& other) {
  ASSERT_EQ(one.entries().size(), other.entries().size());
  for (const auto& [name, value] : one.entries()) {
    ASSERT_TRUE(other.has(name)) << name;
    if (std::holds_alternative<std::shared_ptr<const Record>>(value)) {
      expect_same_entries(one.record(name), other.record(name));
    } else {
      EXPECT_TRUE(other.entries().find(name)->second == value) << name;
    }
  }
}

/// The lists of trees, which a file is written from a part at a time, are together those of the record.
template <class Forest>
void expect_pieces(const Forest& forest) {
  const Record whole = forest.record();
  std::map<std::string, Record::Counts> counts;
  std::map<std::string, Record::Numbers> numbers;
  const auto add = [](const auto& some, auto& all) {
    all.insert(all.end(), some.begin(), some.end());
  };
  for (Index tree = 0; tree < size_of(forest.trees()); tree += 3) {
    const Index count = std::min<Index>(3, size_of(forest.trees()) - tree);
    const Record lists = forest.tree_lists(tree, count);
    for (const auto& [name, value] : lists.entries()) {
      if (const auto* list = std::get_if<Record::Counts>(&value)) {
        add(*list, counts[name]);
      } else {
        add(std::get<Record::Numbers>(value), numbers[name]);
      }
    }
  }
  Record joined = forest.record_without_trees();
  for (auto& [name, list] : counts) {
    EXPECT_FALSE(joined.has(name)) << name;
    joined.set(name, std::move(list));
  }
  for (auto& [name, list] : numbers) {
    EXPECT_FALSE(joined.has(name)) << name;
    joined.set(name, std::move(list));
  }
  expect_same_entries(joined, whole);
}

TEST_F(ReadTreesTest, PiecesAreTheRecord) {
  expect_pieces(test::grow_forest(drawn, {.trees = 7, .keep_votes = true}));
  auto cells = test::category_case(RandomKey(166), 120, 40);
  expect_pieces(test::grow_forest(cells, {.trees = 7, .categories = CategoryUse::sets}));
  auto values = test::holed_case(167, 80, 5, false);
  expect_pieces(values.grow({.trees = 7}));
}

// Sums of votes are whole numbers, so that nothing is lost between parts.
TEST_F(ReadTreesTest, PredictionsOfPartsMakeThoseOfTheWhole) {
  const Record whole = test::grow_forest(drawn, {.trees = 12}).record();
  const Prediction all = predict(SurvivalForest::from_record(whole));
  const auto votes = [](double mean, double trees) { return std::llround(mean * trees * 0x1p30); };
  std::vector<Prediction> parts;
  const std::vector<std::pair<Index, Index>> ranges{{0, 5}, {5, 1}, {6, 6}};
  for (const auto& [first, count] : ranges) {
    parts.push_back(predict(some(whole, {.first = first, .count = count})));
  }
  for (std::size_t subject = 0; subject < all.score.size(); ++subject) {
    std::int64_t score = 0;
    for (std::size_t part = 0; part < parts.size(); ++part) {
      score += votes(parts[part].score[subject], static_cast<double>(ranges[part].second));
    }
    EXPECT_EQ(score, votes(all.score[subject], 12.0));
  }
  for (std::size_t cell = 0; cell < all.risk.value.size(); ++cell) {
    std::int64_t risk = 0;
    for (std::size_t part = 0; part < parts.size(); ++part) {
      risk += votes(parts[part].risk.value[cell], static_cast<double>(ranges[part].second));
    }
    EXPECT_EQ(risk, votes(all.risk.value[cell], 12.0));
  }
}

TEST_F(ReadTreesTest, ReadsTheirValuesAlone) {
  const Record whole = test::grow_forest(drawn, {.trees = 400}).record();
  const test::RecordInMemory source(whole);
  static_cast<void>(read_trees(source, {.first = 2, .count = 4}));
  // 4 lists of about 20 nodes, one of leaves, two of jumps
  EXPECT_LT(source.values_read(), 4000);
  EXPECT_GT(whole.counts("feature").size(), 4000U);
}

TEST_F(ReadTreesTest, RefusesTreesThatAreNotThere) {
  const Record whole = test::grow_forest(drawn, {.trees = 6, .first_tree = 10}).record();
  const auto fault = [&](const TreeNumbers& wanted) {
    return test::fault_of<ConfigError>([&] { static_cast<void>(some(whole, wanted)); });
  };
  EXPECT_EQ(fault({.first = 14, .count = 3}).found, "2 trees from number 14 to 16");
  EXPECT_THAT(fault({.first = 14, .count = 3}).expected,
              HasSubstr("6 trees, which have numbers from 10 to 15"));
  EXPECT_EQ(fault({.first = 0, .count = 10}).found, "0 trees from number 0 to 9");
  EXPECT_EQ(fault({.first = 16}).found, "0 trees from number 16 to 15");
  EXPECT_EQ(fault({.first = 12, .count = std::numeric_limits<Index>::max()}).found,
            "4 trees from number 12 to 9223372036854775807");
  EXPECT_EQ(some(whole, {.count = 6}).trees().size(), 6U);
}

TEST_F(ReadTreesTest, NoForestStaysNone) {
  drawn.survival.event.assign(90, 0);
  const Record none = test::grow_forest(drawn, {.trees = 6}).record();
  EXPECT_EQ(some(none, {.first = 2, .count = 2}).reason(), "no events");
}

TEST_F(ReadTreesTest, RefusesOtherModels) {
  EXPECT_THROW(static_cast<void>(read_trees(test::RecordInMemory(Record("cox")), {})), InputError);
}

// Whatever a record holds: an error, or a forest.
TEST_F(ReadTreesTest, DamagedRecordsAreRefusedOrHarmless) {
  const Record whole = test::grow_forest(drawn, {.trees = 5}).record();
  RandomStream draw(RandomKey(161));
  Index refused = 0;
  for (Index round = 0; round < 1000; ++round) {
    try {
      const SurvivalForest part =
          some(test::damaged(whole, draw), {.first = round % 3, .count = 1 + round % 2});
      EXPECT_EQ(size_of(part.trees()), 1 + round % 2);
      static_cast<void>(predict(part));
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 200);
}

} // namespace
} // namespace vigil::forest
