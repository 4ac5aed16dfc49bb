// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/validate/selection.hpp"

#include <gtest/gtest.h>

#include "tests/support/small_cohort.hpp"

namespace vigil {
namespace {

ResampleRecord record_of(const std::string& learner,
                         Index resample,
                         std::vector<SelectedFeature> selected,
                         FitStatus status = FitStatus::converged) {
  return {.learner = learner,
          .resample = resample,
          .subject = {},
          .role = {},
          .prediction = {},
          .selected = std::move(selected),
          .status = status};
}

// Three defined resamples: m2 (column 1) in all, twice positive; m1 and c1 (column 6) once each.
TEST(selection_frequency, counts_over_defined_models) {
  const Cohort cohort = test::small_cohort({});
  const std::vector<ResampleRecord> records{record_of("net", 0, {{1, 2.0}, {0, 1.0}}),
                                            record_of("net", 1, {{1, 4.0}, {6, -1.0}, {3, 0.0}}),
                                            record_of("net", 2, {{1, -3.0}}),
                                            record_of("net", 3, {{5, 9.0}}, FitStatus::undefined),
                                            record_of("forest", 0, {})};
  const auto rows = selection_frequency(records, cohort.covariates());
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].feature, "m2");
  EXPECT_EQ(rows[0].selected, 3);
  EXPECT_EQ(rows[0].resamples, 3);
  EXPECT_EQ(rows[0].frequency, 1.0);
  EXPECT_EQ(rows[0].mean_coefficient, 1.0);
  EXPECT_EQ(rows[0].same_sign, 2.0 / 3.0);
  EXPECT_EQ(rows[1].feature, "m1");
  EXPECT_EQ(rows[2].feature, "c1");
  EXPECT_EQ(rows[2].frequency, 1.0 / 3.0);
}

} // namespace
} // namespace vigil
