// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/tail.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"

namespace {

using vigil::test::printed_digits;
using vigil::test::rounding;

// Quantiles as printed in standard tables.
TEST(Tails, AgreeWithPrintedTables) {
  EXPECT_NEAR(vigil::normal_quantile(0.975), 1.959963985, printed_digits(9));
  EXPECT_NEAR(vigil::two_sided_normal_p(1.959963985), 0.05, printed_digits(9));
  EXPECT_NEAR(vigil::chi_square_upper(3.841458821, 1), 0.05, printed_digits(9));
  EXPECT_NEAR(vigil::student_t_quantile(0.975, 9), 2.262157163, printed_digits(9));
  EXPECT_NEAR(vigil::two_sided_student_t_p(2.262157163, 9), 0.05, printed_digits(9));
}

// Clopper-Pearson without events: upper limit 1 - (1 - level)^(1/n).
TEST(Tails, BetaQuantileHasTheClosedFormOfZeroEvents) {
  const double expected = 1.0 - std::pow(0.1, 1.0 / 59);
  EXPECT_NEAR(vigil::beta_quantile(0.9, 1, 59), expected, rounding(expected, 64));
}

} // namespace
