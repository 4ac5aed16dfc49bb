// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/numeric/column_sums.hpp"
#include "vigil/numeric/instruction_set.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace vigil {
namespace {

// Every kernel that this processor can run. instruction_set() says the widest, unless VIGIL_KERNEL asks for less.
std::vector<std::pair<std::string, ColumnSumsKernel>> kernels() {
  std::vector<std::pair<std::string, ColumnSumsKernel>> result{{"plain", column_sums_plain}};
  if (instruction_set() >= InstructionSet::avx2) {
    result.emplace_back("avx2", column_sums_avx2);
  }
  if (instruction_set() >= InstructionSet::avx512) {
    result.emplace_back("avx512", column_sums_avx512);
  }
  return result;
}

using Weights = std::vector<double>;

// Columns, and weightings of which one in three has weights beside 0 and 1.
struct Work {
  Index rows, count;
  std::vector<float> columns;
  std::vector<Weights> weightings;

  Work(Index rows_, Index count_, Index number)
      : rows(rows_), count(count_), columns(at(rows_ * count_)), weightings(at(number)) {
    RandomStream draw(RandomKey(57).child(rows_));
    for (float& value : columns) {
      value = static_cast<float>(draw.normal() * std::exp(2.0 * draw.normal()));
    }
    for (Index weighting = 0; weighting < number; ++weighting) {
      for (Index row = 0; row < rows; ++row) {
        const double weight = draw.uniform() < 0.5 ? 0.0 : 1.0;
        weightings[at(weighting)].push_back(weighting % 3 == 2 ? weight * draw.exponential()
                                                               : weight);
      }
    }
  }

  [[nodiscard]] std::span<const float> column(Index number) const {
    return std::span(columns).subspan(at(number * rows), at(rows));
  }
  [[nodiscard]] PackedWeightings packed(const std::vector<Weights>& some) const {
    const std::vector<std::span<const double>> spans(some.begin(), some.end());
    return {spans, rows};
  }
};

// The order that ColumnSumsTask states, one operation after another.
std::pair<double, double> stated(std::span<const float> column, const Weights& weights) {
  double first = 0.0, second = 0.0;
  for (std::size_t row = 0; row < column.size(); row += 4) {
    double one = 0.0, two = 0.0;
    for (std::size_t place = row; place < std::min(row + 4, column.size()); ++place) {
      const auto value = static_cast<double>(column[place]);
      one = std::fma(weights[place], value, one);
      two = std::fma(weights[place], value * value, two);
    }
    first += one;
    second += two;
  }
  return {first, second};
}

bool same_bits(double left, double right) {
  return std::memcmp(&left, &right, sizeof left) == 0;
}

std::vector<Index> lengths() {
  std::vector<Index> result;
  for (Index rows = 1; rows <= 20; ++rows) {
    result.push_back(rows);
  }
  for (const Index rows : {31, 32, 33, 63, 64, 65, 127, 130, 500, 1003}) {
    result.push_back(rows);
  }
  return result;
}

TEST(ColumnSums, EveryKernelGivesTheBitsOfTheStatedOrder) {
  for (const Index rows : lengths()) {
    const Work work(rows, 19, 25);
    const PackedWeightings packed = work.packed(work.weightings);
    for (const auto& [name, kernel] : kernels()) {
      ColumnSums sums(packed);
      sums.set(work.columns, kernel);
      for (Index weighting = 0; weighting < size_of(work.weightings); ++weighting) {
        for (Index column = 0; column < work.count; ++column) {
          const auto [first, second] = stated(work.column(column), work.weightings[at(weighting)]);
          ASSERT_TRUE(same_bits(sums.first(weighting)[at(column)], first)) << name << " " << rows;
          ASSERT_TRUE(same_bits(sums.second(weighting)[at(column)], second)) << name << " " << rows;
        }
      }
    }
  }
}

// One column under one weighting, whose weights are then multiplied even where all are 0 or 1.
TEST(ColumnSums, DoNotDependOnOtherColumnsAndWeightings) {
  const Work work(130, 11, 30);
  const PackedWeightings all = work.packed(work.weightings);
  ColumnSums together(all);
  together.set(work.columns);
  for (Index weighting = 0; weighting < 30; ++weighting) {
    const PackedWeightings one = work.packed({work.weightings[at(weighting)]});
    ColumnSums alone(one);
    for (Index column = 0; column < work.count; ++column) {
      alone.set(work.column(column));
      EXPECT_TRUE(same_bits(alone.first(0)[0], together.first(weighting)[at(column)]));
      EXPECT_TRUE(same_bits(alone.second(0)[0], together.second(weighting)[at(column)]));
      const double weight = 65.0;
      EXPECT_TRUE(same_bits(alone.moments(0, weight).spread[0],
                            together.moments(weighting, weight).spread[at(column)]));
    }
  }
}

// A sum has one rounding for each term of a four and one for each four; the products are fused, x^2 of a float is exact.
TEST(ColumnSums, AgreeWithLongDouble) {
  for (const Index rows : lengths()) {
    const Work work(rows, 5, 12);
    const PackedWeightings packed = work.packed(work.weightings);
    ColumnSums sums(packed);
    sums.set(work.columns);
    const double room = (static_cast<double>(rows) / 4.0 + 5.0) * 0x1p-53;
    for (Index weighting = 0; weighting < 12; ++weighting) {
      for (Index column = 0; column < work.count; ++column) {
        long double first = 0.0L, second = 0.0L, absolute = 0.0L;
        for (Index row = 0; row < rows; ++row) {
          const auto value = static_cast<long double>(work.column(column)[at(row)]);
          const auto weight = static_cast<long double>(work.weightings[at(weighting)][at(row)]);
          first += weight * value;
          second += weight * value * value;
          absolute += weight * std::fabs(value);
        }
        EXPECT_NEAR(sums.first(weighting)[at(column)],
                    static_cast<double>(first),
                    room * static_cast<double>(absolute));
        EXPECT_NEAR(sums.second(weighting)[at(column)],
                    static_cast<double>(second),
                    room * static_cast<double>(second));
      }
    }
  }
}

// By hand: 1, 3, 3, 1 and 101, 103, 103, 101 have variance 1; mean^2 / variance is 4 and 10404; 5, 5, 5, 5 has none.
TEST(ColumnSums, MomentsAreKnownWhereTheColumnIsNearZero) {
  const std::vector<float> columns{1, 3, 3, 1, 101, 103, 103, 101, 5, 5, 5, 5, 0, 0, 0, 0};
  const Weights weights(4, 0.5);
  const std::vector<std::span<const double>> spans{weights};
  const PackedWeightings packed(spans, 4);
  ColumnSums sums(packed);
  sums.set(columns);
  const ColumnMoments moments = sums.moments(0, 2.0);
  EXPECT_EQ(moments.mean[0], 2.0);
  EXPECT_EQ(moments.spread[0], 1.0);
  EXPECT_EQ(moments.mean[1], 102.0);
  for (const std::size_t column : {1U, 2U, 3U}) {
    EXPECT_TRUE(std::isnan(moments.spread[column])) << column;
  }
  EXPECT_EQ(moments.spread.size(), 4U);
}

} // namespace
} // namespace vigil
