// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/forest/key_order.hpp"
#include "vigil/forest/row_order.hpp"
#include "vigil/forest/sort_kernel.hpp"
#include "vigil/numeric/instruction_set.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace vigil::forest {
namespace {

std::vector<std::pair<std::string, SortKernel>> kernels() {
  std::vector<std::pair<std::string, SortKernel>> result{{"plain", sort_plain}};
  const auto widest = widest_instruction_set();
  if (widest != InstructionSet::plain) {
    result.emplace_back("avx2", sort_avx2);
  }
  if (widest == InstructionSet::avx512) {
    result.emplace_back("avx512", sort_avx512);
  }
  return result;
}

// Every length that a network takes, values of all sizes, the largest among them.
TEST(SortKernel, SortsEveryLength) {
  RandomStream draw(RandomKey(87));
  for (std::size_t count = 0; count <= most_sorted; ++count) {
    KeyOrder room;
    std::uint32_t* keys = room.keys(count);
    std::vector<std::uint32_t> values(count);
    for (std::uint32_t& value : values) {
      const auto bits = draw.index_below(33);
      value = static_cast<std::uint32_t>(draw.index_below(Index{1} << bits));
    }
    if (count > 5) {
      values[3] = 0xFFFFFFFFU;
    }
    std::vector<std::uint32_t> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    for (const auto& [name, kernel] : kernels()) {
      std::copy(values.begin(), values.end(), keys);
      kernel.sort(keys, count);
      ASSERT_TRUE(std::equal(sorted.begin(), sorted.end(), keys)) << name << ", " << count;
    }
  }
}

// A network sorts everything if it sorts zeros and ones (Knuth, 0-1 principle): all patterns of 16.
TEST(SortKernel, SortsZerosAndOnes) {
  KeyOrder room;
  std::uint32_t* keys = room.keys(16);
  for (const auto& [name, kernel] : kernels()) {
    for (unsigned pattern = 0; pattern < 65'536; ++pattern) {
      for (unsigned place = 0; place < 16; ++place) {
        keys[place] = (pattern >> place) & 1U;
      }
      kernel.sort(keys, 16);
      ASSERT_TRUE(std::is_sorted(keys, keys + 16)) << name << ", " << pattern;
    }
  }
}

TEST(KeyOrder, SortsByRankThenByPlace) {
  RandomStream draw(RandomKey(88));
  KeyOrder order;
  for (const std::uint32_t count : {1U, 16U, 200U, 256U, 257U, 1000U, 65'535U}) {
    for (const Index ranks : {2, 300, 65'536}) {
      std::uint32_t* keys = order.keys(count);
      for (std::uint32_t place = 0; place < count; ++place) {
        keys[place] = static_cast<std::uint32_t>(draw.index_below(ranks)) << 16 | place;
      }
      std::vector<std::uint32_t> sorted(keys, keys + count);
      std::sort(sorted.begin(), sorted.end());
      order.sort(count);
      ASSERT_TRUE(std::equal(sorted.begin(), sorted.end(), keys)) << count << ", " << ranks;
    }
  }
}

// Sorted by a network, by digits, or by counting: missing values first, then by rank, then by place.
TEST(RowOrder, SortsByRankThenByPlace) {
  RandomStream draw(RandomKey(95));
  RowOrder order;
  for (const std::uint32_t count : {2U, 200U, 257U, 3000U, 70'000U}) {
    for (const Index highest : {2, 300, 65'535}) {
      std::vector<std::uint16_t> ranks;
      std::vector<std::uint32_t> rows, expected;
      for (std::uint32_t row = 0; row < 2 * count; ++row) {
        ranks.push_back(static_cast<std::uint16_t>(draw.index_below(highest + 1)));
      }
      for (std::uint32_t place = 0; place < count; ++place) {
        rows.push_back(2 * place);
        expected.push_back(place);
      }
      const auto rank = [&](std::uint32_t place) { return ranks[rows[place]]; };
      std::stable_sort(
          expected.begin(), expected.end(), [&](std::uint32_t left, std::uint32_t right) {
            return rank(left) < rank(right);
          });
      order.sort(rows, ranks, highest);
      ASSERT_TRUE(std::ranges::equal(order.missing_left(), expected)) << count << ", " << highest;
      const auto missing = std::ranges::count(expected, 0, rank);
      EXPECT_EQ(order.missing(), missing);
      std::rotate(expected.begin(), expected.begin() + missing, expected.end());
      EXPECT_TRUE(std::ranges::equal(order.missing_right(), expected)) << count << ", " << highest;
    }
  }
}

} // namespace
} // namespace vigil::forest
