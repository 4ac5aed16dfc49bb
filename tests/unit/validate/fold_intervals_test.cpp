// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/measure/measure.hpp"
#include "vigil/validate/summarise.hpp"

#include <gtest/gtest.h>

#include "tests/support/small_cohort.hpp"
#include "tests/support/validation_run.hpp"

namespace vigil {
namespace {

// Influence values of fold models give intervals that are far too short where features outnumber events (C of pure noise at
// n = 100, p = 200: a nominal 95 % interval covers 80 %). A row over folds has the interval of Nadeau and Bengio or none,
// whatever the measure, and so has the row of the subjects that were fitted.
TEST(fold_intervals, are_never_those_of_influence_values) {
  const Cohort cohort = test::small_cohort({.subjects = 60, .markers = 120, .centres = 0});
  ASSERT_GT(cohort.covariates().columns(), cohort.events());
  const std::vector<double> horizons{0.4};
  const test::ValidationRun run = test::run_toys(
      cohort,
      stratified_folds(cohort.data(), cohort.weights(), {.folds = 4, .repeats = 2}, RandomKey(2)),
      horizons);
  SummaryOptions options{.measures = {}, .horizons = horizons, .thresholds = {0.3}};
  for (const measure::Entry& entry : measure::table()) {
    options.measures.push_back(&entry);
  }
  Scheduler scheduler(1);
  const Summary summary = summarise(run.results_with_apparent(), options, scheduler);
  Index with_interval = 0;
  for (const PerformanceRow& row : summary.performance) {
    const bool apparent = row.resampling == "apparent";
    EXPECT_TRUE(row.interval_method == "none" ||
                (!apparent && row.interval_method == "nadeau_bengio"))
        << row.measure << " " << row.resampling << " " << row.interval_method;
    EXPECT_EQ(row.interval_method == "none", std::isnan(row.lower)) << row.measure;
    with_interval += row.interval_method == "none" ? 0 : 1;
  }
  EXPECT_GE(with_interval, 20) << "two learners, at least ten measures each";
}

} // namespace
} // namespace vigil
