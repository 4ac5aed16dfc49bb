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

} // namespace
} // namespace vigil
