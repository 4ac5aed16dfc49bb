// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/survival_forest.hpp"

#include <gtest/gtest.h>

#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <string>
#include <vector>

namespace vigil::forest {
namespace {

const std::vector<double> horizons{0.3, 0.8};
const std::vector<Index> dropped{0, 3, 4, 8};

test::SurvivalCase whole_case() {
  test::SurvivalCase made(RandomKey(77), 90, 9, 2);
  made.block_features = 4;
  made.categories.push_back({"type", {}, {"x", "y", "z"}});
  for (Index i = 0; i < 90; ++i) {
    made.categories.back().values.push_back(made.categories.back().levels[at(i % 3)]);
  }
  return made;
}

/// The same subjects without the markers that a filter drops.
test::SurvivalCase rest_of(const test::SurvivalCase& whole) {
  test::SurvivalCase rest = whole;
  rest.marker_values.clear();
  rest.markers = 0;
  for (Index marker = 0; marker < whole.markers; ++marker) {
    if (std::ranges::find(dropped, marker) == dropped.end()) {
      const auto from = whole.marker_values.begin() + marker * whole.subjects;
      rest.marker_values.insert(rest.marker_values.end(), from, from + whole.subjects);
      ++rest.markers;
    }
  }
  return rest;
}

void expect_forest_of_kept_columns(CategoryUse use) {
  test::SurvivalCase whole = whole_case();
  test::SurvivalCase rest = rest_of(whole);
  Scheduler scheduler(2);
  FitContext context{scheduler};
  const CaseWeights ones = CaseWeights::ones(90);
  const auto grow = [&](test::SurvivalCase& made, bool filtered) {
    const TrainingData data = made.data();
    Preparation preparation(data.columns(), {});
    for (const Index marker : dropped) {
      if (filtered) {
        preparation.drop(marker);
      }
    }
    return SurvivalForest::grow(
        data, {ones, preparation, RandomKey(5)}, {.trees = 25, .categories = use}, context);
  };
  const SurvivalForest filtered = grow(whole, true), plain = grow(rest, false);
  EXPECT_EQ(filtered.grown().columns, plain.grown().columns);
  for (const Index marker : dropped) {
    EXPECT_EQ(std::ranges::count(filtered.cut_names(), "m" + std::to_string(marker)), 0);
  }
  const TrainingData data = whole.data(), less = rest.data();
  const auto one = filtered.predict(data.covariates(), {.horizons = horizons}, context);
  const auto other = plain.predict(less.covariates(), {.horizons = horizons}, context);
  EXPECT_EQ(one.score, other.score);
  EXPECT_EQ(one.risk.value, other.risk.value);
  const SurvivalForest all = grow(whole, false);
  EXPECT_NE(all.predict(data.covariates(), {.horizons = horizons}, context).score, one.score);
}

TEST(FilteredForest, IsTheForestOfTheKeptColumns) {
  expect_forest_of_kept_columns(CategoryUse::indicators);
}

TEST(FilteredForest, IsTheForestOfTheKeptColumnsWithSetsOfLevels) {
  expect_forest_of_kept_columns(CategoryUse::sets);
}

} // namespace
} // namespace vigil::forest
