// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/forest/rank_columns.hpp"

#include <gtest/gtest.h>

#include "tests/support/category_case.hpp"
#include "tests/support/fault_of.hpp"
#include <string>
#include <vector>

namespace vigil::forest {
namespace {

/// m0 m1 m2, c0, cell of four levels, site of three.
class ForestColumnsTest : public testing::Test {
protected:
  ForestColumnsTest() : drawn(test::category_case(RandomKey(320), 40, 4, 5)), data(drawn.data()) {}
  static std::vector<std::string> names(const ForestColumns& columns) {
    std::vector<std::string> found;
    for (Index column = 0; column < columns.columns(); ++column) {
      found.push_back(columns.name(column));
    }
    return found;
  }

  test::SurvivalCase drawn;
  const TrainingData data;
};

TEST_F(ForestColumnsTest, IndicatorsAreTheCohortsColumns) {
  const ForestColumns columns(data.covariates(), CategoryUse::indicators);
  ASSERT_EQ(columns.columns(), data.columns());
  for (Index column = 0; column < columns.columns(); ++column) {
    EXPECT_EQ(columns.in_cohort(column), column);
    EXPECT_EQ(columns.category(column), nullptr);
    EXPECT_EQ(columns.name(column), data.covariates().info(column).name);
  }
}

TEST_F(ForestColumnsTest, SetsAreOneColumnEach) {
  const ForestColumns columns(data.covariates(), CategoryUse::sets);
  EXPECT_EQ(names(columns), (std::vector<std::string>{"m0", "m1", "m2", "c0", "cell", "site"}));
  EXPECT_EQ(columns.in_cohort(3), 3);
  EXPECT_EQ(columns.in_cohort(4), 4);
  EXPECT_EQ(columns.in_cohort(5), 7);
  EXPECT_EQ(columns.category(3), nullptr);
  EXPECT_EQ(columns.category(4)->levels, test::level_names(4));
  EXPECT_EQ(columns.find(std::vector<std::string>{"site", "m1"}), (std::vector<Index>{5, 1}));
  const auto fault = test::fault_of<InputError>(
      [&] { static_cast<void>(columns.find(std::vector<std::string>{"cell=l2"})); });
  EXPECT_NE(fault.found.find("no such column"), std::string::npos);
}

TEST_F(ForestColumnsTest, RanksOfACategoryAreItsLevels) {
  Scheduler scheduler(1);
  const std::vector<Index> subjects{3, 0, 39, 12};
  const RankColumns ranks(ForestColumns(data.covariates(), CategoryUse::sets), subjects, scheduler);
  const RankColumns numbers(data.covariates(), subjects, scheduler);
  EXPECT_TRUE(ranks.has_categories());
  EXPECT_FALSE(numbers.has_categories());
  EXPECT_EQ(ranks.columns(), 6);
  EXPECT_EQ(ranks.levels(3), 0);
  EXPECT_EQ(ranks.levels(4), 4);
  EXPECT_EQ(ranks.highest(4), 4);
  for (std::size_t row = 0; row < subjects.size(); ++row) {
    const std::string& text = drawn.categories[0].values[at(subjects[row])];
    EXPECT_EQ(Index{ranks.column(4)[row]}, text.empty() ? 0 : std::stoll(text.substr(1)));
    EXPECT_EQ(ranks.column(3)[row], numbers.column(3)[row]);
  }
  const RankColumns doubled(ranks, RandomKey(1), scheduler);
  EXPECT_EQ(doubled.levels(4 + 6), 4);
  EXPECT_EQ(doubled.levels(3 + 6), 0);
}

TEST(ForestColumns, RefusesMoreLevelsThanRanksTellApart) {
  const auto columns_of = [](Index levels) {
    const auto names = std::make_shared<const std::vector<std::string>>(test::level_names(levels));
    ClinicalBlock block(1);
    for (Index level = 1; level < levels; ++level) {
      block.add({.name = "x=" + (*names)[at(level)],
                 .source = "x",
                 .marker = false,
                 .levels = names,
                 .level = level},
                {0.0});
    }
    const FeatureMatrix none(1);
    return ForestColumns({.features = none, .clinical = block}, CategoryUse::sets).columns();
  };
  EXPECT_EQ(columns_of(ForestColumns::most_levels), 1);
  const auto fault = test::fault_of<InputError>(
      [&] { static_cast<void>(columns_of(ForestColumns::most_levels + 1)); });
  EXPECT_EQ(fault.found, "65536 levels");
}

} // namespace
} // namespace vigil::forest
