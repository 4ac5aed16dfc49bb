// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/representatives.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <vector>

namespace vigil::select {
namespace {

// Columns of length 2: a = (2 0 0), b = (0 2 0), c = (0 0 2), near a: (1.6 1.2 0), against b: (0 -1.6 1.2).
// With three: a first, then b (correlation 0 with a, as c and the last one: the smallest column), then c: it is at 0 from both, the
// last one at 0.8 from b.
TEST(Representatives, FarthestFirstByHand) {
  const std::vector<double> columns{2, 0, 0, 1.6, 1.2, 0, 0, 2, 0, 0, -1.6, 1.2, 0, 0, 2};
  for (const int threads : {1, 3}) {
    Scheduler scheduler(threads);
    const auto found = farthest_first(columns, 3, 4.0, 3, scheduler);
    EXPECT_EQ(found.chosen, (std::vector<Index>{0, 2, 4}));
    EXPECT_EQ(found.of, (std::vector<Index>{0, 0, 1, 1, 2}));
    EXPECT_NEAR(found.correlation[1], 0.8, test::rounding(0.8, 4));
    EXPECT_NEAR(found.correlation[3], -0.8, test::rounding(0.8, 4));
    EXPECT_EQ(found.correlation[4], 1.0);
  }
}

TEST(Representatives, AllWhereThereAreFew) {
  const std::vector<double> columns{2, 0, 2, 0};
  Scheduler scheduler(1);
  const auto found = farthest_first(columns, 2, 4.0, 5, scheduler);
  EXPECT_EQ(found.chosen, (std::vector<Index>{0, 1}));
}

} // namespace
} // namespace vigil::select
