// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/feature_passport.hpp"
#include "vigil/select/screen.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>
#include <vector>

namespace vigil::select {
namespace {

using test::SurvivalCase;

std::vector<FeaturePassport>
passports_of(SurvivalCase& made, const std::vector<Index>& listed, int threads = 1) {
  Scheduler scheduler(threads);
  FitContext context{scheduler};
  return feature_passports(made.data(), CaseWeights::ones(made.subjects), listed, context);
}

SurvivalCase usual_case() {
  SurvivalCase made(RandomKey(51), 200, 6, 2);
  for (Index i = 0; i < 200; ++i) {
    made.centre.push_back(i % 4);
  }
  return made;
}

TEST(FeaturePassport, ZIsThatOfTheScreen) {
  SurvivalCase made = usual_case();
  const auto found = passports_of(made, {3, 0});
  Scheduler scheduler(1);
  FitContext context{scheduler};
  const auto tests = screen(made.data(),
                            CaseWeights::ones(200),
                            {.ties = survival::Ties::efron, .draws = 0},
                            RandomKey(1),
                            context);
  constexpr const char* storage = "columns in double here, in single precision there";
  EXPECT_NEAR(found[0].z, tests.z[3], test::relative(1.0, 1e-6, storage));
  EXPECT_NEAR(found[1].z, tests.z[0], test::relative(tests.z[0], 1e-6, storage));
  const auto again =
      replications(made.data(), CaseWeights::ones(200), std::vector<Index>{0, no_index}, context);
  EXPECT_NEAR(again[0].z, found[1].z, test::rounding(found[1].z, 100));
  EXPECT_NEAR(again[0].estimate, tests.estimate[0], test::relative(1.0, 1e-6, storage));
  EXPECT_EQ(again[1].undefined_because, "not in this cohort");
  EXPECT_TRUE(std::isnan(again[1].p));
}

// The first marker acts alike in all centres; with its sign turned in two of them the effects differ.
TEST(FeaturePassport, SeesThatCentresDiffer) {
  SurvivalCase made = usual_case();
  const auto alike = passports_of(made, {0}).front().centres;
  EXPECT_EQ(alike.pooled.centres, 4);
  EXPECT_EQ(alike.same_sign, 4);
  EXPECT_GT(alike.pooled.mu, 0.3);
  EXPECT_GT(alike.q_p, 0.01);
  for (Index i = 0; i < 200; ++i) {
    float& value = made.marker_values[at(i)];
    value = i % 4 < 2 ? -value : value;
  }
  const auto apart = passports_of(made, {0}).front().centres;
  EXPECT_LT(apart.q_p, 1e-6);
  EXPECT_EQ(apart.same_sign, 2);
  EXPECT_GT(apart.pooled.i2, 0.7);
}

// Values 0 or 1 by centre and 0 or 1 by turns: half of the variance is between the centres, F = 1 / (1 / (n - 2)).
TEST(FeaturePassport, ShareBetweenCentresByHand) {
  SurvivalCase made(RandomKey(52), 40, 1, 0);
  for (Index i = 0; i < 40; ++i) {
    made.centre.push_back(i % 2);
    made.marker_values[at(i)] = static_cast<float>(i % 2 + (i / 2) % 2);
  }
  const auto between = passports_of(made, {0}).front().between;
  EXPECT_NEAR(between.share, 0.5, test::rounding(1.0, 20));
  EXPECT_LT(between.p, 1e-6); // F(1, 38) = 38
  EXPECT_GT(between.p, 1e-8);
}

TEST(FeaturePassport, SaysWhatIsNotDefined) {
  SurvivalCase made = usual_case();
  std::fill_n(made.marker_values.begin(), 200, 2.0F);
  const auto constant = passports_of(made, {0}).front();
  EXPECT_EQ(constant.undefined_because, "constant");
  EXPECT_TRUE(std::isnan(constant.z));
  EXPECT_TRUE(std::isnan(constant.between.share));
  for (Index i = 0; i < 200; ++i) {
    made.centre[at(i)] = i < 195 ? 0 : 1;
  }
  EXPECT_NE(passports_of(made, {1}).front().centres.undefined_because.find("fewer than 2 centres"),
            std::string::npos);
  made.centre.clear();
  const auto alone = passports_of(made, {1}).front();
  EXPECT_EQ(alone.centres.undefined_because, "no centres");
  EXPECT_TRUE(std::isfinite(alone.z));
}

TEST(FeaturePassport, SameForAnyThreads) {
  SurvivalCase made = usual_case();
  const auto expected = passports_of(made, {0, 1, 2, 3, 4, 5});
  const auto again = passports_of(made, {0, 1, 2, 3, 4, 5}, 3);
  for (std::size_t place = 0; place < 6; ++place) {
    EXPECT_EQ(again[place].z, expected[place].z);
    EXPECT_EQ(again[place].centres.pooled.mu, expected[place].centres.pooled.mu);
    EXPECT_EQ(again[place].centres.q_p, expected[place].centres.q_p);
  }
}

} // namespace
} // namespace vigil::select
