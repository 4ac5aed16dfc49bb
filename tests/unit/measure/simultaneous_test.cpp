// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/measure/simultaneous.hpp"
#include "vigil/numeric/tail.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <cmath>

namespace vigil::measure {
namespace {

constexpr Index subjects = 400;

Estimate drawn(Index number, double share_of_first) {
  RandomStream first(RandomKey(3).child(Index{0})), own(RandomKey(3).child(number));
  Estimate estimate{.value = 0.0};
  for (Index i = 0; i < subjects; ++i) {
    const double common = first.normal(), apart = own.normal();
    estimate.influence.push_back(share_of_first * common +
                                 std::sqrt(1.0 - share_of_first * share_of_first) * apart);
  }
  return estimate;
}

// The largest of m independent normal values is within c with probability (2 Phi(c) - 1)^m: the level is 0.95^(1/m).
TEST(SimultaneousLevel, OfIndependentEstimatesIsSidaks) {
  const auto weights = CaseWeights::ones(subjects);
  Scheduler scheduler(2);
  std::vector<Estimate> estimates;
  for (Index k = 1; k <= 5; ++k) {
    estimates.push_back(drawn(k, 0.0));
  }
  const double level = simultaneous_level(estimates, weights, {.draws = 8000}, scheduler);
  // 8000 draws: standard error 0.0024 of the coverage 0.95, of the level a fifth of it; chance correlations are below 0.15.
  EXPECT_NEAR(level, std::pow(0.95, 1.0 / 5.0), test::monte_carlo(0.0012));
}

TEST(SimultaneousLevel, OfOneEstimateOrItsCopiesIsTheLevel) {
  const auto weights = CaseWeights::ones(subjects);
  Scheduler scheduler(1);
  const std::vector<Estimate> one = {drawn(1, 0.0)};
  EXPECT_EQ(simultaneous_level(one, weights, {}, scheduler), 0.95);
  const std::vector<Estimate> copies = {drawn(1, 0.0), drawn(1, 0.0), undefined("none")};
  EXPECT_NEAR(simultaneous_level(copies, weights, {.draws = 8000}, scheduler),
              0.95,
              test::monte_carlo(0.0024));
}

TEST(SimultaneousLevel, DoesNotDependOnThreadsAndDrawsGroupsTogether) {
  const auto weights = CaseWeights::ones(subjects);
  Scheduler one(1), three(3);
  const std::vector<Estimate> estimates = {drawn(1, 0.5), drawn(2, 0.5)};
  EXPECT_EQ(simultaneous_level(estimates, weights, {.draws = 100}, one),
            simultaneous_level(estimates, weights, {.draws = 100}, three));
  std::vector<Index> own;
  for (Index i = 0; i < subjects; ++i) {
    own.push_back(i);
  }
  EXPECT_EQ(simultaneous_level(estimates, weights, {.draws = 100}, one),
            simultaneous_level(estimates, weights, {.draws = 100, .group = own}, one));
}

} // namespace
} // namespace vigil::measure
