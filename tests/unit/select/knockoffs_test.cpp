// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/select/knockoffs.hpp"

#include <gtest/gtest.h>

#include "tests/support/fault_of.hpp"
#include "tests/support/near.hpp"
#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>
#include <cstring>

namespace vigil::select {
namespace {

using test::SurvivalCase;

Knockoffs knockoffs_of(SurvivalCase& made, const KnockoffOptions& options, int threads = 1) {
  Scheduler scheduler(threads);
  FitContext context{scheduler};
  return knockoffs(made.data(), CaseWeights::ones(made.subjects), options, RandomKey(7), context);
}

SurvivalCase usual_case() {
  SurvivalCase made(RandomKey(5), 120, 20, 2);
  for (Index i = 0; i < 120; ++i) {
    made.centre.push_back(i % 4);
  }
  made.marker_values[3] = std::nanf("");
  return made;
}

/// Two copies of three features, W by hand.
std::vector<KnockoffCompetition> two_copies() {
  return {{.statistic = {3.0, 2.0, -1.0}, .lambda = 0.1},
          {.statistic = {2.0, -3.0, 1.0}, .lambda = 0.2}};
}

// Level 1.2, a copy's 0.6. First copy: 1/1 1/2 2/2: T = 2, e = 3 3 0. Second one: 1/0 -> 1 + 1 = 2 / 1, 2 / 2 at 1: none
// is at most 0.6, T infinite. Mean e 1.5 1.5 0; bars 3 / (1.2 k) = 2.5 1.25 0.83: both are selected.
TEST(KnockoffVerdict, OfTheRateByHand) {
  const auto verdict = knockoff_verdict(two_copies(), {.copies = 2, .level = 1.2});
  EXPECT_EQ(verdict.copies[0].threshold, 2.0);
  EXPECT_EQ(verdict.copies[0].selected, 2);
  EXPECT_TRUE(std::isinf(verdict.copies[1].threshold));
  EXPECT_EQ(verdict.e_value, (std::vector<double>{1.5, 1.5, 0.0}));
  EXPECT_EQ(verdict.frequency, (std::vector<double>{0.5, 0.5, 0.0}));
  EXPECT_EQ(verdict.statistic, (std::vector<double>{2.5, -0.5, 0.0}));
  EXPECT_EQ(verdict.selected, (std::vector<bool>{true, true, false}));
}

// One negative stops a copy: {W >= 2} of the first, nothing of the second. With two: both positive ones of each.
TEST(KnockoffVerdict, OfTheNumberByHand) {
  KnockoffOptions options{.control = KnockoffControl::false_selections, .copies = 2};
  auto verdict = knockoff_verdict(two_copies(), options);
  EXPECT_EQ(verdict.frequency, (std::vector<double>{0.5, 0.5, 0.0}));
  EXPECT_EQ(verdict.count_selected(), 2);
  EXPECT_TRUE(std::isnan(verdict.e_value[0]));
  options.negatives = 2;
  options.least_share = 1.0;
  verdict = knockoff_verdict(two_copies(), options);
  EXPECT_EQ(verdict.frequency, (std::vector<double>{1.0, 0.5, 0.5}));
  EXPECT_EQ(verdict.selected, (std::vector<bool>{true, false, false}));
}

/// Features before, knockoffs behind; `swapped` exchanges the pairs of some features.
TrainingData with_swaps(SurvivalCase& made, const std::vector<Index>& swapped) {
  const Index half = made.markers / 2;
  for (const Index feature : swapped) {
    const auto first = made.marker_values.begin() + feature * made.subjects;
    std::swap_ranges(first, first + made.subjects, first + half * made.subjects);
  }
  return made.data();
}

struct KnockoffSwap : testing::TestWithParam<KnockoffStatistic> {};

TEST_P(KnockoffSwap, ChangesTheSignOfTheSwapped) {
  const std::vector<Index> swapped{0, 2, 5};
  SurvivalCase made(RandomKey(8), 150, 12, 1), other = made;
  Scheduler scheduler(1);
  FitContext context{scheduler};
  const auto weights = CaseWeights::ones(150);
  const KnockoffStatisticOptions options{.statistic = GetParam()};
  const auto before = knockoff_competition(made.data(), weights, options, RandomKey(1), context);
  const auto after =
      knockoff_competition(with_swaps(other, swapped), weights, options, RandomKey(1), context);
  Index nonzero = 0;
  for (Index feature = 0; feature < 6; ++feature) {
    const bool turned = std::find(swapped.begin(), swapped.end(), feature) != swapped.end();
    const double expected = before.statistic[at(feature)] * (turned ? -1.0 : 1.0);
    EXPECT_NEAR(after.statistic[at(feature)],
                expected,
                test::relative(1.0, 1e-6, "tolerance of the path, columns in another order"));
    nonzero += std::fabs(expected) > 0.01 ? 1 : 0;
  }
  EXPECT_GE(nonzero, 3);
  EXPECT_EQ(std::isnan(before.lambda), GetParam() == KnockoffStatistic::entry);
  EXPECT_GT(before.statistic[0], 0.0); // the first markers are true
}

INSTANTIATE_TEST_SUITE_P(Statistics,
                         KnockoffSwap,
                         testing::Values(KnockoffStatistic::coefficient, KnockoffStatistic::entry));

void expect_same_bytes(const std::vector<double>& one, const std::vector<double>& other) {
  ASSERT_EQ(one.size(), other.size());
  EXPECT_EQ(std::memcmp(one.data(), other.data(), one.size() * sizeof(double)), 0);
}

TEST(Knockoffs, SameForAnyThreads) {
  SurvivalCase made = usual_case();
  const KnockoffOptions options{.copies = 5, .level = 0.5};
  const Knockoffs expected = knockoffs_of(made, options);
  EXPECT_FALSE(expected.undefined());
  EXPECT_EQ(expected.degrees_of_freedom, 120 - 4 - 2);
  EXPECT_EQ(size_of(expected.column), 20);
  EXPECT_EQ(size_of(expected.adjusted), 2);
  for (const int threads : {2, 5}) {
    const Knockoffs result = knockoffs_of(made, options, threads);
    expect_same_bytes(result.gap, expected.gap);
    expect_same_bytes(result.verdict.statistic, expected.verdict.statistic);
    expect_same_bytes(result.verdict.e_value, expected.verdict.e_value);
    expect_same_bytes(result.null_check.statistic, expected.null_check.statistic);
  }
  EXPECT_GT(expected.verdict.statistic[0], 0.0);
  EXPECT_GT(expected.verdict.statistic[1], 0.0);
}

// More copies keep the first ones.
TEST(Knockoffs, CopiesAreTheirOwn) {
  SurvivalCase made = usual_case();
  const auto few = knockoffs_of(made, {.copies = 2, .null_check = false}),
             many = knockoffs_of(made, {.copies = 4, .null_check = false});
  EXPECT_TRUE(few.null_check.selected.empty());
  for (std::size_t copy = 0; copy < 2; ++copy) {
    EXPECT_EQ(few.verdict.copies[copy].lambda, many.verdict.copies[copy].lambda);
  }
}

TEST(Knockoffs, NothingIsReadOfSubjectsWithoutWeight) {
  SurvivalCase made = usual_case(), other = made;
  std::vector<std::uint32_t> times(120, 1);
  for (Index i = 4; i < 120; i += 10) {
    times[at(i)] = 0;
    other.survival.time[at(i)] = 9.0;
    other.clinical[0][at(i)] = -1e6;
    for (Index marker = 0; marker < 20; ++marker) {
      other.marker_values[at(marker * 120 + i)] = 1e20F;
    }
  }
  const auto run = [&](SurvivalCase& cohort) {
    Scheduler scheduler(1);
    FitContext context{scheduler};
    return knockoffs(cohort.data(),
                     CaseWeights::ones(120).with_times(times),
                     {.copies = 2},
                     RandomKey(7),
                     context);
  };
  expect_same_bytes(run(made).verdict.statistic, run(other).verdict.statistic);
}

TEST(Knockoffs, RefuseMoreFeaturesThanCorrelationsCanBeEstimatedOf) {
  SurvivalCase made(RandomKey(5), 80, 30, 1);
  const auto fault = test::fault_of<ConfigError>([&] { (void)knockoffs_of(made, {}); });
  EXPECT_EQ(fault.found, "30");
  EXPECT_NE(fault.expected.find("at most 19"), std::string::npos); // (80 - 2) / 4
  EXPECT_NE(fault.remedy.find("--representatives 19"), std::string::npos);
}

TEST(Knockoffs, OfRepresentatives) {
  SurvivalCase made(RandomKey(5), 80, 30, 1);
  std::copy_n(made.marker_values.begin(), 80, made.marker_values.begin() + 29 * 80);
  const auto result = knockoffs_of(made, {.copies = 1, .representatives = 10});
  EXPECT_EQ(size_of(result.column), 10);
  EXPECT_EQ(size_of(result.candidate), 30);
  EXPECT_EQ(result.representatives.of[29], result.representatives.of[0]);
  EXPECT_NEAR(result.representatives.correlation[29], 1.0, test::rounding(1.0, 8));
  EXPECT_EQ(result.column[0], 0);
}

TEST(Knockoffs, SayWhyTheyAreNotDefined) {
  SurvivalCase made = usual_case();
  std::fill(made.survival.event.begin(), made.survival.event.end(), std::uint8_t{0});
  EXPECT_FALSE(knockoffs_of(made, {.copies = 2}).undefined_because.empty());
  KnockoffOptions by_entry{.copies = 2};
  by_entry.competition.statistic = KnockoffStatistic::entry;
  EXPECT_EQ(knockoffs_of(made, by_entry).undefined_because, "no events");
  SurvivalCase constant = usual_case();
  std::fill(constant.marker_values.begin(), constant.marker_values.end(), 1.0F);
  EXPECT_EQ(knockoffs_of(constant, {.copies = 2}).undefined_because,
            "no feature that varies given the clinical columns and centres");
}

TEST(Knockoffs, RefuseOptionsOutOfRange) {
  SurvivalCase made = usual_case();
  const auto found = [&](const KnockoffOptions& options) {
    return test::fault_of<ConfigError>([&] { (void)knockoffs_of(made, options); }).where;
  };
  EXPECT_EQ(found({.copies = 0}), "copies");
  EXPECT_EQ(found({.level = 0.0}), "level");
  EXPECT_EQ(found({.negatives = 0}), "false selections");
  EXPECT_EQ(found({.least_share = 1.1}), "share of the copies");
  for (Index i = 0; i < 120; ++i) {
    made.group.push_back(i / 2);
  }
  EXPECT_EQ(found({}), "cohort with groups");
}

} // namespace
} // namespace vigil::select
