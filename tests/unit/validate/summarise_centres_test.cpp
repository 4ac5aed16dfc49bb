// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/tail.hpp"
#include "vigil/validate/centre_pooling.hpp"
#include "vigil/validate/intervals.hpp"
#include "vigil/validate/scoring.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include "tests/support/small_cohort.hpp"
#include "tests/support/validation_run.hpp"
#include <algorithm>
#include <cmath>

namespace vigil {
namespace {

using test::plain_c;
using test::run_toys;
using test::ValidationRun;

const std::vector<double> horizons{0.4, 0.8};

ValidationRun centres_run(const Cohort& cohort) {
  return run_toys(
      cohort, leave_one_centre_out(cohort.data(), cohort.weights(), RandomKey(2)), horizons);
}

SummaryOptions concordance() {
  return {.measures = {&measure::find("harrell_c")}, .horizons = horizons};
}

std::vector<CentreRow> rows_of(const Summary& summary, const std::string& learner) {
  std::vector<CentreRow> rows;
  for (const CentreRow& row : summary.centres) {
    if (row.learner == learner) {
      rows.push_back(row);
    }
  }
  return rows;
}

// Six centres of 40 subjects, each with at least 10 events: each is judged by its own model and enters the
// pooling on the logit scale.
TEST(summarise_left_out_centres, pools_large_centres_on_the_logit_scale) {
  const ValidationRun run = centres_run(test::small_cohort({.subjects = 240, .centres = 6}));
  Scheduler scheduler(1);
  const Summary summary = summarise(run.results(), concordance(), scheduler);
  const auto rows = rows_of(summary, "best");
  ASSERT_EQ(rows.size(), 7U) << "six centres and the pooled row";
  const auto& outcome = std::get<SurvivalOutcome>(run.cohort.data().outcome);
  std::vector<double> y, v;
  for (Index centre = 0; centre < 6; ++centre) {
    const CentreRow& row = rows[at(centre)];
    EXPECT_EQ(row.centre, std::string(1, static_cast<char>('A' + centre)));
    EXPECT_EQ(row.subjects, 40);
    EXPECT_GE(row.events, 10);
    const ResampleRecord& record = run.records[at(centre)];
    EXPECT_NEAR(row.estimate,
                plain_c(outcome, record.subject, record.prediction.score).value,
                test::rounding(1.0, 16));
    const double slope = 1.0 / (row.estimate * (1.0 - row.estimate));
    y.push_back(std::log(row.estimate / (1.0 - row.estimate)));
    v.push_back(row.se * row.se * slope * slope);
  }
  const CentrePooling pooled = pool_centres(y, v, 0.95);
  const CentreRow& last = rows.back();
  EXPECT_EQ(last.centre, "");
  EXPECT_EQ(last.centres, 6);
  EXPECT_NEAR(last.mu, 1.0 / (1.0 + std::exp(-pooled.mu)), 1e-13);
  EXPECT_NEAR(last.tau2, pooled.tau2, 1e-12);
  EXPECT_NEAR(last.prediction_lower, 1.0 / (1.0 + std::exp(-pooled.prediction_lower)), 1e-12);
  ASSERT_EQ(summary.performance.size(), 2U);
  EXPECT_EQ(summary.performance[0].estimate, last.mu);
  EXPECT_EQ(summary.performance[0].interval_method, "reml_hartung_knapp");
  EXPECT_EQ(summary.performance[0].resampling, "loco");
}

SummaryOptions with_slope() {
  SummaryOptions options = concordance();
  options.measures.push_back(&measure::find("calibration_slope"));
  options.measures.push_back(&measure::find("brier"));
  return options;
}

const CentreRow& pooled_row(const std::vector<CentreRow>& rows, std::string_view measure) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const CentreRow& row) {
    return row.measure == measure && row.centre.empty();
  });
  EXPECT_NE(found, rows.end());
  return *found;
}

