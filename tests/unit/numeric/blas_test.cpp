// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/blas.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace vigil {
namespace {

TEST(Blas, AKernelFromBeforeAvx2IsReplacedByOneThatTheProcessorCanRun) {
  EXPECT_EQ(better_blas_core("Prescott", InstructionSet::avx512), "SkylakeX");
  EXPECT_EQ(better_blas_core("Prescott", InstructionSet::avx2), "Haswell");
  EXPECT_EQ(better_blas_core("Nehalem", InstructionSet::avx2), "Haswell");
  EXPECT_EQ(better_blas_core("Sandybridge", InstructionSet::avx2), "Haswell");
  EXPECT_EQ(better_blas_core("Prescott", InstructionSet::plain), "");
}

TEST(Blas, AKernelWithAvx2IsKept) {
  for (const char* core : {"Haswell", "Zen", "SkylakeX", "Cooperlake", "Excavator"}) {
    EXPECT_EQ(better_blas_core(core, InstructionSet::avx512), "") << core;
    EXPECT_EQ(better_blas_core(core, InstructionSet::avx2), "") << core;
  }
}

// The new process is this program again with its arguments: it lists one test and exits with 0.
TEST(BlasDeathTest, TheProgramStartsAgainOnlyWhereTheVariableIsNotSet) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  char name[] = "unit_numeric", list[] = "--gtest_list_tests";
  char* const arguments[] = {name, list, nullptr};
  const bool better = !better_blas_core(blas_core(), widest_instruction_set()).empty();
  const auto came_back = [&] {
    restart_with_better_blas(arguments);
    std::_Exit(7);
  };
  setenv("OPENBLAS_CORETYPE", blas_core().c_str(), 1);
  EXPECT_EXIT(came_back(), testing::ExitedWithCode(7), "");
  unsetenv("OPENBLAS_CORETYPE");
  EXPECT_EXIT(came_back(), testing::ExitedWithCode(better ? 0 : 7), "");
}

} // namespace
} // namespace vigil
