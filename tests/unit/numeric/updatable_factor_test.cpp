// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/numeric/updatable_factor.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace vigil {
namespace {

// Positive definite, condition number about 100.
GrowingMatrix definite(Index order, RandomStream& draw) {
  GrowingMatrix values(3 * order), matrix(order);
  values.resize(3 * order, order);
  matrix.resize(order, order);
  for (Index column = 0; column < order; ++column) {
    for (double& value : values.column(column)) {
      value = draw.normal();
    }
  }
  cross_multiply(view(values), 1.0 / static_cast<double>(3 * order), 0.0, matrix);
  return matrix;
}

std::vector<double>
row_of(const GrowingMatrix& matrix, Index row, const std::vector<Index>& at_columns) {
  std::vector<double> values;
  for (const Index column : at_columns) {
    values.push_back(matrix(row, column));
  }
  return values;
}

// Largest entry of A x - b over the listed columns, x from the factor, b drawn; and x'Ax against b'x.
void expect_factor_of(const UpdatableFactor& factor,
                      const GrowingMatrix& matrix,
                      const std::vector<Index>& listed,
                      RandomStream& draw) {
  ASSERT_EQ(factor.order(), size_of(listed));
  std::vector<double> right(listed.size());
  for (double& value : right) {
    value = draw.normal();
  }
  std::vector<double> x = right;
  factor.solve(x);
  double form = 0.0;
  for (std::size_t i = 0; i < listed.size(); ++i) {
    double sum = 0.0;
    for (std::size_t j = 0; j < listed.size(); ++j) {
      sum += matrix(listed[i], listed[j]) * x[j];
    }
    form += right[i] * x[i];
    EXPECT_NEAR(sum, right[i], 1e-11) << "row " << i << " of " << listed.size();
  }
  EXPECT_NEAR(factor.quadratic_form(x), form, 1e-10 * (1.0 + std::fabs(form)));
}

TEST(UpdatableFactor, ByHand) {
  UpdatableFactor factor(1e-11); // [4 2; 2 5] = L L', L = [2 0; 1 2]
  EXPECT_TRUE(factor.append({}, 4.0));
  const std::vector<double> cross{2.0};
  EXPECT_TRUE(factor.append(cross, 5.0));
  std::vector<double> x{8.0, 12.0}; // A (1, 2)
  factor.solve(x);
  EXPECT_EQ(x, (std::vector<double>{1.0, 2.0}));
  EXPECT_EQ(factor.quadratic_form(x), 32.0);
}

TEST(UpdatableFactor, HalvesOfASolutionAndASpentMatrixByHand) {
  UpdatableFactor factor(1e-11);
  GrowingMatrix matrix(2); // [4 2; 2 5], its lower triangle
  matrix.resize(2, 2);
  matrix(0, 0) = 4.0;
  matrix(1, 0) = 2.0;
  matrix(1, 1) = 5.0;
  EXPECT_TRUE(factor.assign_spent(matrix));
  std::vector<double> x{8.0, 12.0};
  factor.solve_half(x);
  EXPECT_EQ(x, (std::vector<double>{4.0, 4.0}));
  factor.solve_other_half(x);
  EXPECT_EQ(x, (std::vector<double>{1.0, 2.0}));
  matrix.resize(2, 2);
  matrix(0, 0) = matrix(1, 0) = matrix(1, 1) = 1.0;
  EXPECT_FALSE(factor.assign_spent(matrix));
  EXPECT_EQ(factor.order(), 0);
}

TEST(UpdatableFactor, ColumnsComeAndGoInAnyOrder) {
  RandomStream draw(RandomKey(5));
  const Index order = 60;
  const GrowingMatrix matrix = definite(order, draw);
  UpdatableFactor factor(1e-11);
  std::vector<Index> held, outside;
  for (Index column = 0; column < order; ++column) {
    outside.push_back(column);
  }
  for (int change = 0; change < 400; ++change) {
    const bool join = held.empty() || (!outside.empty() && draw.uniform() < 0.6);
    std::vector<Index>& from = join ? outside : held;
    const Index place = draw.index_below(size_of(from));
    const Index column = from[at(place)];
    if (join) {
      ASSERT_TRUE(factor.append(row_of(matrix, column, held), matrix(column, column)));
    } else {
      factor.remove(place);
    }
    from.erase(from.begin() + place);
    (join ? held : outside).push_back(column);
    if (change % 7 == 0) {
      expect_factor_of(factor, matrix, held, draw);
    }
  }
}

// Orders around one and several blocks of the blocked factorisation.
TEST(UpdatableFactor, AWholeMatrixAtOnceIsTheSame) {
  for (const Index order :
       {Index{1}, Index{2}, Index{47}, Index{48}, Index{49}, Index{97}, Index{150}}) {
    RandomStream draw(RandomKey(6).child(order));
    const GrowingMatrix matrix = definite(order, draw);
    UpdatableFactor whole(1e-11), grown(1e-11);
    ASSERT_TRUE(whole.assign(matrix));
    std::vector<Index> listed;
    for (Index column = 0; column < order; ++column) {
      ASSERT_TRUE(grown.append(row_of(matrix, column, listed), matrix(column, column)));
      listed.push_back(column);
    }
    expect_factor_of(whole, matrix, listed, draw);
    std::vector<double> left(at(order), 1.0), right(at(order), 1.0);
    whole.solve(left);
    grown.solve(right);
    for (std::size_t i = 0; i < left.size(); ++i) {
      EXPECT_NEAR(left[i], right[i], 1e-11);
    }
    whole.remove(order / 2); // goes on from there
    listed.erase(listed.begin() + order / 2);
    expect_factor_of(whole, matrix, listed, draw);
  }
}

TEST(UpdatableFactor, RefusesADependentColumnAndStaysAsItWas) {
  RandomStream draw(RandomKey(7));
  const GrowingMatrix matrix = definite(5, draw);
  UpdatableFactor factor(1e-11);
  std::vector<Index> listed;
  for (Index column = 0; column < 5; ++column) {
    ASSERT_TRUE(factor.append(row_of(matrix, column, listed), matrix(column, column)));
    listed.push_back(column);
  }
  // the sum of columns 1 and 3
  std::vector<double> cross;
  for (Index column = 0; column < 5; ++column) {
    cross.push_back(matrix(1, column) + matrix(3, column));
  }
  EXPECT_FALSE(factor.append(cross, matrix(1, 1) + 2.0 * matrix(1, 3) + matrix(3, 3)));
  EXPECT_FALSE(factor.append(row_of(matrix, 2, listed), matrix(2, 2)));
  EXPECT_FALSE(factor.append(std::vector<double>(5, 0.0), 0.0));
  EXPECT_FALSE(factor.append(std::vector<double>(5, 0.0), std::nan("")));
  expect_factor_of(factor, matrix, listed, draw);
}

TEST(UpdatableFactor, RefusesAWholeMatrixWithADependentColumn) {
  RandomStream draw(RandomKey(8));
  for (const Index copy : {Index{10}, Index{60}}) { // inside a block and across blocks
    GrowingMatrix matrix = definite(70, draw);
    for (Index row = 0; row < 70; ++row) {
      matrix(row, copy) = matrix(row, 3);
    }
    for (Index column = 0; column < 70; ++column) {
      matrix(copy, column) = matrix(3, column);
    }
    matrix(copy, copy) = matrix(3, 3);
    UpdatableFactor factor(1e-11);
    EXPECT_FALSE(factor.assign(matrix));
    EXPECT_EQ(factor.order(), 0);
  }
}

TEST(UpdatableFactor, TheEmptyFactorSolvesNothing) {
  UpdatableFactor factor(1e-11);
  std::vector<double> none;
  factor.solve(none);
  EXPECT_EQ(factor.quadratic_form(none), 0.0);
  EXPECT_TRUE(factor.append({}, 9.0));
  factor.remove(0);
  EXPECT_EQ(factor.order(), 0);
}

} // namespace
} // namespace vigil
