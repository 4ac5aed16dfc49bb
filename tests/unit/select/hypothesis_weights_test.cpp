// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/select/hypothesis_weights.hpp"
#include "vigil/select/multiple_testing.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <algorithm>
#include <cmath>

namespace vigil::select {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// A share of non-null tests that rises with the covariate.
struct Tests {
  std::vector<double> p, covariate;
  std::vector<Index> fold;
  std::vector<bool> real;

  Tests(Index number, double most_real, std::uint64_t seed) {
    RandomStream draw{RandomKey(seed)};
    for (Index test = 0; test < number; ++test) {
      const double x = draw.uniform();
      real.push_back(draw.uniform() < most_real * x * x * x);
      p.push_back(real.back() ? std::pow(draw.uniform(), 8.0) : draw.uniform());
      covariate.push_back(x);
      fold.push_back(draw.index_below(5));
    }
  }
};

// Two folds, two bins. Fold 0 learns from p = 0.01 (bin 1), 0.5, 0.9 (bin 0), level 0.1: the steepest segment is that of
// bin 1 up to 0.01, 1 found for 0.01 expected; the next one, bin 0 up to 0.5, would expect 1.01 for 2. So t = (0, 0.01),
// w = (0, 2) where both bins have one test, drawn towards 1 by (1 w + 5 x 2) / 11.
TEST(HypothesisWeights, ByHand) {
  const std::vector<double> p{0.4, 0.3, 0.5, 0.9, 0.01, 0.2};
  const std::vector<double> covariate{1.0, 4.0, 2.0, 3.0, 5.0, 6.0};
  const std::vector<Index> fold{0, 0, 1, 1, 1, 0};
  // rising covariate: tests 0 2 3 | 1 4 5; fold 0 holds 0, 1, 5
  const auto weight = hypothesis_weights(p, covariate, {.fold = fold, .folds = 2, .bins = 2});
  const double bin_1 = (1.0 * 1.5 + 10.0) / 11.0,
               bin_0 = 10.0 / 11.0; // w = (0, 3/2): one and two tests
  EXPECT_NEAR(weight[0], bin_0, test::rounding(1.0, 4));
  EXPECT_NEAR(weight[1], bin_1, test::rounding(1.0, 4));
  EXPECT_NEAR(weight[5], bin_1, test::rounding(1.0, 4));
  // fold 1 learns from 0.4 (bin 0), 0.2, 0.3 (bin 1): nothing below the level
  EXPECT_EQ(weight[2], 1.0);
  EXPECT_EQ(weight[4], 1.0);
}

TEST(HypothesisWeights, HaveMeanOneInEachFold) {
  const Tests tests(6000, 0.9, 5);
  const auto weight = hypothesis_weights(tests.p, tests.covariate, {.fold = tests.fold});
  for (Index fold = 0; fold < 5; ++fold) {
    double sum = 0.0, number = 0.0;
    for (std::size_t test = 0; test < weight.size(); ++test) {
      sum += tests.fold[test] == fold ? weight[test] : 0.0;
      number += tests.fold[test] == fold ? 1.0 : 0.0;
    }
    EXPECT_NEAR(sum / number, 1.0, test::rounding(1.0, 1000));
  }
  const auto [least, most] = std::minmax_element(weight.begin(), weight.end());
  EXPECT_LT(*least, 0.7);
  EXPECT_GT(*most, 1.3);
}

// A test's own p, and those of its fold, do not move its weight.
TEST(HypothesisWeights, DoNotSeeTheirOwnFold) {
  Tests tests(6000, 0.9, 5);
  const WeightOptions options{.fold = tests.fold};
  const auto before = hypothesis_weights(tests.p, tests.covariate, options);
  for (std::size_t test = 0; test < tests.p.size(); ++test) {
    tests.p[test] = tests.fold[test] == 2 ? 1.0 - tests.p[test] : tests.p[test];
  }
  const auto after = hypothesis_weights(tests.p, tests.covariate, options);
  bool others_move = false;
  for (std::size_t test = 0; test < before.size(); ++test) {
    if (tests.fold[test] == 2) {
      EXPECT_EQ(before[test], after[test]);
    } else {
      others_move = others_move || before[test] != after[test];
    }
  }
  EXPECT_TRUE(others_move);
}

TEST(HypothesisWeights, FindMoreWhereTheCovariateTells) {
  const Tests tests(20000, 0.5, 8);
  const auto weight = hypothesis_weights(tests.p, tests.covariate, {.fold = tests.fold});
  const auto found = [](const std::vector<double>& adjusted) {
    return std::count_if(adjusted.begin(), adjusted.end(), [](double q) { return q <= 0.1; });
  };
  EXPECT_GT(static_cast<double>(found(weighted_benjamini_hochberg(tests.p, weight))),
            1.05 * static_cast<double>(found(benjamini_hochberg(tests.p))));
}

// Mean false discovery proportion over 200 replicates at nominal 0.1.
TEST(HypothesisWeights, KeepTheFalseDiscoveryRate) {
  double sum = 0.0, squares = 0.0;
  constexpr int replicates = 200;
  for (int replicate = 0; replicate < replicates; ++replicate) {
    const Tests tests(4000, 0.3, 1000 + static_cast<std::uint64_t>(replicate));
    const auto weight =
        hypothesis_weights(tests.p, tests.covariate, {.fold = tests.fold, .bins = 8});
    const auto adjusted = weighted_benjamini_hochberg(tests.p, weight);
    double found = 0.0, wrong = 0.0;
    for (std::size_t test = 0; test < adjusted.size(); ++test) {
      found += adjusted[test] <= 0.1 ? 1.0 : 0.0;
      wrong += adjusted[test] <= 0.1 && !tests.real[test] ? 1.0 : 0.0;
    }
    const double share = found > 0.0 ? wrong / found : 0.0;
    sum += share;
    squares += share * share;
  }
  const double mean = sum / replicates;
  const double se = std::sqrt((squares / replicates - mean * mean) / replicates);
  EXPECT_LE(mean, 0.1 + test::monte_carlo(se));
  EXPECT_GT(mean, 0.05); // it is used
}

TEST(HypothesisWeights, AreOneWhereNothingIsKnown) {
  const std::vector<double> p{0.01, 0.2, none, 0.5}, covariate{none, none, none, 1.0};
  const std::vector<Index> fold{0, 1, 0, 1};
  const auto weight = hypothesis_weights(p, covariate, {.fold = fold, .folds = 2, .bins = 2});
  EXPECT_EQ(weight[0], 1.0);
  EXPECT_EQ(weight[3], 1.0);
  EXPECT_TRUE(std::isnan(weight[2]));
  const auto adjusted = weighted_benjamini_hochberg(p, weight);
  const auto plain = benjamini_hochberg(p);
  EXPECT_EQ(adjusted[0], plain[0]);
  EXPECT_TRUE(std::isnan(adjusted[2]));
}

} // namespace
} // namespace vigil::select