// The covariance of the two estimates of a centre is worked out anew from their influence values; psi of the score-based
// measures is that of measure::Entry.
TEST(summarise_left_out_centres, says_how_probable_an_adequate_new_centre_is) {
  const ValidationRun run = centres_run(test::small_cohort({.subjects = 240, .centres = 6}));
  Scheduler scheduler(1);
  SummaryOptions options = with_slope();
  options.adequate = {.concordance = {.from = 0.65}, .slope = {.from = 0.5, .to = 1.6}};
  const auto rows = rows_of(summarise(run.results(), options, scheduler), "best");
  std::vector<EstimatePair> pairs;
  std::vector<double> y, v;
  const auto& outcome = run.cohort.data().outcome;
  for (Index centre = 0; centre < 6; ++centre) {
    const ResampleRecord& record = run.records[at(centre)];
    const EvaluationSample sample = own_sample(outcome, run.plan.at_number(centre).test, 1);
    const Prediction full = scattered(record, 240);
    const auto c = evaluate(sample, {.entry = options.measures[0]}, {.prediction = full});
    const auto slope = evaluate(sample, {.entry = options.measures[1]}, {.prediction = full});
    double first = 0.0, cross = 0.0, second = 0.0;
    for (Index i = 0; i < 240; ++i) {
      first += c.influence[at(i)] * c.influence[at(i)] / 1600.0;
      cross += c.influence[at(i)] * slope.influence[at(i)] / 1600.0;
      second += slope.influence[at(i)] * slope.influence[at(i)] / 1600.0;
    }
    const double stretch = 1.0 / (c.value * (1.0 - c.value));
    EXPECT_GT(cross, 0.0) << "who is ranked well has the steeper slope";
    pairs.push_back({std::log(c.value / (1.0 - c.value)),
                     slope.value,
                     {first * stretch * stretch, cross * stretch, second}});
    y.push_back(pairs.back().first);
    v.push_back(pairs.back().variance.first);
  }
  const ValueRange above{.from = std::log(0.65 / 0.35)};
  const CentreRow& row = pooled_row(rows, "harrell_c");
  EXPECT_EQ(row.adequate_from, 0.65);
  EXPECT_TRUE(std::isnan(row.adequate_to));
  EXPECT_NEAR(
      row.adequate_probability, adequate_probability(pool_centres(y, v, 0.95), above), 1e-12);
  EXPECT_NEAR(row.adequate_with_slope,
              adequate_probability(pool_centres(pairs), above, {.from = 0.5, .to = 1.6}),
              1e-9);
  EXPECT_LT(row.adequate_with_slope, row.adequate_probability);
  const CentreRow& slope = pooled_row(rows, "calibration_slope");
  EXPECT_EQ(slope.adequate_to, 1.6);
  EXPECT_GT(slope.adequate_probability, row.adequate_with_slope);
  EXPECT_TRUE(std::isnan(slope.adequate_with_slope));
  const CentreRow& brier = pooled_row(rows, "brier");
  EXPECT_TRUE(std::isnan(brier.adequate_probability) && std::isnan(brier.adequate_from))
      << "nobody declared what an adequate error is";
}

// Where hardly any concordance is adequate the pair's own margin would be above that of the row.
TEST(summarise_left_out_centres, both_are_never_more_probable_than_one) {
  const ValidationRun run = centres_run(test::small_cohort({.subjects = 240, .centres = 6}));
  Scheduler scheduler(1);
  for (const double least : {0.5, 0.8, 0.9, 0.97}) {
    SummaryOptions options = with_slope();
    options.adequate = {.concordance = {.from = least}, .slope = {.from = -5.0, .to = 5.0}};
    for (const char* learner : {"best", "first"}) {
      const auto rows = rows_of(summarise(run.results(), options, scheduler), learner);
      const CentreRow& row = pooled_row(rows, "harrell_c");
      EXPECT_LE(row.adequate_with_slope, row.adequate_probability) << learner << " " << least;
      EXPECT_LE(row.adequate_with_slope, pooled_row(rows, "calibration_slope").adequate_probability)
          << learner << " " << least;
    }
  }
}

