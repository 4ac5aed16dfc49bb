// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/logistic_fit.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <cmath>
#include <vector>

namespace vigil {
namespace {

// Two groups: the probabilities are the shares, 1 of 4 and 3 of 5; odds 1/3 and 3/2.
const std::vector<double> group{0, 0, 0, 0, 1, 1, 1, 1, 1};
const std::vector<std::uint8_t> label{1, 0, 0, 0, 1, 1, 1, 0, 0};

TEST(LogisticFit, TwoGroupsByHand) {
  const LogisticFit fit(group, label);
  ASSERT_TRUE(fit.undefined_because().empty());
  const auto coefficient = fit.coefficient();
  EXPECT_NEAR(coefficient[0], std::log(1.0 / 3.0), 1e-12);
  EXPECT_NEAR(coefficient[1], std::log(4.5), 1e-12);
  EXPECT_NEAR(fit.probability()[0], 0.25, 1e-13);
  EXPECT_NEAR(fit.probability()[8], 0.6, 1e-13);
}

// The quantity "linear predictor of group 0" is log(p / (1 - p)): its influence is (y - p) / (n_0 p (1 - p)) within the group
// and 0 outside.
TEST(LogisticFit, InfluenceOfAShareByHand) {
  const LogisticFit fit(group, label);
  std::vector<double> slope(9, 0.0);
  slope[2] = 1.0; // the linear predictor of one row of group 0
  const auto influence = fit.influence(slope);
  EXPECT_NEAR(influence[0], 0.75 / (4.0 * 0.25 * 0.75), 1e-11);
  EXPECT_NEAR(influence[1], -0.25 / (4.0 * 0.25 * 0.75), 1e-11);
  EXPECT_NEAR(influence[5], 0.0, 1e-11);
}

// The second of two equal columns, and a constant one, are left out.
TEST(LogisticFit, CollinearColumnsAreLeftOut) {
  std::vector<double> columns(group);
  columns.insert(columns.end(), group.begin(), group.end());
  columns.insert(columns.end(), group.size(), 3.0);
  const LogisticFit fit(columns, label);
  const auto coefficient = fit.coefficient();
  EXPECT_NEAR(coefficient[1], std::log(4.5), 1e-12);
  EXPECT_EQ(coefficient[2], 0.0);
  EXPECT_EQ(coefficient[3], 0.0);
}

// Units of a column do not matter, nor a large offset.
TEST(LogisticFit, UnitsDoNotMatter) {
  const std::vector<double> x{1, 4, 2, 8, 5, 7, 3, 9, 6};
  std::vector<double> moved;
  moved.reserve(x.size());
  for (const double value : x) {
    moved.push_back(4096.0 + value / 1024.0); // exact
  }
  const LogisticFit plain(x, label), other(moved, label);
  for (std::size_t row = 0; row < x.size(); ++row) {
    EXPECT_NEAR(plain.probability()[row], other.probability()[row], 1e-9);
  }
}

TEST(LogisticFit, UndefinedWhereTheColumnsSeparate) {
  const std::vector<double> x{1, 2, 3, 4};
  EXPECT_FALSE(LogisticFit(x, std::vector<std::uint8_t>{0, 0, 1, 1}).undefined_because().empty());
  EXPECT_FALSE(LogisticFit(x, std::vector<std::uint8_t>{1, 1, 1, 1}).undefined_because().empty());
  EXPECT_TRUE(LogisticFit(x, std::vector<std::uint8_t>{0, 1, 0, 1}).undefined_because().empty());
}

// Without columns: the share.
TEST(LogisticFit, WithoutColumnsTheShare) {
  const LogisticFit fit({}, label);
  EXPECT_NEAR(fit.probability()[3], 4.0 / 9.0, 1e-14);
}

} // namespace
} // namespace vigil
