// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/jump_times.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace vigil::forest {
namespace {

using ::testing::ElementsAreArray;

TEST(JumpTimes, KeepsNumbersOfEverySize) {
  const std::vector<std::uint32_t> narrow{0, 7, 65'535, 3},
      wide{2, 65'535, 65'536, 1, 4'294'967'295};
  for (const auto& numbers : {narrow, wide}) {
    JumpTimes times;
    for (const std::uint32_t number : numbers) {
      times.push_back(number);
    }
    times.shrink_to_fit();
    ASSERT_EQ(times.size(), numbers.size());
    std::vector<std::uint32_t> all, some;
    times.append_to(all, 0, times.size());
    EXPECT_THAT(all, ElementsAreArray(numbers));
    times.append_to(some, 1, 3);
    EXPECT_THAT(some, ElementsAreArray(numbers.begin() + 1, numbers.begin() + 3));
    EXPECT_EQ(times[2], numbers[2]);
  }
}

} // namespace
} // namespace vigil::forest
