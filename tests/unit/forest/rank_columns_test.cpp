// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/forest/rank_columns.hpp"

#include <gtest/gtest.h>

#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace vigil::forest {
namespace {

constexpr float infinite = std::numeric_limits<float>::infinity();

template <class Value>
std::vector<std::uint16_t> ranks_of(const std::vector<Value>& values) {
  std::vector<std::uint16_t> ranks(values.size(), 99);
  const std::uint16_t highest = rank_values(std::span<const Value>(values), ranks);
  EXPECT_EQ(highest, ranks.empty() ? 0 : *std::ranges::max_element(ranks));
  return ranks;
}

TEST(RankColumns, EqualValuesShareARankAndMissingOnesHaveNone) {
  const float missing = std::nanf("");
  EXPECT_EQ(ranks_of<float>({2.5F, missing, -1.0F, 2.5F, 0.0F, -0.0F, infinite, -infinite}),
            (std::vector<std::uint16_t>{4, 0, 2, 4, 3, 3, 5, 1}));
  EXPECT_EQ(ranks_of<double>({1e-300, 0.0, -1e300, std::nan(""), -0.0}),
            (std::vector<std::uint16_t>{3, 2, 1, 0, 2}));
  EXPECT_EQ(ranks_of<float>({missing, missing}), (std::vector<std::uint16_t>{0, 0}));
  EXPECT_TRUE(ranks_of<float>({}).empty());
}

// The definition: one more than the number of different values below.
template <class Value>
void expect_dense_ranks(const std::vector<Value>& values) {
  std::vector<Value> sorted;
  std::ranges::copy_if(values, std::back_inserter(sorted), [](Value v) { return v == v; });
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  const auto ranks = ranks_of(values);
  for (std::size_t place = 0; place < values.size(); ++place) {
    const auto expected =
        values[place] == values[place]
            ? 1 + (std::lower_bound(sorted.begin(), sorted.end(), values[place]) - sorted.begin())
            : 0;
    ASSERT_EQ(ranks[place], expected) << place;
  }
}

TEST(RankColumns, FollowTheirDefinitionForAnyLength) {
  RandomStream draw(RandomKey(81));
  for (const Index length : {1, 2, 199, 200, 201, 1000, 30000}) {
    std::vector<float> single;
    std::vector<double> wide;
    for (Index place = 0; place < length; ++place) {
      const double value = std::pow(10.0, 8.0 * draw.uniform() - 4.0) * draw.normal();
      const bool missing = draw.uniform() < 0.05, tied = draw.uniform() < 0.3;
      wide.push_back(missing ? std::nan("") : tied ? std::round(value) : value);
      single.push_back(static_cast<float>(wide.back()));
    }
    expect_dense_ranks(single);
    expect_dense_ranks(wide);
    expect_dense_ranks(std::vector<float>(at(length), 3.0F));
  }
}

TEST(RankColumns, TooManyValuesMergeNeighboursEvenly) {
  constexpr Index length = 150'000;
  std::vector<float> values(at(length));
  std::iota(values.begin(), values.end(), -70'000.0F);
  std::vector<std::uint16_t> ranks(at(length));
  ASSERT_EQ(rank_values(std::span<const float>(values), ranks), 65'535);
  EXPECT_EQ(ranks.front(), 1);
  EXPECT_EQ(ranks.back(), 65'535);
  Index run = 1, longest = 1;
  for (std::size_t place = 1; place < ranks.size(); ++place) {
    ASSERT_LE(ranks[place - 1], ranks[place]);
    ASSERT_LE(ranks[place] - ranks[place - 1], 1);
    run = ranks[place] == ranks[place - 1] ? run + 1 : 1;
    longest = std::max(longest, run);
  }
  EXPECT_LE(longest, 3); // 150,000 / 65,535 = 2.3
}

TEST(RankColumns, OfACohortGoMarkersFirstInTheOrderOfTheSubjects) {
  test::SurvivalCase drawn(RandomKey(82), 50, 7, 2);
  drawn.block_features = 3;
  const std::vector<Index> subjects{40, 3, 3, 17, 0, 49};
  std::vector<std::vector<std::uint16_t>> expected;
  for (Index column = 0; column < 9; ++column) {
    std::vector<double> values;
    for (const Index subject : subjects) {
      values.push_back(column < 7
                           ? static_cast<double>(drawn.marker_values[at(column * 50 + subject)])
                           : drawn.clinical[at(column - 7)][at(subject)]);
    }
    expected.push_back(ranks_of(values));
  }
  for (const int threads : {1, 3}) {
    const TrainingData data = drawn.data();
    Scheduler scheduler(threads);
    const RankColumns ranks(data.covariates(), subjects, scheduler);
    ASSERT_EQ(ranks.columns(), 9);
    ASSERT_EQ(ranks.rows(), 6);
    for (Index column = 0; column < 9; ++column) {
      EXPECT_TRUE(std::ranges::equal(ranks.column(column), expected[at(column)])) << column;
      EXPECT_EQ(ranks.highest(column), 5);
    }
  }
}

} // namespace
} // namespace vigil::forest
