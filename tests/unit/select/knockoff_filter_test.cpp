// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/select/knockoff_filter.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <cmath>
#include <limits>
#include <vector>

namespace vigil::select {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

// Sizes 5 4 3 2 1 with signs + + - + +: (offset + below) / above from the largest on is
//   offset 0: 0/1 0/2 1/2 1/3 1/4;   offset 1: 1/1 1/2 2/2 2/3 2/4
TEST(KnockoffThreshold, ByHand) {
  const std::vector<double> w{4.0, -3.0, 1.0, 5.0, 2.0};
  EXPECT_EQ(knockoff_threshold(w, 0.2, 0), 4.0);
  EXPECT_EQ(knockoff_threshold(w, 0.25, 0), 1.0);
  EXPECT_EQ(knockoff_threshold(w, 0.5, 1), 1.0);
  EXPECT_EQ(knockoff_threshold(w, 0.4, 1), infinite);
}

// Equal sizes fall together; zeros are nobody's.
TEST(KnockoffThreshold, TiesAndZeros) {
  EXPECT_EQ(knockoff_threshold(std::vector<double>{2.0, -2.0, 3.0, 0.0}, 0.4, 0), 3.0);
  EXPECT_EQ(knockoff_threshold(std::vector<double>{0.0, 0.0}, 0.9, 0), infinite);
  EXPECT_EQ(knockoff_threshold(std::vector<double>{}, 0.9, 1), infinite);
}

TEST(KnockoffThreshold, ByCount) {
  const std::vector<double> w{6.0, -5.0, 4.0, -3.0, 3.0, 2.0, -1.0};
  EXPECT_EQ(knockoff_threshold_by_count(w, 1), 6.0);
  EXPECT_EQ(knockoff_threshold_by_count(w, 2), 4.0); // at 3 the second negative is met
  EXPECT_EQ(knockoff_threshold_by_count(w, 3), 2.0);
  EXPECT_EQ(knockoff_threshold_by_count(w, 4), 1.0);
  EXPECT_EQ(knockoff_threshold_by_count(std::vector<double>{-2.0, 1.0}, 1), infinite);
}

TEST(KnockoffEValues, ByHand) {
  const std::vector<double> w{4.0, -3.0, 1.0, 5.0, 2.0};
  EXPECT_EQ(knockoff_e_values(w, 2.0), (std::vector<double>{2.5, 0.0, 0.0, 2.5, 2.5}));
  EXPECT_EQ(knockoff_e_values(w, infinite), std::vector<double>(5, 0.0));
}

// p = 4, level 0.5: bars p / (level k) = 8 4 2.67 2. Two of 4 reach the second one; the third, 2.5, misses its own.
TEST(EBenjaminiHochberg, ByHand) {
  EXPECT_EQ(e_benjamini_hochberg(std::vector<double>{4.0, 2.5, 5.0, 0.0}, 0.5),
            (std::vector<bool>{true, false, true, false}));
  EXPECT_EQ(e_benjamini_hochberg(std::vector<double>{4.0, 2.7, 4.0, 0.0}, 0.5),
            (std::vector<bool>{true, true, true, false}));
  EXPECT_EQ(e_benjamini_hochberg(std::vector<double>{4.0, 0.0, 0.0, 0.0}, 0.5),
            std::vector<bool>(4, false));
}

// With one copy, e-BH at the level of the copy's threshold selects what the filter selects (Ren, Barber 2024).
TEST(EBenjaminiHochberg, OfOneCopyIsTheFilter) {
  RandomStream draw(RandomKey(3));
  Index selections = 0;
  for (Index replicate = 0; replicate < 200; ++replicate) {
    std::vector<double> w;
    for (Index feature = 0; feature < 30; ++feature) {
      w.push_back(draw.normal() + (feature < 12 ? 2.5 : 0.0));
    }
    for (const double level : {0.1, 0.2, 0.5}) {
      const double threshold = knockoff_threshold(w, level, 1);
      const auto selected = e_benjamini_hochberg(knockoff_e_values(w, threshold), level);
      for (std::size_t feature = 0; feature < w.size(); ++feature) {
        ASSERT_EQ(selected[feature], w[feature] >= threshold);
        selections += selected[feature] ? 1 : 0;
      }
    }
  }
  EXPECT_GT(selections, 1000);
}

TEST(KnockoffThreshold, FallsWithTheLevel) {
  RandomStream draw(RandomKey(4));
  for (Index replicate = 0; replicate < 100; ++replicate) {
    std::vector<double> w;
    for (Index feature = 0; feature < 40; ++feature) {
      w.push_back(draw.normal() + (feature < 15 ? 2.0 : 0.0));
    }
    double before = infinite;
    for (const double level : {0.05, 0.1, 0.2, 0.3, 0.5, 0.9}) {
      const double threshold = knockoff_threshold(w, level, 1);
      EXPECT_LE(threshold, before);
      before = threshold;
    }
  }
}

// 16 of 31: k = 31 gives 62 * 16 / (31 * 32) = 1, as k = 30 does. All of the copies: uniform on 0 .. M, 2 / (M + 1).
TEST(MonotoneTailFactor, ByHand) {
  EXPECT_NEAR(monotone_tail_factor(31, 16), 1.0, test::rounding(1.0, 4));
  EXPECT_NEAR(monotone_tail_factor(9, 9), 0.2, test::rounding(0.2, 4));
  EXPECT_NEAR(monotone_tail_factor(1, 1), 1.0, test::rounding(1.0, 4));
}

} // namespace
} // namespace vigil::select
