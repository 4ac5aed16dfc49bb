// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/instruction_set.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

namespace vigil {
namespace {

TEST(InstructionSet, HasTheNamesOfTheEnvironmentVariable) {
  EXPECT_EQ(name_of(InstructionSet::plain), "plain");
  EXPECT_EQ(name_of(InstructionSet::avx2), "avx2");
  EXPECT_EQ(name_of(InstructionSet::avx512), "avx512");
}

// It is decided once in a process, so that each wish needs its own.
int chosen_with(const char* wish) {
  setenv("VIGIL_KERNEL", wish, 1);
  return static_cast<int>(instruction_set());
}

TEST(InstructionSetDeathTest, TheEnvironmentChoosesAmongWhatTheProcessorHas) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const bool wide =
      __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0;
  const bool half = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
  const InstructionSet widest = wide   ? InstructionSet::avx512
                                : half ? InstructionSet::avx2
                                       : InstructionSet::plain;
  const auto exits_with = [](InstructionSet set) {
    return testing::ExitedWithCode(static_cast<int>(set));
  };
  EXPECT_EXIT(std::_Exit(chosen_with("plain")), exits_with(InstructionSet::plain), "");
  EXPECT_EXIT(
      std::_Exit(chosen_with("avx2")), exits_with(std::min(InstructionSet::avx2, widest)), "");
  EXPECT_EXIT(std::_Exit(chosen_with("avx512")), exits_with(widest), "");
  EXPECT_EXIT(std::_Exit(chosen_with("abacus")), exits_with(widest), "");
  EXPECT_EXIT(std::_Exit(chosen_with("")), exits_with(widest), "");
}

TEST(InstructionSet, IsDecidedOnce) {
  const InstructionSet first = instruction_set();
  setenv("VIGIL_KERNEL", first == InstructionSet::plain ? "avx512" : "plain", 1);
  EXPECT_EQ(instruction_set(), first);
  unsetenv("VIGIL_KERNEL");
}

} // namespace
} // namespace vigil
