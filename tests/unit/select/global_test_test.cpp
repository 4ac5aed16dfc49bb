// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/global_test.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>
#include <numeric>

namespace vigil::select {
namespace {

using test::SurvivalCase;

GlobalTests tests_of(SurvivalCase& made, Index draws, int threads = 1, Index memory = 1 << 30) {
  Scheduler scheduler(threads);
  FitContext context{scheduler, memory};
  const TrainingData data = made.data();
  const auto within = CaseWeights::ones(made.subjects);
  const auto null = fit_null_model(data, within, {}, scheduler);
  const TestedFeatures features(null, data, within, "median", scheduler);
  return global_tests(features, draws, RandomKey(3), context);
}

/// Q of every arrangement of the residuals: by definition, in plain loops.
std::vector<double> all_arrangements(SurvivalCase& made) {
  Scheduler scheduler(1);
  const TrainingData data = made.data();
  const auto within = CaseWeights::ones(made.subjects);
  const auto null = fit_null_model(data, within, {}, scheduler);
  const Index n = made.subjects;
  std::vector<Index> order(at(n));
  std::iota(order.begin(), order.end(), Index{0});
  std::vector<double> values;
  do {
    double q = 0.0;
    for (Index marker = 0; marker < made.markers; ++marker) {
      double mean = 0.0, square = 0.0, product = 0.0;
      const auto value = [&](Index subject) {
        return static_cast<double>(made.marker_values[at(marker * n + subject)]);
      };
      for (Index i = 0; i < n; ++i) {
        mean += value(i) / static_cast<double>(n);
      }
      for (Index row = 0; row < n; ++row) {
        const double centred = value(null.likelihood.subjects()[at(order[at(row)])]) - mean;
        square += centred * centred / static_cast<double>(n);
        product += centred * null.point.residual[at(row)];
      }
      q += product * product / square / static_cast<double>(made.markers);
    }
    values.push_back(q);
  } while (std::next_permutation(order.begin(), order.end()));
  return values;
}

// The p of drawn permutations is that of all 5,040 of them, up to the error of the draws; so is the mean.
TEST(GlobalTest, PermutationsAreAllArrangements) {
  SurvivalCase made(RandomKey(21), 7, 3, 0);
  made.survival.event.assign(7, 1);
  const auto all = all_arrangements(made);
  constexpr Index draws = 20000;
  const auto test = tests_of(made, draws).permutation;
  EXPECT_NEAR(test.statistic, all.front(), test::rounding(all.front(), 200));
  const auto reached = std::count_if(
      all.begin(), all.end(), [&](double q) { return q >= all.front() * (1.0 - 1e-9); });
  const double p = static_cast<double>(reached) / 5040.0;
  ASSERT_GT(p, 0.05);
  ASSERT_LT(p, 0.95);
  EXPECT_NEAR(test.p, p, test::monte_carlo(std::sqrt(p * (1.0 - p) / draws)));
  const double mean = std::accumulate(all.begin(), all.end(), 0.0) / 5040.0;
  double variance = 0.0;
  for (const double q : all) {
    variance += (q - mean) * (q - mean) / 5040.0;
  }
  EXPECT_NEAR(test.expected, mean, test::monte_carlo(std::sqrt(variance / draws)));
}

// For features that are independent of everything both have the mean sum r^2 n / (n - 1), given the outcome.
TEST(GlobalTest, BothHaveTheMeanOfIndependentFeatures) {
  SurvivalCase made(RandomKey(22), 80, 400, 1);
  RandomStream draw(RandomKey(5));
  for (float& value : made.marker_values) {
    value = static_cast<float>(draw.normal());
  }
  Scheduler scheduler(1);
  const auto null = fit_null_model(made.data(), CaseWeights::ones(80), {}, scheduler);
  double square = 0.0;
  for (const double r : null.point.residual) {
    square += r * r * 80.0 / 79.0;
  }
  const auto tests = tests_of(made, 400);
  const double sd = square * std::sqrt(2.0 / 400.0); // of the mean of 400 squares of normal numbers
  EXPECT_NEAR(tests.permutation.expected, square, test::monte_carlo(sd));
  EXPECT_NEAR(tests.multipliers.expected, square, test::monte_carlo(sd));
}

TEST(GlobalTest, SameForAnyThreadsBlocksAndMemory) {
  SurvivalCase made(RandomKey(23), 60, 100, 2);
  made.marker_values[7] = std::nanf("");
  for (Index i = 0; i < 60; ++i) {
    made.centre.push_back(i % 3);
  }
  const auto expected = tests_of(made, 50);
  for (const int threads : {2, 5}) {
    for (const Index memory : {Index{100000}, Index{1} << 30}) {
      made.block_features = threads;
      const auto again = tests_of(made, 50, threads, memory);
      EXPECT_EQ(again.permutation.statistic, expected.permutation.statistic);
      EXPECT_EQ(again.permutation.expected, expected.permutation.expected);
      EXPECT_EQ(again.multipliers.expected, expected.multipliers.expected);
      EXPECT_EQ(again.multipliers.p, expected.multipliers.p);
    }
  }
}

TEST(GlobalTest, SaysWhyItIsNotDefined) {
  SurvivalCase made(RandomKey(24), 40, 5, 1);
  for (Index i = 0; i < 40; ++i) {
    made.group.push_back(i / 2);
  }
  const auto grouped = tests_of(made, 20);
  EXPECT_EQ(grouped.permutation.undefined_because, "rows of a group cannot be exchanged");
  EXPECT_TRUE(std::isnan(grouped.permutation.p));
  EXPECT_EQ(grouped.multipliers.undefined_because, "");
  EXPECT_EQ(tests_of(made, 0).multipliers.undefined_because, "no draws");
  std::fill(made.survival.event.begin(), made.survival.event.end(), std::uint8_t{0});
  EXPECT_EQ(tests_of(made, 20).multipliers.undefined_because, "no events");
}

} // namespace
} // namespace vigil::select
