// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// The interval of a forest's own average over many fresh cohorts: docs/methods/survival_forest.md has these numbers.
#include <gtest/gtest.h>

#include "tests/support/half_sample_study.hpp"
#include <iostream>

namespace vigil::forest {
namespace {

TEST(OwnIntervalStudy, ManyCohorts) {
  for (const Index each : {4, 12}) {
    for (const Index subjects : {100, 300}) {
      const auto found = test::half_sample_study(
          {.cohorts = 200, .subjects = subjects, .half_samples = 60, .each = each});
      std::cout << subjects << " subjects, 60 half samples of " << each
                << " trees: " << found.text() << '\n';
      EXPECT_GT(found.variance_ratio, 0.9) << subjects << " " << each;
      EXPECT_LT(found.variance_ratio, 1.6) << subjects << " " << each;
      EXPECT_GT(found.coverage, 0.93) << subjects << " " << each;
    }
  }
}

} // namespace
} // namespace vigil::forest
