// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/fit_paths.hpp"
#include "vigil/storage/cohort_reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace vigil::penalized {
namespace {

// 160 subjects, 10,015 markers. glmnet 4.1-6 on the stored values gives the largest lambda 0.23066.
TEST(PenalizedCohort, PathOfTheNorwegianColorectalCohort) {
  const std::filesystem::path file =
      std::filesystem::path(VIGIL_SHARED_DATA) / "crc_norway_dfs" / "cohort.h5ad";
  if (!std::filesystem::exists(file)) {
    GTEST_SKIP() << "the shared cohorts are not here";
  }
  Scheduler scheduler(2);
  FitContext context{scheduler};
  const Cohort cohort =
      storage::open_cohort({.file = file, .time = "time", .event = "event"}, scheduler);
  const TrainingData data = cohort.data();
  const CaseWeights weights = cohort.weights();
  const auto preparations = fit_preparations(data, {&weights, 1}, {}, scheduler);
  const FitItem item{weights, preparations[0], RandomKey(1)};
  const PathFit path = fit_paths({data, {&item, 1}}, {}, {}, context)[0];
  EXPECT_NEAR(path.largest_lambda, 0.23066, 5e-6);
  // 62 events; the support goes past them.
  EXPECT_EQ(path.events, 62);
  EXPECT_EQ(path.points(), 100);
  EXPECT_EQ(path.nonzero.back(), 122);
  EXPECT_LT(*std::max_element(path.kkt_violation.begin(), path.kkt_violation.end()), 1e-7);
}

} // namespace
} // namespace vigil::penalized
