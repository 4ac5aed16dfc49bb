// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/penalized/group_penalty.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace vigil::penalized {
namespace {

using testing::ElementsAre;

// v = (3, 4), so w = 5; m = 0.4, so the norm has weight 3 and the thresholds are t (1.2, 1.6).
const std::vector<double> factor{3.0, 4.0};
const GroupTerm mixed{.share = 0.4, .weight = 3.0, .factor = factor};
const GroupTerm whole{.share = 0.0, .weight = 5.0, .factor = factor};

constexpr double few_roundings = 1e-14; // a handful of operations on numbers of size 1

TEST(GroupPenalty, ValueByHand) {
  const std::vector<double> b{1.0, -2.0};
  EXPECT_NEAR(penalty_value(mixed, b), 0.4 * 11.0 + 3.0 * std::sqrt(5.0), 10 * few_roundings);
  EXPECT_NEAR(penalty_value(whole, b), 5.0 * std::sqrt(5.0), 10 * few_roundings);
}

TEST(GroupPenalty, ShrinkByHand) {
  std::vector<double> z{3.0, -4.0};
  shrink(whole, 0.5, z); // norm 5, shortened by 2.5
  EXPECT_THAT(z, ElementsAre(1.5, -2.0));
  z = {3.6, -4.8};
  shrink(mixed, 0.5, z); // (3, -4) over the thresholds, shortened from 5 to 3.5
  EXPECT_NEAR(z[0], 2.1, few_roundings);
  EXPECT_NEAR(z[1], -2.8, few_roundings);
  z = {3.0, -4.0};
  shrink(whole, 1.0, z);
  EXPECT_THAT(z, ElementsAre(0.0, 0.0));
  z = {3.6, 0.7};
  shrink(mixed, 0.5, z); // the second is under its threshold 0.8; 3 is shortened by 1.5
  EXPECT_NEAR(z[0], 1.5, few_roundings);
  EXPECT_EQ(z[1], 0.0);
}

// What shrink returns is the minimum: no other point tried is lower.
TEST(GroupPenalty, ShrinkIsTheMinimum) {
  RandomStream draw(RandomKey(81));
  for (int number = 0; number < 200; ++number) {
    const std::vector<double> v{0.5 + draw.uniform(), 0.5 + draw.uniform(), 0.5 + draw.uniform()};
    const GroupTerm term{.share = draw.uniform(), .weight = 0.1 + draw.uniform(), .factor = v};
    const std::vector<double> z{draw.normal(), draw.normal(), draw.normal()};
    const double t = draw.uniform();
    const auto objective = [&](const std::vector<double>& x) {
      double sum = t * penalty_value(term, x);
      for (std::size_t k = 0; k < 3; ++k) {
        sum += (x[k] - z[k]) * (x[k] - z[k]) / 2.0;
      }
      return sum;
    };
    std::vector<double> least(z);
    shrink(term, t, least);
    for (int other = 0; other < 100; ++other) {
      const double size = std::pow(10.0, -static_cast<double>(other % 7));
      std::vector<double> x(least);
      for (double& value : x) {
        value += size * draw.normal();
      }
      EXPECT_GE(objective(x), objective(least) - few_roundings);
    }
  }
}

TEST(GroupPenalty, StrengthFromWhichAGroupIsZeroByHand) {
  const auto from = [](const GroupTerm& term, std::vector<double> g) { return zero_from(term, g); };
  EXPECT_NEAR(from(whole, {6.0, -8.0}), 2.0, few_roundings); // 10 / 5
  EXPECT_NEAR(from(mixed, {6.0, -8.0}), 2.0, few_roundings); // (3.6, 4.8) is 6 long, and 2 x 3 is 6
  EXPECT_NEAR(from(mixed, {8.4, 3.0}), 2.0, few_roundings);  // 8.4 - 2.4 = 6; 3 is under 3.2
  EXPECT_NEAR(from(mixed, {0.0, -9.2}), 2.0, few_roundings); // 9.2 - 3.2 = 6
  EXPECT_EQ(from(mixed, {0.0, 0.0}), 0.0);
  EXPECT_EQ(from(whole, {0.0, 0.0}), 0.0);
}

TEST(GroupPenalty, StrengthFromWhichAGroupIsZeroIsTheRoot) {
  RandomStream draw(RandomKey(82));
  for (int number = 0; number < 500; ++number) {
    std::vector<double> v, g;
    for (int k = 0; k < 1 + number % 9; ++k) {
      v.push_back(0.2 + draw.uniform());
      g.push_back(draw.normal());
    }
    const GroupTerm term{.share = number % 4 == 0 ? 0.0 : draw.uniform(),
                         .weight = 0.05 + draw.uniform(),
                         .factor = v};
    const double t = zero_from(term, g);
    EXPECT_NEAR(soft_threshold_norm(term, g, t), t * term.weight, 1e-13);
  }
}

double violation(const GroupTerm& term,
                 std::vector<double> gradient,
                 std::vector<double> b,
                 double lambda,
                 double l1_ratio = 1.0) {
  return kkt_violation(term, gradient, b, {.lambda = lambda, .l1_ratio = l1_ratio});
}

TEST(GroupPenalty, ViolationByHand) {
  EXPECT_NEAR(violation(mixed, {6.0, -8.0}, {0.0, 0.0}, 1.0), 8.0 / 3.0 - 1.0, few_roundings);
  EXPECT_NEAR(violation(mixed, {6.0, -8.0}, {0.0, 0.0}, 2.0), 0.0, few_roundings);
  EXPECT_EQ(violation(mixed, {1.0, 1.0}, {0.0, 0.0}, 1.0), 0.0);
  // direction (0.6, -0.8): l1 (1.2, -1.6) and norm (1.8, -2.4) make (3, -4)
  EXPECT_NEAR(violation(mixed, {3.0, -4.0}, {3.0, -4.0}, 1.0), 0.0, few_roundings);
  EXPECT_NEAR(violation(mixed, {3.9, -5.2}, {3.0, -4.0}, 1.0), 0.5, few_roundings); // 1.5 / 3
  // lambda 2, l1_ratio 0.5: the same and a ridge of v b = (9, -16)
  EXPECT_NEAR(violation(mixed, {12.0, -20.0}, {3.0, -4.0}, 2.0, 0.5), 0.0, few_roundings);
  // a member at zero beside one that is not
  EXPECT_NEAR(violation(mixed, {4.2, 1.0}, {3.0, 0.0}, 1.0), 0.0, few_roundings);
  EXPECT_NEAR(violation(mixed, {4.2, -3.1}, {3.0, 0.0}, 1.0), 0.5, few_roundings); // 1.5 over 1.6
  const double nan = std::nan("");
  EXPECT_EQ(violation(mixed, {nan, 0.0}, {0.0, 0.0}, 1.0), HUGE_VAL);
  EXPECT_EQ(violation(whole, {1.0, HUGE_VAL}, {1.0, 1.0}, 1.0), HUGE_VAL);
}

TEST(GroupPenalty, AGroupOfOneViolatesAsTheLasso) {
  const std::vector<double> v{1.7};
  const GroupTerm one{.share = 0.0, .weight = 1.7, .factor = v};
  const Strength strength{.lambda = 0.6, .l1_ratio = 0.8};
  for (const double g : {-2.0, -0.816, 0.0, 0.4, 1.1}) {
    for (const double b : {-0.7, 0.0, 0.3}) {
      EXPECT_NEAR(kkt_violation(one, {&g, 1}, {&b, 1}, strength),
                  kkt_violation(g, b, ColumnPenalty{.factor = 1.7}, strength),
                  few_roundings);
    }
  }
}

TEST(GroupMap, HoldsKeptMembersAndTheirWeight) {
  const PenaltyOptions options{.group = {7, no_index, 2, 7, 2, 7, no_index},
                               .within_group_share = 0.4};
  // the fifth and sixth column are not kept, the last one is unpenalized
  const GroupMap map(options, std::vector<double>{3.0, 2.0, 1.5, 4.0, -1.0, -1.0, 0.0});
  ASSERT_EQ(map.groups(), 3);
  EXPECT_THAT(map.members(map.group_of(0)), ElementsAre(0, 3));
  EXPECT_EQ(map.group_of(3), map.group_of(0));
  EXPECT_EQ(map.term(map.group_of(0)).share, 0.4);
  EXPECT_NEAR(map.term(map.group_of(0)).weight, 3.0, few_roundings); // 0.6 x 5
  EXPECT_THAT(map.members(map.group_of(2)), ElementsAre(2));         // alone: the lasso
  EXPECT_EQ(map.term(map.group_of(2)).share, 0.0);
  EXPECT_EQ(map.term(map.group_of(2)).weight, 1.5);
  EXPECT_THAT(map.members(map.group_of(1)), ElementsAre(1));
  for (const Index column : {4, 5, 6}) {
    EXPECT_EQ(map.group_of(column), no_index);
  }
  const GroupMap there = map.among(std::vector<Index>{6, 3, 2, 0});
  ASSERT_EQ(there.groups(), 2);
  EXPECT_EQ(there.group_of(0), no_index);
  EXPECT_THAT(there.members(there.group_of(1)), ElementsAre(1, 3));
  EXPECT_THAT(there.term(there.group_of(1)).factor, ElementsAre(4.0, 3.0));
  EXPECT_NEAR(there.term(there.group_of(1)).weight, 3.0, few_roundings);
  // 0.4 (3 + 8) + 3 sqrt(5), and 1.5 x 2
  EXPECT_NEAR(there.value(std::vector<double>{9.0, 2.0, -2.0, 1.0}),
              4.4 + 3.0 * std::sqrt(5.0) + 3.0,
              10 * few_roundings);
  EXPECT_TRUE(GroupMap(PenaltyOptions{}, std::vector<double>{1.0}).empty());
}

TEST(CheckPenalty, RefusesGroupsThatHaveNoMeaning) {
  test::SurvivalCase made(RandomKey(83), 20, 3, 1); // the clinical column is unpenalized
  const TrainingData data = made.data();
  const auto message = [&](const std::function<void(PenaltyOptions&)>& change) {
    PenaltyOptions options{.group = {0, 0, no_index, no_index}};
    change(options);
    try {
      check_penalty(options, data);
    } catch (const ConfigError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  using testing::HasSubstr;
  EXPECT_EQ(message([](auto&) {}), "");
  EXPECT_THAT(message([](auto& o) { o.l1_ratio = 0.0; }), HasSubstr("ridge"));
  EXPECT_THAT(message([](auto& o) { o.lower.assign(4, -1.0); }), HasSubstr("limits"));
  EXPECT_THAT(message([](auto& o) { o.upper.assign(4, 1.0); }), HasSubstr("limits"));
  EXPECT_THAT(message([](auto& o) { o.within_group_share = 1.0; }), HasSubstr("below 1"));
  EXPECT_THAT(message([](auto& o) { o.within_group_share = -0.1; }), HasSubstr("below 1"));
  EXPECT_THAT(message([](auto& o) { o.within_group_share = std::nan(""); }), HasSubstr("below 1"));
  EXPECT_THAT(message([](auto& o) { o.group.pop_back(); }), HasSubstr("one per column"));
  EXPECT_THAT(message([](auto& o) { o.group[3] = 1; }), HasSubstr("c0"));
  EXPECT_THAT(message([](auto& o) { o.factor = {0.0, 1.0, 1.0, 0.0}; }), HasSubstr("m0"));
}

} // namespace
} // namespace vigil::penalized
