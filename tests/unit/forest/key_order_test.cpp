// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/forest/key_order.hpp"
#include "vigil/forest/row_order.hpp"
#include "vigil/forest/sort_kernel.hpp"
#include "vigil/numeric/instruction_set.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
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

TEST(SortKernel, TakesWhatIsThereAndLeavesZeros) {
  constexpr std::size_t lines = 20;
  struct alignas(64) {
    std::uint32_t slots[16 * lines];
  } some;
  RandomStream draw(RandomKey(90));
  for (const Index empty_in_ten : {0, 1, 5, 9, 10}) {
    std::vector<std::uint32_t> values, expected;
    for (std::size_t slot = 0; slot < 16 * lines; ++slot) {
      values.push_back(draw.index_below(10) < empty_in_ten
                           ? 0U
                           : static_cast<std::uint32_t>(slot << 16 | slot) + 1);
      if (values.back() != 0) {
        expected.push_back(values.back());
      }
    }
    for (const auto& [name, kernel] : kernels()) {
      std::ranges::copy(values, some.slots);
      std::vector<std::uint32_t> keys(values.size() + 16);
      ASSERT_EQ(kernel.take(some.slots, lines, keys.data()), expected.size()) << name;
      EXPECT_TRUE(std::equal(expected.begin(), expected.end(), keys.begin())) << name;
      EXPECT_EQ(std::ranges::count(some.slots, 0U), 16 * lines) << name;
    }
  }
}

// Also where some ranks are equal, and some values are missing.
TEST(KeyOrder, PutsDifferentRanksIntoSlots) {
  RandomStream draw(RandomKey(91));
  KeyOrder order;
  for (const std::size_t all : {40U, 300U, 2000U}) {
    for (const bool equal : {false, true}) {
      std::vector<std::uint16_t> ranks(all);
      std::iota(ranks.begin(), ranks.end(), std::uint16_t{1});
      for (std::size_t row = all - 1; row > 0; --row) {
        std::swap(ranks[row], ranks[at(draw.index_below(static_cast<Index>(row) + 1))]);
      }
      if (equal) { // few, or so many that slots are given up
        ranks[1] = ranks[3] = ranks[7] = 0;
        ranks[11] = ranks[15];
        for (std::size_t row = 16; row < all / 2; row += all == 2000 ? 10 : 40) {
          ranks[row] = ranks[row + 1];
        }
      }
      for (const std::size_t step : {1U, 2U, 5U}) {
        std::vector<std::uint32_t> rows, expected;
        for (std::size_t row = 0; row < all; row += step) {
          rows.push_back(static_cast<std::uint32_t>(row));
          expected.push_back(static_cast<std::uint32_t>(ranks[row]) << 16 |
                             static_cast<std::uint32_t>(rows.size() - 1));
        }
        std::ranges::sort(expected);
        EXPECT_TRUE(std::ranges::equal(order.order(rows, ranks, all), expected))
            << all << ", " << equal << ", " << step;
      }
    }
  }
  EXPECT_TRUE(KeyOrder::uses_slots(60, 300, 300));
  EXPECT_FALSE(KeyOrder::uses_slots(60, 300, 200)); // many are equal
  EXPECT_FALSE(KeyOrder::uses_slots(60, 3000, 3000));
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
