// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/tail.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <array>
#include <cmath>

namespace {

using vigil::test::printed_digits;
using vigil::test::rounding;

// Quantiles as printed in standard tables.
TEST(Tails, AgreeWithPrintedTables) {
  EXPECT_NEAR(vigil::normal_quantile(0.975), 1.959963985, printed_digits(9));
  EXPECT_NEAR(vigil::two_sided_normal_p(1.959963985), 0.05, printed_digits(9));
  EXPECT_NEAR(vigil::chi_square_upper(3.841458821, 1), 0.05, printed_digits(9));
  EXPECT_NEAR(vigil::log_chi_square_upper(3.841458821, 1), std::log(0.05), 2e-8);
  EXPECT_NEAR(vigil::student_t_quantile(0.975, 9), 2.262157163, printed_digits(9));
  EXPECT_NEAR(vigil::two_sided_student_t_p(2.262157163, 9), 0.05, printed_digits(9));
}

// R 4.2.2, pchisq(lower.tail = FALSE, log.p = TRUE), far beyond the smallest double.
TEST(Tails, ChiSquareHasALogarithmWhereItHasNoNumber) {
  for (const auto& [degrees, at_1500, at_4000] :
       {std::array{1.0, -753.88306710538234, -2004.3730660166379},
        std::array{2.0, -750.0, -2000.0},
        std::array{9.0, -729.27880902228287, -1975.8488273065968},
        std::array{50.0, -645.87049465385405, -1872.3510039281962}}) {
    EXPECT_NEAR(vigil::log_chi_square_upper(1500.0, degrees), at_1500, rounding(at_1500, 8));
    EXPECT_NEAR(vigil::log_chi_square_upper(4000.0, degrees), at_4000, rounding(at_4000, 8));
  }
}

// Clopper-Pearson without events: upper limit 1 - (1 - level)^(1/n).
TEST(Tails, BetaQuantileHasTheClosedFormOfZeroEvents) {
  const double expected = 1.0 - std::pow(0.1, 1.0 / 59);
  EXPECT_NEAR(vigil::beta_quantile(0.9, 1, 59), expected, rounding(expected, 64));
}

} // namespace
