// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/residual_projection.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include "tests/support/small_cohort.hpp"
#include <vector>

namespace vigil::select {
namespace {

// y = 1 2 4 on x = 0 1 2: fit 5/6 + 3/2 x by hand.
TEST(ResidualProjection, GivesLeastSquaresResiduals) {
  ResidualProjection projection(3);
  projection.add(std::vector<double>{1.0, 1.0, 1.0});
  projection.add(std::vector<double>{0.0, 1.0, 2.0});
  std::vector<double> y{1.0, 2.0, 4.0};
  projection.remove_from(y);
  EXPECT_NEAR(y[0], 1.0 / 6.0, test::rounding(1.0, 8));
  EXPECT_NEAR(y[1], -1.0 / 3.0, test::rounding(1.0, 8));
  EXPECT_NEAR(y[2], 1.0 / 6.0, test::rounding(1.0, 8));
  EXPECT_EQ(projection.degrees_of_freedom(), 1);
}

TEST(ResidualProjection, LeavesOutColumnsThatDependOnOthers) {
  ResidualProjection projection(4);
  projection.add(std::vector<double>{1.0, 1.0, 1.0, 1.0});
  projection.add(std::vector<double>{1.0, 0.0, 1.0, 0.0});
  projection.add(std::vector<double>{0.0, 1.0, 0.0, 1.0});
  projection.add(std::vector<double>{0.0, 0.0, 0.0, 0.0});
  EXPECT_EQ(projection.rank(), 2);
}

// Three centres (rank 3 with the constant), two clinical columns: within each centre residuals sum to 0, and nothing is
// left of a centre's indicator or of a clinical column.
TEST(AdjustedProjection, HoldsCentresAndClinicalColumns) {
  const Cohort cohort = test::small_cohort({.subjects = 60, .clinical = 2, .centres = 3});
  Scheduler scheduler(1);
  const auto projection = adjusted_projection(cohort.data(), cohort.weights(), "median", scheduler);
  EXPECT_EQ(projection.rank(), 5);
  const auto clinical = cohort.data().clinical.column(1);
  std::vector<double> rest(clinical.begin(), clinical.end()), other(60);
  projection.remove_from(rest);
  for (Index i = 0; i < 60; ++i) {
    EXPECT_NEAR(rest[at(i)], 0.0, test::rounding(1.0, 200));
    other[at(i)] = static_cast<double>(i * i % 17);
  }
  projection.remove_from(other);
  std::vector<double> sum(3, 0.0);
  for (Index i = 0; i < 60; ++i) {
    sum[at(i % 3)] += other[at(i)];
  }
  for (const double each : sum) {
    EXPECT_NEAR(each, 0.0, test::rounding(17.0, 200));
  }
}

} // namespace
} // namespace vigil::select