// Four centres are no pool: limits without a probability, and the reason that the row has anyway.
TEST(summarise_left_out_centres, says_nothing_of_a_new_centre_from_four) {
  const ValidationRun run = centres_run(test::small_cohort({.subjects = 160, .centres = 4}));
  Scheduler scheduler(1);
  const auto rows = rows_of(summarise(run.results(), with_slope(), scheduler), "best");
  const CentreRow& row = pooled_row(rows, "harrell_c");
  EXPECT_TRUE(std::isnan(row.adequate_probability) && std::isnan(row.adequate_with_slope));
  EXPECT_TRUE(row.undefined_because.starts_with("fewer than 5 estimates to pool"));
}

// Centre F has 4 events left: it is listed, makes up the small centres, and does not enter the pooling.
TEST(summarise_left_out_centres, lists_small_centres_without_pooling_them) {
  CohortParts parts = test::small_parts({.subjects = 240, .centres = 6});
  auto& outcome = std::get<SurvivalOutcome>(*parts.outcome);
  Index kept = 0;
  for (Index i = 5; i < 240; i += 6) {
    kept += outcome.event[at(i)];
    outcome.event[at(i)] = outcome.event[at(i)] != 0 && kept <= 4 ? 1 : 0;
  }
  const ValidationRun run = centres_run(Cohort(std::move(parts)));
  Scheduler scheduler(1);
  const auto rows = rows_of(summarise(run.results(), concordance(), scheduler), "best");
  ASSERT_EQ(rows.size(), 8U);
  EXPECT_EQ(rows[5].events, 4);
  EXPECT_EQ(rows[5].undefined_because, "unstable: 4 events");
  EXPECT_EQ(rows[4].undefined_because, "");
  EXPECT_EQ(rows[6].centre, "(small centres)");
  EXPECT_EQ(rows[6].events, 4);
  EXPECT_EQ(rows[6].estimate, rows[5].estimate);
  EXPECT_EQ(rows[6].se, rows[5].se) << "one centre has its plain standard error";
  EXPECT_EQ(rows[7].centres, 5);
}

// Three centres are too few to pool: one estimate from pairs within centres, clustered by centre.
TEST(summarise_left_out_centres, with_few_centres_compares_within_centres) {
  const ValidationRun run = centres_run(test::small_cohort({.subjects = 120, .centres = 3}));
  Scheduler scheduler(1);
  const Summary summary = summarise(run.results(), concordance(), scheduler);
  const auto& outcome = std::get<SurvivalOutcome>(run.cohort.data().outcome);
  double weighted = 0.0, pairs = 0.0;
  std::vector<test::PlainC> parts;
  for (Index centre = 0; centre < 3; ++centre) {
    const ResampleRecord& record = run.records[at(centre)];
    parts.push_back(plain_c(outcome, record.subject, record.prediction.score));
    weighted += parts.back().value * parts.back().pairs;
    pairs += parts.back().pairs;
  }
  const PerformanceRow& row = summary.performance[0];
  EXPECT_NEAR(row.estimate, weighted / pairs, test::rounding(1.0, 16));
  EXPECT_EQ(row.interval_method, "one_stage_cluster");
  // With C = sum_c pairs_c C_c / pairs, the influence values of centre c add up to n 2 pairs_c (C_c - C) / (2
  // pairs) when each pair counts for both of its subjects, so that se^2 = 3/2 sum_c (pairs_c (C_c - C) / pairs)^2
  // times 4 for the two roles.
  double squares = 0.0;
  for (const test::PlainC& part : parts) {
    const double move = 2.0 * part.pairs * (part.value - row.estimate) / pairs;
    squares += move * move;
  }
  EXPECT_NEAR(row.se, std::sqrt(1.5 * squares), 1e-13);
  const auto interval = interval_on_scale(
      row.estimate, row.se, student_t_quantile(0.975, 2.0), measure::IntervalScale::logit);
  EXPECT_NEAR(row.lower, interval.lower, 1e-13);
  const CentreRow last = rows_of(summary, "best").back();
  EXPECT_TRUE(std::isnan(last.prediction_lower));
  EXPECT_EQ(last.undefined_because,
            "fewer than 5 estimates to pool: one estimate within centres; 3 centres: the interval "
            "rests on 2 degrees of freedom");
  EXPECT_EQ(row.undefined_because, "3 centres: the interval rests on 2 degrees of freedom");
}

