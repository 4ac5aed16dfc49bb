// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/measure/bootstrap_interval.hpp"

#include <gtest/gtest.h>

#include "tests/support/measure_case.hpp"
#include "tests/support/near.hpp"
#include <cmath>

namespace vigil::measure {
namespace {

using test::MeasureCase;

constexpr Index subjects = 300;

MeasureCase drawn_case() {
  RandomStream stream(RandomKey(11).child("bootstrap"));
  std::vector<double> time, code, risk, score;
  for (Index i = 0; i < subjects; ++i) {
    const double marker = stream.normal();
    const double failure = stream.exponential() * std::exp(-marker);
    const double censoring = 2.0 * stream.exponential();
    time.push_back(std::min(failure, censoring));
    code.push_back(failure <= censoring ? 1.0 : 0.0);
    score.push_back(marker);
    risk.push_back(-std::expm1(-0.5 * std::exp(marker)));
  }
  MeasureCase example(time, code);
  example.score(score).risk(0.5, risk).threshold(0.3);
  return example;
}

/// Of a measure with an influence function: both standard errors estimate the same.
TEST(BootstrapInterval, IsNearTheInfluenceFunction) {
  MeasureCase example = drawn_case();
  Scheduler scheduler(1);
  for (const char* name : {"brier", "net_benefit", "auc"}) {
    const Entry& measure = find(name);
    const Estimate found = measure.evaluate(example.evaluation());
    const double se = example.se(found);
    const auto interval =
        bootstrap_interval(measure, example.evaluation(), {.draws = 400}, scheduler);
    // The Monte-Carlo error of a standard deviation of 400 draws is 3.5 %; the rest is of order 1/n.
    EXPECT_NEAR(interval.se, se, test::monte_carlo(0.04 * se)) << name;
    EXPECT_NEAR(interval.lower, found.value - 1.96 * se, test::monte_carlo(0.14 * se)) << name;
    EXPECT_NEAR(interval.upper, found.value + 1.96 * se, test::monte_carlo(0.14 * se)) << name;
    EXPECT_EQ(interval.undefined, 0);
  }
}

TEST(BootstrapInterval, DoesNotDependOnThreads) {
  MeasureCase example = drawn_case();
  Scheduler one(1), three(3);
  const BootstrapOptions options{.draws = 40, .key = RandomKey(5)};
  const auto left = bootstrap_interval(find("ici"), example.evaluation(), options, one);
  const auto right = bootstrap_interval(find("ici"), example.evaluation(), options, three);
  EXPECT_EQ(left.lower, right.lower);
  EXPECT_EQ(left.upper, right.upper);
  EXPECT_LT(left.lower, left.upper);
  const auto other = bootstrap_interval(
      find("ici"), example.evaluation(), {.draws = 40, .key = RandomKey(6)}, one);
  EXPECT_NE(left.lower, other.lower);
}

/// Tens of rows are drawn together; one group is no sample.
TEST(BootstrapInterval, GroupsAreDrawnWhole) {
  MeasureCase example = drawn_case();
  std::vector<Index> group;
  for (Index i = 0; i < subjects; ++i) {
    group.push_back(i / 10);
  }
  Scheduler scheduler(1);
  const auto rows =
      bootstrap_interval(find("brier"), example.evaluation(), {.draws = 200}, scheduler);
  const std::vector<Index> all(at(subjects), 0);
  const auto nothing = bootstrap_interval(
      find("brier"), example.evaluation(), {.draws = 20, .group = all}, scheduler);
  EXPECT_TRUE(std::isnan(nothing.lower)); // one group
  const auto tens = bootstrap_interval(
      find("brier"), example.evaluation(), {.draws = 200, .group = group}, scheduler);
  const Estimate found = find("brier").evaluate(example.evaluation());
  const double expected = standard_error(found, example.weights(), group);
  EXPECT_NEAR(tens.se, expected, test::monte_carlo(0.08 * expected));
  EXPECT_NE(tens.se, rows.se);
}

TEST(BootstrapInterval, ManyUndefinedDrawsAreNoInterval) {
  // One event of two subjects: half of the draws have none, or nobody who is left.
  MeasureCase example({1, 2}, std::vector<double>{1, 0});
  example.score({2, 1});
  Scheduler scheduler(1);
  const auto interval =
      bootstrap_interval(find("harrell_c"), example.evaluation(), {.draws = 200}, scheduler);
  EXPECT_GT(interval.undefined, 60);
  EXPECT_TRUE(std::isnan(interval.lower));
}

} // namespace
} // namespace vigil::measure
