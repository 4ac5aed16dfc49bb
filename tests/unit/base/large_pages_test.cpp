// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/large_pages.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace vigil {
namespace {

// Within one page, at its edge, and over several large pages.
TEST(LargePages, HoldAsManyZerosAsWereAskedFor) {
  for (const Index count :
       {Index{0}, Index{1}, Index{1024}, Index{1025}, Index{1} << 20, Index{3} << 20}) {
    std::vector<float> values = zeros_in_large_pages(count);
    ASSERT_EQ(size_of(values), count);
    EXPECT_TRUE(
        std::all_of(values.begin(), values.end(), [](float value) { return value == 0.0F; }));
    std::fill(values.begin(), values.end(), 1.0F); // all of it may be written
    EXPECT_EQ(std::count(values.begin(), values.end(), 1.0F), count);
  }
}

// Growth keeps what is there; what is new is zero, whether the memory comes from the heap or in pages of its own.
TEST(ZeroAllocator, GrowsByZeros) {
  std::vector<double, ZeroAllocator<double>> values;
  for (const Index count : {Index{1}, Index{1000}, Index{1} << 18, Index{1} << 20}) {
    const Index before = size_of(values);
    values.resize(at(count));
    EXPECT_EQ(std::count(values.begin(), values.begin() + before, 1.0), before);
    EXPECT_EQ(std::count(values.begin() + before, values.end(), 0.0), count - before);
    std::fill(values.begin(), values.end(), 1.0);
  }
  const auto copy = values;
  EXPECT_EQ(copy, values);
  std::vector<double, ZeroAllocator<double>> anew(
      at(Index{1} << 20)); // where the others may have been
  EXPECT_EQ(std::count(anew.begin(), anew.end(), 0.0), size_of(anew));
}

TEST(ZeroAllocator, SaysThatThereIsNoMemory) {
  ZeroAllocator<double> allocator;
  EXPECT_THROW(static_cast<void>(allocator.allocate(std::size_t{1} << 58U)), std::bad_alloc);
  EXPECT_THROW(static_cast<void>(allocator.allocate(std::size_t{1} << 62U)),
               std::bad_array_new_length);
}

} // namespace
} // namespace vigil
