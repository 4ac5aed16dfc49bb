// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/knockoff_filter.hpp"

#include <gtest/gtest.h>

#include "tests/support/reference.hpp"
#include <vector>

namespace vigil::select {
namespace {

// make_reference_values.R; the thresholds are among the values, so that they are equal to the bit.
TEST(KnockoffThreshold, IsThatOfTheDefinitionInR) {
  const std::vector<double> statistics{
      5.1, 4.2, -0.3, 3.3, 0.2, -1.1, 2.9, 6.0, 1.8, -0.9, 2.2, 3.9, 0.1, -0.2, 4.8, 1.5};
  EXPECT_EQ(knockoff_threshold(statistics, 0.2, 1),
            test::reference_value(
                "knockoff+ threshold", "base", "analytic", "16 fixed W; q=0.2; offset=1"));
  EXPECT_EQ(knockoff_threshold(statistics, 0.2, 0),
            test::reference_value(
                "knockoff threshold", "base", "analytic", "16 fixed W; q=0.2; offset=0"));
}

} // namespace
} // namespace vigil::select
