// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/index.hpp"
#include "vigil/base/random.hpp"
#include "vigil/forest/left_side.hpp"
#include "vigil/numeric/instruction_set.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace vigil::forest {
namespace {

TEST(LeftSide, SendsMissingValuesWhereTheyGo) {
  const std::vector<std::uint16_t> ranks{0, 1, 2, 3, std::numeric_limits<std::uint16_t>::max()};
  const LeftSide right(ranks, 2, false), left(ranks, 2, true);
  for (const std::uint32_t row : {1U, 2U, 3U, 4U}) {
    EXPECT_EQ(right.has(row), row <= 2);
    EXPECT_EQ(left.has(row), row <= 2);
  }
  EXPECT_FALSE(right.has(0));
  EXPECT_TRUE(left.has(0));
}

// Columns that begin at an odd place, rows of any number, up to the last one.
TEST(LeftWeight, EveryInstructionSetGivesTheSameSums) {
  RandomStream draw(RandomKey(71));
  for (Index count = 0; count < 70; ++count) {
    const Index total = 2 * count + 1;
    std::vector<std::uint16_t> ranks;
    std::vector<std::uint32_t> rows;
    std::vector<double> weight;
    for (Index row = 0; row < total + 1; ++row) {
      const auto rank = static_cast<std::uint16_t>(draw.index_below(9));
      ranks.push_back(rank == 8 ? std::numeric_limits<std::uint16_t>::max() : rank);
    }
    for (Index place = 0; place < count; ++place) {
      rows.push_back(static_cast<std::uint32_t>(place + 1 == count ? total - 1 : 2 * place));
      weight.push_back(static_cast<double>(1 + draw.index_below(5)));
    }
    for (const std::size_t start : {0U, 1U}) {
      const std::span<const std::uint16_t> column = std::span(ranks).subspan(start);
      const LeftSide side(column, 4, count % 2 == 0);
      std::vector<double> plain(at(count)), wide(at(count));
      left_weight_plain.sum(side, rows, weight.data(), plain.data());
      double expected = 0.0;
      for (std::size_t place = rows.size(); place-- > 0;) {
        expected += side.has(rows[place]) ? weight[place] : 0.0;
        EXPECT_EQ(plain[place], expected);
      }
      if (widest_instruction_set() == InstructionSet::avx512) {
        left_weight_avx512.sum(side, rows, weight.data(), wide.data());
        EXPECT_EQ(plain, wide) << count;
      }
      const std::vector<double> ones(at(count), 1.0);
      std::vector<double> counted(at(count));
      left_weight_plain.sum(side, rows, ones.data(), plain.data());
      left_weight_plain.count(side, rows, counted.data());
      EXPECT_EQ(plain, counted) << count;
      if (widest_instruction_set() == InstructionSet::avx512) {
        left_weight_avx512.count(side, rows, wide.data());
        EXPECT_EQ(plain, wide) << count;
      }
    }
  }
}

} // namespace
} // namespace vigil::forest
