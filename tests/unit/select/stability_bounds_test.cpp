// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/stability_bounds.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <cmath>

namespace vigil::select {
namespace {

using test::rounding;

TEST(StabilityBounds, CountTheHalvesOfAThreshold) {
  EXPECT_EQ(least_selections(0.75, 50), 75);
  EXPECT_EQ(least_selections(0.7, 50), 70); // 0.7 x 100 is 70.00000000000001 or less
  EXPECT_EQ(least_selections(0.701, 50), 71);
  EXPECT_EQ(least_selections(1.0, 3), 6);
  EXPECT_EQ(least_selections(1e-12, 3), 1);
}

// C = 4 (1 - 0.9 + 0.01) / 1.02 = 0.44 / 1.02; p theta^2 = 0.4.
TEST(StabilityBounds, UnimodalAboveThreeQuarters) {
  const SelectionDesign design{.candidates = 1000, .per_half = 20, .pairs = 50, .least = 90};
  EXPECT_NEAR(unimodal_bound(design).value, 0.4 * 0.44 / 1.02, rounding(0.17, 8));
}

// At pi = 3/4 the two branches are 1 / (2 (1/2 - 1/(2B))) and 4 (1/4 + 1/(2B)) / (1 + 1/B): they do not meet, the
// first one holds there.
TEST(StabilityBounds, UnimodalAtThreeQuartersIsTheFirstBranch) {
  const SelectionDesign design{.candidates = 100, .per_half = 10, .pairs = 10, .least = 15};
  EXPECT_NEAR(unimodal_bound(design).value, 1.0 / 0.9, rounding(1.1, 8));
}

// N = 2, least 2, power 2: mass proportional to 1, (a/(a+1))^2, (a/(a+2))^2; with a = 1: 1, 1/4, 1/9, total 49/36,
// mean (1/4 + 2/9) / (49/36) = 17/49, tail (1/9) / (49/36) = 4/49.
TEST(StabilityBounds, TailOfAnExtremalDistributionByHand) {
  EXPECT_NEAR(r_concave_tail(17.0 / 49.0 / 2.0, 2, 2, 2), 4.0 / 49.0, rounding(4.0 / 49.0, 64));
}

TEST(StabilityBounds, AreOrderedByTheirAssumptions) {
  for (const Index least : {60, 75, 90, 100}) {
    const SelectionDesign design{.candidates = 5000, .per_half = 50, .pairs = 50, .least = least};
    const ErrorBounds bound = error_bounds(design);
    EXPECT_LT(bound.r_concave.value, bound.unimodal.value);
    EXPECT_LT(bound.unimodal.value, bound.mb.value);
  }
}

TEST(StabilityBounds, FallWithTheThresholdAndRiseWithQ) {
  for (const auto bound : {&meinshausen_buehlmann_bound, &unimodal_bound, &r_concave_bound}) {
    SelectionDesign design{.candidates = 400, .per_half = 12, .pairs = 25, .least = 30};
    double before = bound(design).value;
    for (++design.least; design.least <= 50; ++design.least) {
      EXPECT_LT(bound(design).value, before) << design.least;
      before = bound(design).value;
    }
    design.least = 40;
    before = bound(design).value;
    for (++design.per_half; design.per_half < 60; ++design.per_half) {
      EXPECT_GT(bound(design).value, before) << design.per_half;
      before = bound(design).value;
    }
  }
}

TEST(StabilityBounds, AreUndefinedWithAReason) {
  const SelectionDesign half{.candidates = 1000, .per_half = 20, .pairs = 50, .least = 50};
  EXPECT_TRUE(std::isnan(meinshausen_buehlmann_bound(half).value));
  EXPECT_NE(meinshausen_buehlmann_bound(half).undefined_because, "");
  EXPECT_TRUE(std::isnan(unimodal_bound(half).value));
  EXPECT_NE(unimodal_bound(half).undefined_because, "");
  EXPECT_EQ(r_concave_bound(half).undefined_because,
            ""); // the tail of the frequency itself is enough

  SelectionDesign grid = half;
  grid.least = 51; // below 1/2 + 1/B
  EXPECT_TRUE(std::isfinite(meinshausen_buehlmann_bound(grid).value));
  EXPECT_TRUE(std::isnan(unimodal_bound(grid).value));
  grid.least = 52;
  EXPECT_TRUE(std::isfinite(unimodal_bound(grid).value));

  const SelectionDesign dense{.candidates = 10, .per_half = 5, .pairs = 50, .least = 68};
  EXPECT_TRUE(std::isnan(unimodal_bound(dense).value)); // pi 0.68 <= 1/2 + 0.01 + 0.1875
  SelectionDesign denser = dense;
  denser.per_half = 6;
  denser.least = 100;
  EXPECT_TRUE(std::isnan(unimodal_bound(denser).value)); // theta > 1 / sqrt(3)
  const SelectionDesign all{.candidates = 3, .per_half = 3, .pairs = 50, .least = 75};
  EXPECT_TRUE(std::isnan(r_concave_bound(all).value));
  EXPECT_NE(r_concave_bound(all).undefined_because, "");
  EXPECT_NEAR(meinshausen_buehlmann_bound(all).value, 6.0, rounding(6.0, 4));
}

TEST(StabilityBounds, SurviveExtremeSizes) {
  const SelectionDesign wide{.candidates = 1000000, .per_half = 1, .pairs = 500, .least = 1000};
  const double bound = r_concave_bound(wide).value;
  EXPECT_GT(bound, 0.0);
  EXPECT_LT(bound, unimodal_bound(wide).value);
}

} // namespace
} // namespace vigil::select