TEST(summarise_left_out_centres, says_what_an_interval_from_two_centres_rests_on) {
  const ValidationRun run = centres_run(test::small_cohort({.subjects = 120, .centres = 2}));
  Scheduler scheduler(1);
  const Summary summary = summarise(run.results(), concordance(), scheduler);
  EXPECT_EQ(summary.performance[0].undefined_because,
            "2 centres: the interval rests on 1 degree of freedom");
  EXPECT_TRUE(
      rows_of(summary, "best")
          .back()
          .undefined_because.ends_with("; 2 centres: the interval rests on 1 degree of freedom"));
}

TEST(summarise_left_out_centres, marks_a_centre_with_one_event) {
  CohortParts parts = test::small_parts({.subjects = 240, .centres = 6});
  auto& outcome = std::get<SurvivalOutcome>(*parts.outcome);
  bool kept = false;
  for (Index i = 5; i < 240; i += 6) {
    const bool first = outcome.event[at(i)] != 0 && !kept;
    outcome.event[at(i)] = first ? 1 : 0;
    kept = kept || first;
  }
  const ValidationRun run = centres_run(Cohort(std::move(parts)));
  Scheduler scheduler(1);
  const auto rows = rows_of(summarise(run.results(), concordance(), scheduler), "best");
  EXPECT_EQ(rows[5].events, 1);
  EXPECT_EQ(rows[5].undefined_because, "unstable: 1 event");
}

TEST(summarise_left_out_centres, counts_centres_without_events) {
  CohortParts parts = test::small_parts({.subjects = 240, .centres = 6});
  auto& outcome = std::get<SurvivalOutcome>(*parts.outcome);
  for (Index i = 2; i < 240; i += 6) {
    outcome.event[at(i)] = 0;
  }
  const ValidationRun run = centres_run(Cohort(std::move(parts)));
  Scheduler scheduler(1);
  const Summary summary = summarise(run.results(), concordance(), scheduler);
  EXPECT_EQ(summary.performance[0].resamples, 6);
  EXPECT_EQ(summary.performance[0].undefined, 1);
  EXPECT_EQ(summary.performance[0].small_folds, 1);
  EXPECT_FALSE(summary.performance[0].undefined_because.empty());
  EXPECT_FALSE(rows_of(summary, "best")[2].undefined_because.empty());
}

TEST(summarise_left_out_centres, is_the_same_for_any_number_of_threads) {
  const ValidationRun run = centres_run(test::small_cohort({.subjects = 120, .centres = 6}));
  SummaryOptions options = concordance();
  options.measures.push_back(&measure::find("brier"));
  options.measures.push_back(&measure::find("oe_ratio"));
  Scheduler one(1), seven(7);
  EXPECT_EQ(test::all_text(summarise(run.results(), options, one)),
            test::all_text(summarise(run.results(), options, seven)));
}

TEST(summarise_external, pools_the_centres_of_another_cohort) {
  const ValidationRun run = centres_run(test::small_cohort({.subjects = 120, .centres = 3}));
  const Cohort other = test::small_cohort({.subjects = 300, .centres = 6, .seed = 9});
  Scheduler scheduler(1);
  FitContext context{scheduler};
  const auto predictions =
      predict_external(run.final_models, other, {.horizons = horizons}, context);
  const Summary summary = summarise_external(
      {.id = "other", .cohort = other, .predictions = predictions}, concordance(), scheduler);
  const auto rows = rows_of(summary, "best");
  ASSERT_EQ(rows.size(), 7U);
  EXPECT_EQ(rows[0].resampling, "external:other");
  EXPECT_EQ(rows[6].centres, 6);
  EXPECT_EQ(summary.performance.size(), 2U) << "frozen models, one row per learner";
  EXPECT_EQ(summary.performance[0].interval_method, "influence");
}

} // namespace
} // namespace vigil
