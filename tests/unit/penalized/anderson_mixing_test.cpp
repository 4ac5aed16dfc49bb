// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/anderson_mixing.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace vigil::penalized {
namespace {

// b -> b + (e - b) (1 - rate), coordinate by coordinate: three ends of a linear map in two dimensions determine its
// fixed point (5, 7).
TEST(AndersonMixing, ThreeEndsOfALinearMapInTwoDimensionsGiveItsFixedPoint) {
  const std::vector<double> fixed{5.0, 7.0}, rate{0.5, 0.2};
  AndersonMixing ends;
  std::vector<double> b{1.0, 1.0};
  for (int number = 0; number < 3; ++number) {
    std::vector<double> end(b), step(2);
    for (std::size_t place = 0; place < 2; ++place) {
      step[place] = (fixed[place] - b[place]) * (1.0 - rate[place]);
      end[place] += step[place];
    }
    ends.add(end, end, step);
    b = end;
  }
  const auto mix = ends.mix();
  ASSERT_TRUE(mix.has_value());
  EXPECT_NEAR(mix->coefficient[0], 5.0, 1e-12); // rounding, times the condition of two steps
  EXPECT_NEAR(mix->coefficient[1], 7.0, 1e-12);
  EXPECT_EQ(mix->coefficient, mix->eta);
}

// Of a linear map, here twice the coefficient: that of the mix, unless an end comes without it.
TEST(AndersonMixing, AMixHasTheProductThatEveryEndHas) {
  const std::vector<double> first{3.0}, second{2.0}, long_step{2.0}, short_step{1.0}, more{6.0},
      less{4.0};
  AndersonMixing ends;
  ends.add(first, first, long_step, more);
  ends.add(second, second, short_step, less);
  const auto mix = ends.mix(); // extrapolated to step 0: 2 - (3 - 2)
  ASSERT_TRUE(mix.has_value());
  EXPECT_EQ(mix->coefficient, std::vector<double>{1.0});
  EXPECT_EQ(mix->product, std::vector<double>{2.0});

  AndersonMixing without;
  without.add(first, first, long_step);
  without.add(second, second, short_step, less);
  ASSERT_TRUE(without.mix().has_value());
  EXPECT_TRUE(without.mix()->product.empty());
}

TEST(AndersonMixing, OneEndIsNoMix) {
  AndersonMixing ends;
  EXPECT_FALSE(ends.mix().has_value());
  ends.add(std::vector<double>{1.0}, std::vector<double>{1.0}, std::vector<double>{0.5});
  EXPECT_FALSE(ends.mix().has_value());
}

TEST(AndersonMixing, EndsOfOtherSignsAreForgotten) {
  AndersonMixing ends;
  ends.add(std::vector<double>{1.0, 0.0}, std::vector<double>{1.0}, std::vector<double>{0.5});
  ends.add(std::vector<double>{1.0, -1.0}, std::vector<double>{2.0}, std::vector<double>{0.1});
  EXPECT_FALSE(ends.mix().has_value());
}

// Extrapolated from 3 and 1 with steps 2 and 1 to -1: the sign would turn.
TEST(AndersonMixing, NoSignTurns) {
  AndersonMixing ends;
  ends.add(std::vector<double>{3.0}, std::vector<double>{3.0}, std::vector<double>{2.0});
  ends.add(std::vector<double>{1.0}, std::vector<double>{1.0}, std::vector<double>{1.0});
  EXPECT_FALSE(ends.mix().has_value());
}

} // namespace
} // namespace vigil::penalized
