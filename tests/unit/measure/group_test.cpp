// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/measure/auc.hpp"
#include "vigil/measure/brier.hpp"
#include "vigil/measure/concordance.hpp"

#include <gtest/gtest.h>

#include "tests/support/measure_case.hpp"
#include "tests/support/near.hpp"

namespace vigil::measure {
namespace {

using test::MeasureCase;
using test::rounding;

const std::vector<double> times = {1, 2, 3, 4, 5, 6, 7, 8};
const std::vector<double> codes = {1, 0, 1, 1, 0, 1, 0, 1};
const std::vector<double> scores = {6, 5, 7, 3, 4, 1, 2, 0};
const std::vector<double> risks = {0.8, 0.5, 0.9, 0.3, 0.6, 0.1, 0.2, 0.05};

std::vector<double> twice(const std::vector<double>& values) {
  std::vector<double> result;
  for (const double value : values) {
    result.insert(result.end(), {value, value});
  }
  return result;
}

std::vector<Estimate> estimates(MeasureCase& example) {
  return {harrell_c(example.evaluation()),
          uno_c(example.evaluation()),
          auc(example.evaluation()),
          brier(example.evaluation())};
}

TEST(GroupedError, SumsTheInfluenceOfAGroupByHand) {
  // Groups of 1 + 2 and -3 + 0: (9 + 9)^(1/2) / 4.
  const Estimate estimate{.value = 0.5, .influence = {1, 2, -3, 0}};
  const std::vector<Index> group = {0, 0, 1, 1};
  const double expected = std::sqrt(18.0) / 4.0;
  EXPECT_NEAR(
      standard_error(estimate, CaseWeights::ones(4), group), expected, rounding(expected, 4));
}

TEST(GroupedError, RowsOfTheirOwnGroupsAreRows) {
  MeasureCase example(times, codes);
  example.score(scores).risk(4.5, risks);
  const std::vector<Index> own = {7, 6, 5, 4, 3, 2, 1, 0};
  for (const Estimate& estimate : estimates(example)) {
    const double expected = example.se(estimate);
    EXPECT_NEAR(standard_error(estimate, example.weights(), own), expected, rounding(expected, 16));
  }
}

TEST(GroupedError, ARowWrittenTwiceInOneGroupAddsNothing) {
  MeasureCase once(times, codes), doubled(twice(times), twice(codes));
  once.score(scores).risk(4.5, risks);
  doubled.score(twice(scores)).risk(4.5, twice(risks));
  std::vector<Index> group;
  for (Index row = 0; row < 16; ++row) {
    group.push_back(row / 2);
  }
  const auto single = estimates(once), both = estimates(doubled);
  for (std::size_t which = 0; which < single.size(); ++which) {
    const double expected = once.se(single[which]);
    EXPECT_NEAR(
        standard_error(both[which], doubled.weights(), group), expected, rounding(expected, 64))
        << which;
    // As rows they would seem to be twice as many subjects.
    EXPECT_NEAR(doubled.se(both[which]), expected / std::sqrt(2.0), rounding(expected, 64));
  }
}

TEST(GroupedError, ARowDrawnTwiceIsTwoRowsOfItsGroup) {
  const Estimate drawn{.value = 0.5, .influence = {1, -2, 0}};
  const Estimate written{.value = 0.5, .influence = {1, 1, -2, 0}};
  const std::vector<Index> groups_drawn = {0, 1, 1}, groups_written = {0, 0, 1, 1};
  EXPECT_EQ(standard_error(drawn, CaseWeights::ones(3).with_times({2, 1, 1}), groups_drawn),
            standard_error(written, CaseWeights::ones(4), groups_written));
}

TEST(GroupedError, NeedsTwoGroupsAmongThoseWithWeight) {
  const Estimate estimate{.value = 0.5, .influence = {1, -1, 0}};
  const std::vector<Index> group = {0, 0, 1};
  EXPECT_EQ(groups_in(CaseWeights::ones(3), group), 2);
  EXPECT_FALSE(std::isnan(standard_error(estimate, CaseWeights::ones(3), group)));
  const auto without = CaseWeights::ones(3).with_times({1, 1, 0});
  EXPECT_EQ(groups_in(without, group), 1);
  EXPECT_TRUE(std::isnan(standard_error(estimate, without, group)));
}

} // namespace
} // namespace vigil::measure
