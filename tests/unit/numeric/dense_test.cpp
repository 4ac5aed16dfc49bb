// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/numeric/dense.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

namespace vigil {
namespace {

GrowingMatrix drawn(RandomStream& draw, Index rows, Index columns) {
  GrowingMatrix matrix(rows);
  matrix.resize(rows, columns);
  for (Index column = 0; column < columns; ++column) {
    for (double& value : matrix.column(column)) {
      value = draw.normal();
    }
  }
  return matrix;
}

// Sums of at most 70 products of normal values in another order than ours.
constexpr double rounding = 1e-13;

double product(MatrixView left, Index i, MatrixView right, Index j) {
  double sum = 0.0;
  for (Index row = 0; row < left.rows; ++row) {
    sum += left.data[i * left.stride + row] * right.data[j * right.stride + row];
  }
  return sum;
}

TEST(GrowingMatrix, KeepsItsValuesWhileItGrows) {
  GrowingMatrix matrix;
  for (Index size = 1; size <= 70; ++size) {
    matrix.resize(size, size);
    EXPECT_GE(matrix.stride(), size);
    for (Index other = 0; other < size; ++other) {
      matrix(size - 1, other) = static_cast<double>(1000 * size + other);
      matrix(other, size - 1) = static_cast<double>(1000 * size + other);
    }
  }
  for (Index row = 0; row < 70; ++row) {
    for (Index column = 0; column < 70; ++column) {
      EXPECT_EQ(matrix(row, column),
                static_cast<double>(1000 * (std::max(row, column) + 1) + std::min(row, column)));
    }
  }
}

TEST(GrowingMatrix, KeepsTheListedColumnsAndRows) {
  RandomStream draw(RandomKey(1));
  const GrowingMatrix whole = drawn(draw, 6, 6);
  const std::vector<Index> kept{0, 3, 4};
  GrowingMatrix columns = whole, square = whole;
  columns.keep_columns(kept);
  square.keep_square(kept);
  ASSERT_EQ(columns.columns(), 3);
  ASSERT_EQ(columns.rows(), 6);
  ASSERT_EQ(square.columns(), 3);
  ASSERT_EQ(square.rows(), 3);
  for (Index column = 0; column < 3; ++column) {
    for (Index row = 0; row < 6; ++row) {
      EXPECT_EQ(columns(row, column), whole(row, kept[at(column)]));
    }
    for (Index row = 0; row < 3; ++row) {
      EXPECT_EQ(square(row, column), whole(kept[at(row)], kept[at(column)]));
    }
  }
  columns.keep_columns({});
  EXPECT_EQ(columns.columns(), 0);
}

TEST(Dense, CrossProductsGoWhereTheyBelong) {
  RandomStream draw(RandomKey(2));
  const GrowingMatrix left = drawn(draw, 70, 5), right = drawn(draw, 70, 4);
  GrowingMatrix out = drawn(draw, 9, 8);
  const GrowingMatrix before = out;
  cross_multiply(view(left, 1, 3), view(right), -2.0, 0.5, out, 4, 2);
  for (Index row = 0; row < 9; ++row) {
    for (Index column = 0; column < 8; ++column) {
      const bool inside = row >= 4 && row < 7 && column >= 2 && column < 6;
      const double expected = inside
                                  ? 0.5 * before(row, column) -
                                        2.0 * product(view(left), row - 3, view(right), column - 2)
                                  : before(row, column);
      EXPECT_NEAR(out(row, column), expected, inside ? rounding : 0.0) << row << " " << column;
    }
  }
}

TEST(Dense, ASquareProductFillsBothTriangles) {
  RandomStream draw(RandomKey(3));
  const GrowingMatrix matrix = drawn(draw, 70, 6);
  GrowingMatrix out(6);
  out.resize(6, 6);
  cross_multiply(view(matrix), 1.0, 0.0, out);
  cross_multiply(view(matrix), 2.0, 1.0, out); // 3 m'm in all
  for (Index i = 0; i < 6; ++i) {
    for (Index j = 0; j < 6; ++j) {
      EXPECT_NEAR(out(i, j), 3.0 * product(view(matrix), i, view(matrix), j), 3.0 * rounding);
      EXPECT_EQ(out(i, j), out(j, i));
    }
  }
}

TEST(Dense, OuterProductsAreThoseOfTheTransposed) {
  RandomStream draw(RandomKey(5));
  const GrowingMatrix left = drawn(draw, 6, 70), right = drawn(draw, 4, 70);
  GrowingMatrix mixed = drawn(draw, 6, 4), square = drawn(draw, 6, 6);
  const GrowingMatrix mixed_before = mixed, square_before = square;
  outer_multiply(view(left), view(right), -2.0, 0.5, mixed);
  outer_multiply(view(left), 3.0, 1.0, square);
  const auto product_of_rows =
      [&](const GrowingMatrix& one, Index i, const GrowingMatrix& two, Index j) {
        double sum = 0.0;
        for (Index column = 0; column < 70; ++column) {
          sum += one(i, column) * two(j, column);
        }
        return sum;
      };
  for (Index i = 0; i < 6; ++i) {
    for (Index j = 0; j < 4; ++j) {
      EXPECT_NEAR(mixed(i, j),
                  0.5 * mixed_before(i, j) - 2.0 * product_of_rows(left, i, right, j),
                  2.0 * rounding);
    }
    for (Index j = 0; j < 6; ++j) {
      const double expected = square_before(i, j) + 3.0 * product_of_rows(left, i, left, j);
      EXPECT_NEAR(
          square(i, j), i >= j ? expected : square_before(i, j), i >= j ? 3.0 * rounding : 0.0);
    }
  }
}

TEST(Dense, ProductsWithAVector) {
  RandomStream draw(RandomKey(4));
  const GrowingMatrix matrix = drawn(draw, 30, 7);
  const GrowingMatrix tall = drawn(draw, 30, 1), wide = drawn(draw, 7, 1);
  std::vector<double> down(7), along(30), symmetric(7);
  multiply_transposed(view(matrix), tall.column(0), down);
  multiply(view(matrix), wide.column(0), along);
  GrowingMatrix lower(7);
  lower.resize(7, 7);
  cross_multiply(view(matrix), 1.0, 0.0, lower);
  std::vector<double> expected(7, 0.0);
  for (Index i = 0; i < 7; ++i) {
    for (Index j = 0; j < 7; ++j) {
      expected[at(i)] += lower(i, j) * wide(j, 0);
    }
  }
  for (Index i = 0; i < 7; ++i) {
    for (Index j = i + 1; j < 7; ++j) {
      lower(i, j) = 1e300; // the upper triangle is not read
    }
  }
  multiply_symmetric(view(lower), wide.column(0), symmetric);
  for (Index column = 0; column < 7; ++column) {
    EXPECT_NEAR(down[at(column)], product(view(matrix), column, view(tall), 0), rounding);
    EXPECT_NEAR(symmetric[at(column)], expected[at(column)], 10.0 * rounding);
  }
  for (Index row = 0; row < 30; ++row) {
    double sum = 0.0;
    for (Index column = 0; column < 7; ++column) {
      sum += matrix(row, column) * wide(column, 0);
    }
    EXPECT_NEAR(along[at(row)], sum, rounding);
  }
}

TEST(Dense, SymmetricProductsOfEveryOrder) {
  RandomStream draw(RandomKey(6));
  for (Index order = 1; order <= 21; ++order) {
    GrowingMatrix lower = drawn(draw, order + 3, order);
    const GrowingMatrix x = drawn(draw, order, 1);
    const MatrixView part{lower.data(), order, order, lower.stride()};
    std::vector<double> out(at(order), 7.0);
    for (Index i = 0; i < order; ++i) {
      for (Index j = i + 1; j < order; ++j) {
        lower(i, j) = std::numeric_limits<double>::quiet_NaN(); // not read
      }
    }
    multiply_symmetric(part, x.column(0), out);
    for (Index i = 0; i < order; ++i) {
      double sum = 0.0;
      for (Index j = 0; j < order; ++j) {
        sum += lower(std::max(i, j), std::min(i, j)) * x(j, 0);
      }
      EXPECT_NEAR(out[at(i)], sum, rounding) << order << " " << i;
    }
  }
}

// Of every order around the tiles of four; larger triangles than the order hold rows that are not read.
TEST(Dense, TriangularSystemsOfEveryOrder) {
  RandomStream draw(RandomKey(7));
  for (Index order = 0; order <= 21; ++order) {
    GrowingMatrix lower = drawn(draw, order + 3, order + 2);
    for (Index i = 0; i < lower.rows(); ++i) {
      for (Index j = 0; j < lower.columns(); ++j) {
        const bool read = i < order && j <= i;
        lower(i, j) = !read    ? std::numeric_limits<double>::quiet_NaN()
                      : i == j ? 2.0 + draw.uniform()
                               : lower(i, j) / 4.0;
      }
    }
    std::vector<double> x, down(at(order), 0.0), up(at(order), 0.0); // x, L x, L' x
    for (Index i = 0; i < order; ++i) {
      x.push_back(draw.normal());
    }
    for (Index i = 0; i < order; ++i) {
      for (Index j = 0; j <= i; ++j) {
        down[at(i)] += lower(i, j) * x[at(j)];
        up[at(j)] += lower(i, j) * x[at(i)];
      }
    }
    double squares = 0.0;
    for (const double value : up) {
      squares += value * value;
    }
    EXPECT_NEAR(squared_norm_lower_transposed(view(lower), x), squares, rounding * (1.0 + squares));
    solve_lower(view(lower), down);
    solve_lower_transposed(view(lower), up);
    for (Index i = 0; i < order; ++i) { // the triangle's condition is below 100
      EXPECT_NEAR(down[at(i)], x[at(i)], 100.0 * rounding) << order << " " << i;
      EXPECT_NEAR(up[at(i)], x[at(i)], 100.0 * rounding) << order << " " << i;
    }
  }
}

TEST(Dense, NothingToMultiplyIsNoError) {
  const GrowingMatrix none(5);
  GrowingMatrix out;
  std::vector<double> five(5, 1.0), empty;
  multiply_transposed(view(none), five, empty);
  multiply(view(none), empty, five);
  EXPECT_EQ(five, std::vector<double>(5, 0.0));
  multiply_symmetric(view(out), empty, empty);
  cross_multiply(view(none), 1.0, 0.0, out);
}

} // namespace
} // namespace vigil
