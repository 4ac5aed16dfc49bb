// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/split_definition.hpp"

namespace vigil::forest {
namespace {

// In ten parts, which run beside each other.
class HundredThousandNodes : public testing::TestWithParam<Index> {};

TEST_P(HundredThousandNodes, HaveTheLargestGainByDefinition) {
  const Index first = 10'000 * GetParam();
  EXPECT_GT(test::expect_best_by_definition(first, first + 10'000, RandomKey(92)), 100'000);
}
INSTANTIATE_TEST_SUITE_P(SplitRules, HundredThousandNodes, testing::Range(Index{0}, Index{10}));

} // namespace
} // namespace vigil::forest
