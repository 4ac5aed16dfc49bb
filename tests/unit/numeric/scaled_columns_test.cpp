// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/numeric/scaled_columns.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace vigil {
namespace {

// Columns as floats and in double, every third one in double alone.
struct Case {
  Index rows, columns;
  GrowingMatrix exact;
  ScaledColumns scaled;

  Case(Index rows_, Index columns_) : rows(rows_), columns(columns_), exact(rows_), scaled(rows_) {
    RandomStream draw(RandomKey(17).child(rows));
    exact.resize(rows, columns);
    for (Index column = 0; column < columns; ++column) {
      const double centre = 90.0 * draw.normal(), scale = std::exp(draw.normal());
      std::vector<float> x;
      for (Index row = 0; row < rows; ++row) {
        x.push_back(static_cast<float>(centre + scale * draw.normal()));
        exact(row, column) = (static_cast<double>(x.back()) - centre) / scale;
      }
      column % 3 == 1 || !ScaledColumns::fits(centre, scale) ? scaled.add_absent()
                                                             : scaled.add(x, centre, scale);
    }
  }
  [[nodiscard]] std::vector<double> vector(Index length) const {
    RandomStream draw(RandomKey(18).child(length));
    std::vector<double> values(at(length));
    for (double& value : values) {
      value = draw.normal();
    }
    return values;
  }
  // Both products of the columns from `first` on, against the sums in long double.
  void expect_products(Index first) const {
    const Index count = columns - first;
    const ColumnsView all{.exact = view(exact, first, count), .scaled = &scaled, .first = first};
    const std::vector<double> v = vector(rows), b = vector(count);
    std::vector<double> by_column(at(count), -7.0), by_row(at(rows), -7.0);
    multiply_transposed(all, v, by_column);
    multiply(all, b, by_row);
    // a centre of at most 100 scales costs two of sixteen digits
    constexpr double rounding = 1e-13;
    for (Index column = 0; column < count; ++column) {
      long double sum = 0.0L;
      for (Index row = 0; row < rows; ++row) {
        sum += static_cast<long double>(exact(row, first + column)) *
               static_cast<long double>(v[at(row)]);
      }
      EXPECT_NEAR(by_column[at(column)],
                  static_cast<double>(sum),
                  rounding * static_cast<double>(rows + 1));
    }
    for (Index row = 0; row < rows; ++row) {
      long double sum = 0.0L;
      for (Index column = 0; column < count; ++column) {
        sum += static_cast<long double>(exact(row, first + column)) *
               static_cast<long double>(b[at(column)]);
      }
      EXPECT_NEAR(
          by_row[at(row)], static_cast<double>(sum), rounding * static_cast<double>(count + 1));
    }
  }
};

TEST(ScaledColumns, MultiplyAsTheColumnsInDoubleDo) {
  for (const Index rows : {1, 7, 8, 9, 63, 100}) {
    for (const Index columns : {1, 3, 4, 5, 8, 13}) {
      const Case drawn(rows, columns);
      for (Index first = 0; first < columns; ++first) {
        drawn.expect_products(first);
      }
    }
  }
}

TEST(ScaledColumns, KeepTheListedColumns) {
  Case drawn(21, 12);
  const std::vector<Index> listed{0, 1, 3, 4, 7, 9, 10};
  drawn.exact.keep_columns(listed);
  drawn.scaled.keep(listed);
  drawn.columns = size_of(listed);
  EXPECT_EQ(drawn.scaled.columns(), drawn.columns);
  drawn.expect_products(0);
  drawn.expect_products(3);
}

TEST(ScaledColumns, TakeNoColumnWhoseCentreWouldCostItsDigits) {
  EXPECT_TRUE(ScaledColumns::fits(-99.0, 1.0));
  EXPECT_FALSE(ScaledColumns::fits(101.0, 1.0));
  EXPECT_FALSE(ScaledColumns::fits(0.0, 0.0));
  EXPECT_FALSE(ScaledColumns::fits(std::nan(""), 1.0));
}

} // namespace
} // namespace vigil
