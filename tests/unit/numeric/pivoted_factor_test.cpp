// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/numeric/pivoted_factor.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <algorithm>
#include <cmath>

namespace vigil {
namespace {

// [1 2; 2 13]: the pivot is 13, F = [2/sqrt(13) 3/sqrt(13); sqrt(13) 0].
TEST(PivotedFactor, TwoByTwoByHand) {
  GrowingMatrix matrix;
  matrix.resize(2, 2);
  matrix(0, 0) = 1.0;
  matrix(1, 0) = 2.0;
  matrix(0, 1) = std::nan(""); // not read
  matrix(1, 1) = 13.0;
  const GrowingMatrix factor = pivoted_factor(view(matrix));
  ASSERT_EQ(factor.columns(), 2);
  EXPECT_NEAR(factor(0, 0), 2.0 / std::sqrt(13.0), test::rounding(1.0, 2));
  EXPECT_NEAR(factor(1, 0), std::sqrt(13.0), test::rounding(4.0, 2));
  EXPECT_NEAR(factor(0, 1), 3.0 / std::sqrt(13.0), test::rounding(1.0, 2));
  EXPECT_EQ(factor(1, 1), 0.0);
}

// 150 > the blocks of LAPACK; the rows sum to zero and some are equal, hence 19 columns of rank 18.
TEST(PivotedFactor, FindsTheRankAndMultipliesBack) {
  constexpr Index order = 150, rank = 18;
  RandomStream draw(RandomKey(3));
  GrowingMatrix x(order), product;
  x.resize(order, rank + 1);
  for (Index column = 0; column < rank; ++column) {
    for (Index row = 0; row < order; ++row) {
      x(row, column) = row % 10 == 9 ? x(row - 1, column) : draw.normal();
    }
  }
  for (Index row = 0; row < order; ++row) {
    x(row, rank) = x(row, 0) - 2.0 * x(row, 1);
  }
  product.resize(order, order);
  outer_multiply(view(x), 1.0, 0.0, product);
  const GrowingMatrix factor = pivoted_factor(view(product));
  EXPECT_EQ(factor.columns(), rank);
  double largest = 0.0;
  for (Index row = 0; row < order; ++row) {
    largest = std::max(largest, product(row, row));
  }
  for (Index row = 0; row < order; ++row) {
    for (Index column = 0; column <= row; ++column) {
      double sum = 0.0;
      for (Index k = 0; k < factor.columns(); ++k) {
        sum += factor(row, k) * factor(column, k);
      }
      // what is left out is at most order 2^-53 of the largest diagonal element
      EXPECT_NEAR(sum, product(row, column), test::rounding(largest, 150));
    }
  }
}

TEST(PivotedFactor, OfNothingIsNothing) {
  EXPECT_EQ(pivoted_factor({}).columns(), 0);
  GrowingMatrix zero;
  zero.resize(3, 3);
  EXPECT_EQ(pivoted_factor(view(zero)).columns(), 0);
}

} // namespace
} // namespace vigil
