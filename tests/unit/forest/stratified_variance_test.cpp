// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/forest/survival_node.hpp"

#include <gtest/gtest.h>

#include "tests/support/node_case.hpp"
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

namespace vigil::forest {
namespace {

// By enumeration of all ways to send two of four and one of three subjects to the left.
TEST(StratifiedVariance, IsThatOfAllAssignmentsWithinStrata) {
  const SurvivalOutcome outcome{
      .entry = {}, .time = {4.0, 2.0, 7.0, 1.0, 3.0, 3.0, 5.0}, .event = {1, 1, 0, 1, 1, 0, 1}};
  const std::vector<Index> stratum{3, 3, 3, 3, 8, 8, 8};
  for (const bool sampling : {false, true}) {
    std::vector<double> weight(7, 1.0);
    for (std::size_t subject = 0; sampling && subject < 7; ++subject) {
      weight[subject] = 0.5 + 0.3 * static_cast<double>(subject);
    }
    const SurvivalRows rows =
        survival_rows(outcome, CaseWeights::ones(7).with_sampling(weight), stratum);
    EXPECT_EQ(rows.strata, 2U);
    std::vector<std::uint32_t> numbers(7);
    std::iota(numbers.begin(), numbers.end(), 0U);
    SurvivalNode node;
    node.look_at(rows, rows.copies, numbers);
    ASSERT_FALSE(node.flat());
    double squares = 0.0, variance = 0.0, ways = 0.0;
    std::vector<Index> zero;
    for (unsigned set = 0; set < 128; ++set) {
      std::vector<std::uint32_t> places;
      std::array<int, 2> left = {};
      std::int64_t score = 0;
      for (std::uint32_t place = 0; place < 7; ++place) {
        if (((set >> place) & 1U) != 0) {
          places.push_back(place);
          ++left.at(rows.stratum[place]);
          score += node.sums()[place].score;
        }
      }
      if (left == std::array<int, 2>{2, 1}) {
        squares += std::pow(node.numerator(score), 2);
        variance = node.stratified().of(places, zero);
        ways += 1.0;
      }
    }
    EXPECT_EQ(ways, 18.0);
    EXPECT_NEAR(variance, squares / ways, 1e-12 * variance) << sampling;
  }
}

// Whatever the order of rows, and for their complement, to the last bit; 0 where no stratum is divided.
TEST(StratifiedVariance, DoesNotDependOnTheOrderOfRows) {
  std::vector<Index> left;
  std::vector<double> inverse;
  for (Index round = 0; round < 50; ++round) {
    const test::NodeCase drawn(
        40 + round, round % 2 == 1, round % 3 == 2, RandomKey(211).child(round), true);
    const StratifiedVariance& stratified = drawn.node.stratified();
    std::vector<std::uint32_t> places(drawn.numbers.size());
    std::iota(places.begin(), places.end(), 0U);
    RandomStream draw(RandomKey(212).child(round));
    for (Index last = size_of(places) - 1; last > 0; --last) {
      std::swap(places[at(last)], places[at(draw.index_below(last + 1))]);
    }
    stratified.scan(places, left, inverse);
    ASSERT_EQ(inverse.size(), places.size());
    EXPECT_EQ(inverse.back(), 0.0);
    for (std::size_t number = 0; number < places.size(); ++number) {
      std::vector<std::uint32_t> here(places.begin(),
                                      places.begin() + static_cast<std::ptrdiff_t>(number + 1));
      std::sort(here.begin(), here.end());
      const std::vector<std::uint32_t> others(
          places.begin() + static_cast<std::ptrdiff_t>(number + 1), places.end());
      const double variance = stratified.of(here, left);
      EXPECT_EQ(variance, stratified.of(others, left));
      EXPECT_EQ(inverse[number], variance > 0.0 ? 1.0 / variance : 0.0);
    }
    EXPECT_EQ(std::ranges::count(left, Index{0}), size_of(left));
  }
}

// Scores of a stratum add up to zero: a cut between strata says nothing, exactly.
TEST(StratifiedVariance, ACutBetweenStrataHasNoNumerator) {
  std::vector<Index> left;
  for (Index round = 0; round < 50; ++round) {
    const test::NodeCase drawn(60, true, round % 2 == 1, RandomKey(213).child(round), true);
    const StratifiedVariance& stratified = drawn.node.stratified();
    for (std::uint32_t stratum = 0; stratum < drawn.rows.strata; ++stratum) {
      std::int64_t score = 0;
      std::vector<std::uint32_t> places;
      for (std::uint32_t place = 0; place < drawn.numbers.size(); ++place) {
        if (stratified.stratum(place) == stratum) {
          score += drawn.node.sums()[place].score;
          places.push_back(place);
        }
      }
      EXPECT_EQ(score, 0);
      EXPECT_EQ(stratified.of(places, left), 0.0);
    }
  }
}

} // namespace
} // namespace vigil::forest
