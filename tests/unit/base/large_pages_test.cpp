// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/aligned.hpp"
#include "vigil/base/large_pages.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <unistd.h>
#include <vector>

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

TEST(AlignedVector, BeginsWithALineOfTheCacheAndKeepsValues) {
  for (const std::size_t count : {1, 7, 16, 1000, 100000}) {
    AlignedVector<double> values(count, 0.5);
    values.push_back(2.0);
    AlignedVector<float> floats;
    floats.resize(count);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(values.data()) % 64, 0U) << count;
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(floats.data()) % 64, 0U) << count;
    EXPECT_EQ(values.front(), 0.5);
    EXPECT_EQ(values.back(), 2.0);
    EXPECT_EQ(floats.back(), 0.0F);
  }
}

// Growth keeps what is there, whether the memory comes from the heap or in pages of its own, fresh or used before.
TEST(BlockAllocator, GrowsAndKeepsValues) {
  const KeptBlocks kept;
  for (int round = 0; round < 2; ++round) {
    std::vector<double, BlockAllocator<double>> values;
    for (const Index count : {Index{1}, Index{1000}, Index{1} << 18, Index{1} << 20}) {
      const Index before = size_of(values);
      values.resize(at(count));
      EXPECT_EQ(std::count(values.begin(), values.begin() + before, 1.0), before);
      std::fill(values.begin(), values.end(), 1.0);
    }
    const auto copy = values;
    EXPECT_EQ(copy, values);
  }
}

// Two that are held at once are never the same, and what is freed comes again while somebody keeps it.
TEST(KeptBlocks, GiveWhatWasFreedToTheNext) {
  constexpr std::size_t bytes = std::size_t{3} << 20;
  const KeptBlocks kept;
  void* first = AnyContent::allocate(bytes);
  void* second = AnyContent::allocate(bytes);
  ASSERT_NE(first, nullptr);
  ASSERT_NE(second, nullptr);
  EXPECT_NE(first, second);
  AnyContent::release(first, bytes);
  {
    const KeptBlocks inner; // its end gives nothing back: the outer one lives
  }
  void* again = AnyContent::allocate(bytes + 1); // of the same power of two
  EXPECT_EQ(again, first);
  void* other = AnyContent::allocate(bytes);
  EXPECT_NE(other, first);
  EXPECT_NE(other, second);
  for (void* block : {again, second, other}) {
    std::fill_n(static_cast<char*>(block), bytes, 'x'); // all of it may be written
    AnyContent::release(block, bytes);
  }
}

// The end of the heap stays where it is while blocks come and go, one larger than glibc's usual limit among them.
TEST(KeptHeap, DoesNotShrinkWhenABlockIsFreed) {
  keep_freed_heap(Index{1} << 27);
  const void* end = sbrk(0);
  for (const std::size_t bytes : {std::size_t{1} << 20, std::size_t{24} << 20}) {
    std::vector<char> block(bytes, 'x');
    EXPECT_EQ(sbrk(0), end);
    block = {};
    EXPECT_EQ(sbrk(0), end);
  }
}

TEST(ZeroAllocator, SaysThatThereIsNoMemory) {
  ZeroAllocator<double> allocator;
  EXPECT_THROW(static_cast<void>(allocator.allocate(std::size_t{1} << 58U)), std::bad_alloc);
  EXPECT_THROW(static_cast<void>(allocator.allocate(std::size_t{1} << 62U)),
               std::bad_array_new_length);
}

} // namespace
} // namespace vigil
