// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/cohort/category.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <utility>

namespace vigil {
namespace {

const std::vector<std::string> sizes{"20-50", ">50", "", "<=20"};

/// A number, a column of three levels, a column of two.
ClinicalBlock block() {
  ClinicalBlock made(4);
  made.add({.name = "age"}, {1.0, 2.0, 3.0, 4.0});
  add_indicators(made, {.name = "size"}, sizes, std::vector<std::string>{"<=20", "20-50", ">50"});
  add_indicators(made,
                 {.name = "sex"},
                 std::vector<std::string>{"f", "m", "f", "f"},
                 std::vector<std::string>{"m", "f"});
  return made;
}

/// The columns of a block in another choice.
ClinicalBlock chosen(const ClinicalBlock& all, const std::vector<Index>& columns) {
  ClinicalBlock made(all.subjects());
  for (const Index column : columns) {
    const auto values = all.column(column);
    made.add(all.info(column), {values.begin(), values.end()});
  }
  return made;
}

std::vector<std::string> names_of(const ClinicalBlock& block) {
  const FeatureMatrix none(4);
  std::vector<std::string> names;
  for (const Category& category : categories_of({.features = none, .clinical = block})) {
    names.push_back(category.name);
  }
  return names;
}

TEST(Categories, AreTheirIndicators) {
  const ClinicalBlock all = block();
  const FeatureMatrix markers(resident_source(4, 2, std::vector<float>(8, 0.0F)), {{}, {}});
  const Covariates covariates{.features = markers, .clinical = all};
  const auto found = categories_of(covariates);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].name, "size");
  EXPECT_EQ(found[0].first, 3);
  EXPECT_EQ(found[0].indicators, 2);
  EXPECT_EQ(found[0].levels, (std::vector<std::string>{"<=20", "20-50", ">50"}));
  EXPECT_EQ(level_numbers(covariates, found[0]), (std::vector<std::uint32_t>{2, 3, 0, 1}));
  EXPECT_EQ(found[1].first, 5);
  EXPECT_EQ(level_numbers(covariates, found[1]), (std::vector<std::uint32_t>{2, 1, 2, 2}));
}

TEST(Categories, NeedAllTheirIndicators) {
  const ClinicalBlock all = block();
  EXPECT_EQ(names_of(all), (std::vector<std::string>{"size", "sex"}));
  EXPECT_EQ(names_of(chosen(all, {3, 1, 2, 0})), (std::vector<std::string>{"sex", "size"}));
  EXPECT_EQ(names_of(chosen(all, {0, 1, 3})), (std::vector<std::string>{"sex"}));
  EXPECT_EQ(names_of(chosen(all, {2, 3})), (std::vector<std::string>{"sex"}));
  EXPECT_TRUE(names_of(chosen(all, {2, 1})).empty());
  EXPECT_TRUE(names_of(chosen(all, {0, 1})).empty());
}

// Two columns of the same name and number of levels, as an error may have made them.
TEST(Categories, DoNotMixLevels) {
  const std::vector<std::string> values{"a", "b", "c", "a"};
  ClinicalBlock one(4), other(4);
  add_indicators(one, {.name = "x"}, values, std::vector<std::string>{"a", "b", "c"});
  add_indicators(other, {.name = "x"}, values, std::vector<std::string>{"a", "c", "b"});
  ClinicalBlock mixed = chosen(one, {0});
  mixed.add(other.info(1), std::vector<double>(4, 0.0));
  EXPECT_TRUE(names_of(mixed).empty());
}

} // namespace
} // namespace vigil
