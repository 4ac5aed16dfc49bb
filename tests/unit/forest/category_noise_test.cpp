// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/support/category_noise.hpp"
#include <cmath>

namespace vigil::forest {
namespace {

// A quarter would be fair. The p-value of many levels comes from the chi-square of all of them, that of a continuous column from
// its process: they are alike to a tenth.
TEST(CategoryNoise, RulesThatFavourNoKind) {
  constexpr Index rounds = 600;
  const double error = std::sqrt(0.25 * 0.75 / static_cast<double>(rounds));
  for (const char* rule : {"random_log_rank", "maximally_selected"}) {
    const test::CategoryNoise noise(rule, rounds);
    for (std::size_t kind = 0; kind < 4; ++kind) {
      EXPECT_NEAR(noise.chosen[kind], 0.25, 3.0 * error) << rule << ", kind " << kind;
    }
  }
}

TEST(CategoryNoise, PValuesHoldTheirLevel) {
  constexpr Index rounds = 600; // of ten columns each
  const test::CategoryNoise noise("maximally_selected", rounds);
  const double error = std::sqrt(0.05 * 0.95 / (10.0 * static_cast<double>(rounds)));
  for (std::size_t kind = 1; kind < 4; ++kind) {
    EXPECT_NEAR(noise.below[kind], 0.05, 4.0 * error) << kind;
  }
}

} // namespace
} // namespace vigil::forest
