// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/resample/fold_pairs.hpp"
#include "vigil/validate/nested_cv.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include "tests/support/small_cohort.hpp"
#include "tests/support/validation_run.hpp"
#include <algorithm>
#include <iterator>
#include <span>
#include <vector>

namespace vigil {
namespace {

// The weighted mean of what subjects add is the measure itself, also in a part of the subjects whose censoring weights come from
// all of them.
TEST(subject_losses, have_the_measure_as_their_mean) {
  const Cohort cohort = test::small_cohort({.subjects = 90});
  const Outcome& outcome = cohort.data().outcome;
  Prediction prediction;
  const std::vector<double> horizons{0.3, 0.6};
  prediction.risk = undefined_risk(90, horizons);
  RandomStream stream(RandomKey(4));
  for (double& risk : prediction.risk.value) {
    risk = stream.uniform();
  }
  prediction.score.assign(90, 0.0);
  EvaluationSample sample = own_sample(outcome, cohort.weights(), 1);
  std::vector<std::uint32_t> times(90, 0);
  for (Index i = 0; i < 90; ++i) {
    times[at(i)] = i % 3 == 0 ? 2 : i % 3 == 1 ? 1 : 0;
  }
  for (const bool part : {false, true}) {
    sample.weights = part ? cohort.weights().with_times(times) : cohort.weights();
    for (const char* name : {"brier", "net_benefit"}) {
      MeasureCell cell{.entry = &measure::find(name), .horizon = 0.6, .horizon_number = 1};
      cell.threshold = cell.entry->needs_threshold ? 0.35 : not_available;
      const std::vector<double> losses = subject_losses(sample, cell, prediction);
      double total = 0.0, weight = 0.0;
      for (Index i = 0; i < 90; ++i) {
        total += sample.weights[i] * losses[at(i)];
        weight += sample.weights[i];
      }
      const auto estimate = evaluate(sample, cell, {.prediction = prediction});
      EXPECT_NEAR(total / weight, estimate.value, test::rounding(1.0, 16)) << name << part;
    }
  }
}

TEST(subject_losses, are_of_means_over_subjects_alone) {
  for (const char* name : {"harrell_c", "auc", "ipa", "oe_ratio", "calibration_slope"}) {
    EXPECT_FALSE(has_subject_losses(measure::find(name))) << name;
  }
}

const std::vector<double> horizons{0.4, 0.8};

/// Toy learners on the folds and pairs of a cohort; records of the folds and of the pairs apart.
struct NestedRun {
  test::ValidationRun run;
  ResamplePlan folds;
  std::vector<ResampleRecord> pairs;

