// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/numeric/cross_products.hpp"
#include "vigil/numeric/factor.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <algorithm>
#include <vector>

namespace vigil {
namespace {

std::vector<double> drawn_columns(Index rows, Index order) {
  RandomStream draw(RandomKey(1));
  std::vector<double> columns(at(rows * order));
  for (double& value : columns) {
    value = draw.normal();
  }
  return columns;
}

TEST(CrossProducts, AddsBothTriangles) {
  // Columns (1, 2) and (3, 4): products 5, 11, 25; half of them is added to ones.
  std::vector<double> out(4, 1.0);
  add_cross_products(std::vector<double>{1, 2, 3, 4}, 2, 0.5, out);
  EXPECT_EQ(out, (std::vector<double>{3.5, 6.5, 6.5, 13.5}));
}

TEST(CholeskyFactor, SolvesByHand) {
  // [4 2; 2 3] x = (8, 7): x = (1.25, 1.5); pivots 4 and 3 - 1.
  const CholeskyFactor factor(std::vector<double>{4, 2, 2, 3}, 2, 1e-12);
  std::vector<double> x = {8, 7};
  factor.solve(x);
  EXPECT_NEAR(x[0], 1.25, test::rounding(1.25, 4));
  EXPECT_NEAR(x[1], 1.5, test::rounding(1.5, 4));
  EXPECT_EQ(factor.pivot(0), 4.0);
  EXPECT_NEAR(factor.pivot(1), 2.0, test::rounding(2.0, 4));
}

TEST(CholeskyFactor, LeavesOutTheLaterOfTwoDependentColumns) {
  const CholeskyFactor factor(std::vector<double>{1, 1, 0, 1, 1, 0, 0, 0, 4}, 3, 1e-12);
  EXPECT_TRUE(factor.keeps(0));
  EXPECT_FALSE(factor.keeps(1));
  EXPECT_EQ(factor.rank(), 2);
  std::vector<double> x = {3, 3, 8};
  factor.solve(x);
  EXPECT_EQ(x, (std::vector<double>{3, 0, 2}));
  EXPECT_EQ(factor.inverse(), (std::vector<double>{1, 0, 0, 0, 0, 0, 0, 0, 0.25}));
}

TEST(CholeskyFactor, LargeMatricesByBlocksWithAndWithoutDependentColumns) {
  for (const Index rows : {Index{300}, Index{90}}) { // 120 columns of 90 rows: rank 90
    const Index order = 120;
    std::vector<double> matrix(at(order * order), 0.0), x(at(order), 0.0), right(at(order), 0.0);
    add_cross_products(drawn_columns(rows, order), rows, 1.0, matrix);
    for (Index i = 0; i < order; ++i) {
      for (Index j = 0; j < order; ++j) {
        right[at(i)] += matrix[at(i * order + j)];
      }
    }
    x = right;
    const CholeskyFactor factor(matrix, order, 1e-10);
    EXPECT_EQ(factor.rank(), std::min(rows, order));
    factor.solve(x);
    for (Index i = 0; i < order; ++i) {
      double product = 0.0;
      for (Index j = 0; j < order; ++j) {
        product += matrix[at(i * order + j)] * x[at(j)];
      }
      EXPECT_NEAR(product, right[at(i)], 1e-6); // condition number up to about 1e6
    }
  }
}

} // namespace
} // namespace vigil
