// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/split_definition.hpp"

namespace vigil::forest {
namespace {

TEST(SplitRules, FindTheLargestGainByDefinition) {
  EXPECT_GT(test::expect_best_by_definition(0, 2000, RandomKey(91)), 20'000);
}

TEST(SplitRules, FindTheLargestGainByDefinitionInStrata) {
  EXPECT_GT(test::expect_best_by_definition(0, 1000, RandomKey(92), true), 8'000);
}

} // namespace
} // namespace vigil::forest