  explicit NestedRun(const Cohort& cohort)
      : run(test::run_toys(
            cohort,
            folds_and_pairs(
                cohort.data(), cohort.weights(), {.folds = 3, .repeats = 2}, RandomKey(2)),
            horizons)),
        folds(stratified_folds(
            cohort.data(), cohort.weights(), {.folds = 3, .repeats = 2}, RandomKey(2))) {
    const auto is_pair = [](const ResampleRecord& record) { return record.resample >= 6; };
    std::copy_if(run.records.begin(), run.records.end(), std::back_inserter(pairs), is_pair);
    std::erase_if(run.records, is_pair);
  }
  [[nodiscard]] Summary summary(bool with_pairs, int threads) const {
    Scheduler scheduler(threads);
    return summarise(
        {.cohort = run.cohort,
         .within = run.within,
         .plan = folds,
         .records = run.records,
         .apparent = {},
         .pairs = with_pairs ? std::span(pairs) : std::span<const ResampleRecord>()},
        {.measures = {&measure::find("harrell_c"), &measure::find("brier")}, .horizons = horizons},
        scheduler);
  }
  /// Of one learner and the second horizon: the loss of subject i by a resample's model.
  [[nodiscard]] double loss(const std::string& learner, Index resample, Index i) const {
    const auto& from = resample < 6 ? run.records : pairs;
    const auto& outcome = std::get<SurvivalOutcome>(run.cohort.data().outcome);
    const auto all = own_sample(run.cohort.data().outcome, run.within, 1);
    for (const ResampleRecord& record : from) {
      for (Index row = 0; row < size_of(record.subject); ++row) {
        if (record.learner == learner && record.resample == resample &&
            record.subject[at(row)] == i) {
          const bool event = outcome.event[at(i)] != 0 && outcome.time[at(i)] <= horizons[1];
          const double gap = (event ? 1.0 : 0.0) - record.prediction.risk.at_horizon(1)[at(row)];
          return all.censoring->weights_at(horizons[1])[at(i)] * gap * gap;
        }
      }
    }
    return not_available;
  }
};

// The models of each pair judge the subjects of both of its folds, one as the inner loss of the other. Resamples 6, 7, 8 are the
// pairs (1, 2), (1, 3), (2, 3) of the first repeat, 9 to 11 those of the second.
TEST(summarise_nested, gathers_the_losses_of_folds_and_pairs) {
  const NestedRun nested(test::small_cohort({.subjects = 66}));
  const std::vector<std::vector<Index>> pair_of{{-1, 0, 1}, {0, -1, 2}, {1, 2, -1}};
  std::vector<NestedFold> best, difference;
  for (Index number = 0; number < 6; ++number) {
    NestedFold own, less;
    for (Index other = 0; other < 3; ++other) {
      const Index repeat = number / 3, fold = number % 3;
      const bool outer = other == fold;
      const Index model = outer ? number : 6 + 3 * repeat + pair_of[at(fold)][at(other)];
      const CaseWeights tested = nested.folds.at_number(3 * repeat + other).test;
      for (const Index i : tested.support()) {
        const double loss = nested.loss("best", model, i);
        (outer ? own.outer : own.inner).push_back(loss);
        (outer ? less.outer : less.inner).push_back(nested.loss("first", model, i) - loss);
      }
    }
    best.push_back(own);
    difference.push_back(less);
  }
  const Summary summary = nested.summary(true, 1);
  const auto row = std::find_if(
      summary.performance.begin(), summary.performance.end(), [](const PerformanceRow& one) {
        return one.resampling == "repeated-cv debiased" && one.learner == "best" &&
               one.horizon == horizons[1];
      });
  ASSERT_NE(row, summary.performance.end());
  const NestedInterval expected = nested_cv_interval(best, 3, 66, 0.95);
  EXPECT_EQ(row->measure, "brier");
  EXPECT_EQ(row->interval_method, "bates_hastie_tibshirani");
  EXPECT_NEAR(row->estimate, expected.estimate, test::rounding(1.0, 16));
  EXPECT_NEAR(row->lower, expected.lower, test::rounding(1.0, 16));
  EXPECT_NEAR(row->inflation, expected.inflation, test::rounding(2.0, 64));
  EXPECT_NEAR(row->mean_squared_error, expected.mean_squared_error, test::rounding(1.0, 16));
  const ComparisonRow& compared = summary.comparisons.back();
  const NestedInterval gap = nested_cv_interval(difference, 3, 66, 0.95);
  EXPECT_EQ(compared.resampling, "repeated-cv debiased");
  EXPECT_NEAR(compared.difference, gap.estimate, test::rounding(1.0, 16));
  EXPECT_NEAR(compared.se, gap.se, test::rounding(1.0, 16));
}

TEST(summarise_nested, leaves_the_other_rows_as_they_are) {
  const NestedRun nested(test::small_cohort({.subjects = 66}));
  Summary with = nested.summary(true, 1);
  EXPECT_EQ(test::all_text(with), test::all_text(nested.summary(true, 7)));
  std::erase_if(with.performance,
                [](const auto& row) { return row.resampling == "repeated-cv debiased"; });
  std::erase_if(with.comparisons,
                [](const auto& row) { return row.resampling == "repeated-cv debiased"; });
  EXPECT_EQ(test::all_text(with), test::all_text(nested.summary(false, 1)));
}

TEST(summarise_nested, says_why_there_is_no_interval) {
  const auto because = [](const NestedRun& nested) {
    return nested.summary(true, 1).performance.back().undefined_because;
  };
  EXPECT_EQ(because(NestedRun(test::small_cohort({.subjects = 66, .group_size = 2}))),
            "rows of a group depend on each other");
  CohortParts parts = test::small_parts({.subjects = 66});
  parts.sampling_weight.assign(66, 1.0);
  parts.sampling_weight[4] = 2.0;
  EXPECT_EQ(because(NestedRun(Cohort(std::move(parts)))), "subjects differ in weight");
  NestedRun nested(test::small_cohort({.subjects = 66}));
  nested.pairs.pop_back();
  EXPECT_EQ(because(nested), "the model is not defined (1 of 12)");
  EXPECT_EQ(nested.summary(true, 1).performance.back().undefined, 6) << "no fold has a value";
}

} // namespace
} // namespace vigil
