// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/numeric/sums.hpp"
#include "vigil/numeric/tail.hpp"
#include "vigil/validate/intervals.hpp"
#include "vigil/validate/summarise.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include "tests/support/small_cohort.hpp"
#include "tests/support/validation_run.hpp"
#include <algorithm>
#include <cmath>

namespace vigil {
namespace {

using test::plain_c;
using test::relative;
using test::run_toys;
using test::ValidationRun;

const std::vector<double> horizons{0.4, 0.8};

SummaryOptions options_for(const std::vector<const char*>& names) {
  SummaryOptions options{.measures = {}, .horizons = horizons};
  for (const char* name : names) {
    options.measures.push_back(&measure::find(name));
  }
  return options;
}

ValidationRun folds_run(const Cohort& cohort) {
  return run_toys(
      cohort,
      stratified_folds(cohort.data(), cohort.weights(), {.folds = 4, .repeats = 3}, RandomKey(2)),
      horizons);
}

Cohort uncensored_cohort(Index subjects) {
  CohortParts parts = test::small_parts({.subjects = subjects});
  auto& event = std::get<SurvivalOutcome>(*parts.outcome).event;
  std::fill(event.begin(), event.end(), std::uint8_t{1});
  return Cohort(std::move(parts));
}

const PerformanceRow& find_row(const Summary& summary,
                               const std::string& learner,
                               const std::string& measure,
                               double horizon) {
  const auto place =
      std::find_if(summary.performance.begin(), summary.performance.end(), [&](const auto& row) {
        return row.learner == learner && row.measure == measure && row.resampling != "apparent" &&
               (row.horizon == horizon || (std::isnan(horizon) && std::isnan(row.horizon)));
      });
  EXPECT_NE(place, summary.performance.end()) << learner << " " << measure;
  return *place;
}

// C within each test fold by comparing every pair, averaged by the number of pairs; interval by Nadeau-Bengio
// with n_test / n_train = 1/3, on the logit scale.
TEST(summarise_folds, averages_concordance_within_folds_by_pairs) {
  const ValidationRun run = folds_run(test::small_cohort({.subjects = 80}));
  const auto& outcome = std::get<SurvivalOutcome>(run.cohort.data().outcome);
  Scheduler scheduler(1);
  const Summary summary = summarise(run.results(), options_for({"harrell_c"}), scheduler);
  std::vector<double> values;
  double weighted = 0.0, pairs = 0.0;
  for (const ResampleRecord& record : run.records) {
    if (record.learner == "best") {
      const auto c = plain_c(outcome, record.subject, record.prediction.score);
      values.push_back(c.value);
      weighted += c.value * c.pairs;
      pairs += c.pairs;
    }
  }
  const PerformanceRow& row = find_row(summary, "best", "harrell_c", not_available);
  ASSERT_EQ(values.size(), 12U);
  EXPECT_NEAR(row.estimate, weighted / pairs, test::rounding(1.0, 16));
  const double se = nadeau_bengio(values, 1.0 / 3.0).se;
  EXPECT_NEAR(row.se, se, relative(se, 1e-12, "sums in another order"));
  const auto interval = interval_on_scale(
      row.estimate, se, student_t_quantile(0.975, 11.0), measure::IntervalScale::logit);
  EXPECT_NEAR(row.lower, interval.lower, 1e-12);
  EXPECT_NEAR(row.upper, interval.upper, 1e-12);
  EXPECT_EQ(row.interval_method, "nadeau_bengio");
  EXPECT_EQ(row.resampling, "repeated-cv");
  EXPECT_EQ(row.resamples, 12);
  EXPECT_EQ(row.undefined, 0);
  EXPECT_EQ(row.subjects, 80);
}

// Without censoring the Brier score is the mean of (y - p)^2; averaged by subjects over the folds of a repeat it
// is the mean over all subjects.
TEST(summarise_folds, pools_losses_over_subjects) {
  const ValidationRun run = folds_run(uncensored_cohort(60));
  const auto& outcome = std::get<SurvivalOutcome>(run.cohort.data().outcome);
  Scheduler scheduler(1);
  const Summary summary = summarise(run.results(), options_for({"brier"}), scheduler);
  double squares = 0.0, count = 0.0;
  for (const ResampleRecord& record : run.records) {
    for (Index row = 0; record.learner == "first" && row < size_of(record.subject); ++row) {
      const double y = outcome.time[at(record.subject[at(row)])] <= horizons[1] ? 1.0 : 0.0;
      const double difference = y - record.prediction.risk.at_horizon(1)[at(row)];
      squares += difference * difference;
      count += 1.0;
    }
  }
  ASSERT_EQ(count, 180.0);
  EXPECT_NEAR(find_row(summary, "first", "brier", horizons[1]).estimate,
              squares / count,
              test::rounding(1.0, 16));
}

TEST(summarise_folds, compares_learners_on_common_folds) {
  const ValidationRun run = folds_run(test::small_cohort({.subjects = 80}));
  Scheduler scheduler(1);
  const Summary summary = summarise(run.results(), options_for({"brier"}), scheduler);
  ASSERT_EQ(summary.comparisons.size(), 2U) << "one learner besides the reference, two horizons";
  const ComparisonRow& row = summary.comparisons[1];
  EXPECT_EQ(row.learner, "first");
  EXPECT_EQ(row.reference, "best");
  const double difference = find_row(summary, "first", "brier", horizons[1]).estimate -
                            find_row(summary, "best", "brier", horizons[1]).estimate;
  EXPECT_NEAR(row.difference, difference, test::rounding(1.0, 16));
  EXPECT_NEAR(row.upper - row.difference, row.difference - row.lower, test::rounding(1.0, 16));
  EXPECT_NEAR(row.p, two_sided_student_t_p(row.difference / row.se, 11.0), test::rounding(1.0, 16));
}

// 12 events in 4 folds: 3 in each, fewer than 5.
TEST(summarise_folds, flags_folds_with_few_events) {
  CohortParts parts = test::small_parts({.subjects = 80});
  auto& event = std::get<SurvivalOutcome>(*parts.outcome).event;
  Index kept = 0;
  for (std::uint8_t& one : event) {
    kept += one;
    one = one != 0 && kept <= 12 ? 1 : 0;
  }
  const ValidationRun run = folds_run(Cohort(std::move(parts)));
  Scheduler scheduler(1);
  const Summary summary = summarise(run.results(), options_for({"harrell_c"}), scheduler);
  EXPECT_EQ(find_row(summary, "best", "harrell_c", not_available).small_folds, 12);
}

TEST(summarise_folds, counts_undefined_folds_with_their_reason) {
  ValidationRun run = folds_run(test::small_cohort({.subjects = 80}));
  run.records[0].status = FitStatus::undefined;
  run.records[3].status = FitStatus::undefined;
  run.records.erase(run.records.begin() + 5);
  Scheduler scheduler(1);
  const Summary summary = summarise(run.results(), options_for({"harrell_c"}), scheduler);
  const PerformanceRow& row = find_row(summary, "best", "harrell_c", not_available);
  EXPECT_EQ(row.resamples, 12);
  EXPECT_EQ(row.undefined, 3);
  EXPECT_EQ(row.undefined_because,
            "the model is not defined (2); the resample was not computed (1)");
  EXPECT_TRUE(std::isfinite(row.estimate));
  EXPECT_EQ(find_row(summary, "first", "harrell_c", not_available).undefined, 0);
}

TEST(summarise, does_not_depend_on_threads_or_the_order_of_records) {
  ValidationRun run = folds_run(test::small_cohort({.subjects = 80}));
  const auto options = options_for({"harrell_c", "uno_c", "auc", "brier", "ipa", "oe_ratio"});
  Scheduler one(1), seven(7);
  const std::string base = test::all_text(summarise(run.results(), options, one));
  EXPECT_EQ(base, test::all_text(summarise(run.results(), options, seven)));
  std::stable_sort(run.records.begin(), run.records.end(), [](const auto& a, const auto& b) {
    return a.learner == b.learner ? a.resample > b.resample : a.learner < b.learner;
  });
  EXPECT_EQ(base, test::all_text(summarise(run.results(), options, one)));
}

TEST(summarise, refuses_an_unknown_reference) {
  const ValidationRun run = folds_run(test::small_cohort({.subjects = 80}));
  SummaryOptions options = options_for({"harrell_c"});
  options.reference = "bets";
  Scheduler scheduler(1);
  EXPECT_THROW((void)summarise(run.results(), options, scheduler), ConfigError);
  options.reference = "first";
  EXPECT_EQ(summarise(run.results(), options, scheduler).comparisons[0].learner, "best");
}

ValidationRun bootstrap_run(Index replicates) {
  const Cohort cohort = test::small_cohort({.subjects = 60});
  return run_toys(
      cohort, bootstrap(cohort.data(), cohort.weights(), replicates, RandomKey(3)), horizons);
}

// Apparent value less the mean of theta(model_b, sample_b) - theta(model_b, original), C by its definition; a
// subject drawn twice counts as two rows.
TEST(summarise_bootstrap, corrects_the_apparent_value_by_the_optimism) {
  const ValidationRun run = bootstrap_run(25);
  const auto& outcome = std::get<SurvivalOutcome>(run.cohort.data().outcome);
  Scheduler scheduler(1);
  const Summary summary =
      summarise(run.results_with_apparent(), options_for({"harrell_c"}), scheduler);
  double optimism = 0.0;
  for (const ResampleRecord& record : run.records) {
    if (record.learner != "best") {
      continue;
    }
    std::vector<Index> drawn;
    std::vector<double> score;
    const Resample resample = run.plan.at_number(record.resample);
    for (Index i = 0; i < 60; ++i) {
      for (std::uint32_t time = 0; time < resample.train.times(i); ++time) {
        drawn.push_back(i);
        score.push_back(record.prediction.score[at(i)]);
      }
    }
    // Copies of a subject are tied in time: plain_c compares strictly later times only, and so does C for events.
    optimism += (plain_c(outcome, drawn, score).value -
                 plain_c(outcome, record.subject, record.prediction.score).value) /
                25.0;
  }
  const ResampleRecord& final_record = run.apparent[0];
  const double apparent =
      plain_c(outcome, final_record.subject, final_record.prediction.score).value;
  ASSERT_EQ(summary.performance.size(), 4U);
  EXPECT_EQ(summary.performance[0].resampling, "apparent");
  EXPECT_NEAR(summary.performance[0].estimate, apparent, test::rounding(1.0, 16));
  EXPECT_TRUE(std::isnan(summary.performance[0].lower));
  const PerformanceRow& row = find_row(summary, "best", "harrell_c", not_available);
  EXPECT_NEAR(row.estimate, apparent - optimism, test::rounding(1.0, 64));
  EXPECT_EQ(row.interval_method, "bootstrap_shifted_percentile");
  EXPECT_LT(row.lower, row.estimate);
  EXPECT_GT(row.upper, row.estimate);
}

/// Share of the rows with an event by the horizon over their mean risk, nobody censored.
double plain_ratio(const SurvivalOutcome& outcome,
                   const std::vector<double>& times,
                   std::span<const double> risk) {
  double observed = 0.0, expected = 0.0;
  for (std::size_t i = 0; i < times.size(); ++i) {
    observed += outcome.time[i] <= horizons[0] ? times[i] : 0.0;
    expected += times[i] * risk[i];
  }
  return observed / expected;
}

// O/E and calibration slope are 1 on the sample of a fit whichever that is: their limits are the apparent value less percentiles of
// the optimism. Of 25 values the 2.5th and 97.5th percentiles are the smallest and the largest.
TEST(summarise_bootstrap, takes_limits_of_calibration_from_the_optimism) {
  const Cohort cohort = uncensored_cohort(60);
  const ValidationRun run =
      run_toys(cohort, bootstrap(cohort.data(), cohort.weights(), 25, RandomKey(3)), horizons);
  const auto& outcome = std::get<SurvivalOutcome>(run.cohort.data().outcome);
  const std::vector<double> ones(60, 1.0);
  std::vector<double> optimism;
  for (const ResampleRecord& record : run.records) {
    if (record.learner == "best") {
      std::vector<double> times;
      for (Index i = 0; i < 60; ++i) {
        times.push_back(run.plan.at_number(record.resample).train.times(i));
      }
      const auto risk = record.prediction.risk.at_horizon(0);
      optimism.push_back(plain_ratio(outcome, times, risk) - plain_ratio(outcome, ones, risk));
    }
  }
  const double apparent = plain_ratio(outcome, ones, run.apparent[0].prediction.risk.at_horizon(0));
  double mean = 0.0, variance = 0.0;
  for (const double value : optimism) {
    mean += value / 25.0;
  }
  for (const double value : optimism) {
    variance += (value - mean) * (value - mean) / 24.0;
  }
  const auto [smallest, largest] = std::minmax_element(optimism.begin(), optimism.end());
  Scheduler scheduler(1);
  const Summary summary = summarise(
      run.results_with_apparent(), options_for({"oe_ratio", "calibration_slope"}), scheduler);
  const PerformanceRow& row = find_row(summary, "best", "oe_ratio", horizons[0]);
  EXPECT_NEAR(row.estimate, apparent - mean, test::rounding(1.0, 64));
  EXPECT_NEAR(row.se, std::sqrt(variance), test::rounding(1.0, 64));
  EXPECT_NEAR(row.lower, apparent - *largest, test::rounding(1.0, 64));
  EXPECT_NEAR(row.upper, apparent - *smallest, test::rounding(1.0, 64));
  EXPECT_EQ(row.interval_method, "bootstrap_optimism_percentile");
  EXPECT_EQ(find_row(summary, "best", "calibration_slope", not_available).interval_method,
            "bootstrap_optimism_percentile");
}

// The optimism as that of a bootstrap; left out: the pairs of each replicate's other centres, each replicate by its pairs.
TEST(summarise_drawn_centres, corrects_the_optimism_and_averages_over_centres_left_out) {
  const Cohort cohort = test::small_cohort({.subjects = 72, .centres = 6});
  const ValidationRun run = run_toys(
      cohort, centre_bootstrap(cohort.data(), cohort.weights(), 25, RandomKey(3)), horizons);
  const auto& outcome = std::get<SurvivalOutcome>(run.cohort.data().outcome);
  double optimism = 0.0, concordant = 0.0, pairs = 0.0;
  std::vector<double> drawn_values;
  for (const ResampleRecord& record : run.records) {
    if (record.learner != "best") {
      continue;
    }
    ASSERT_EQ(record.subject.size(), 72U) << "an optimism needs everybody's prediction";
    const Resample resample = run.plan.at_number(record.resample);
    std::vector<Index> drawn, others;
    std::vector<double> score, score_of_others;
    for (Index i = 0; i < 72; ++i) {
      for (std::uint32_t time = 0; time < resample.train.times(i); ++time) {
        drawn.push_back(i);
        score.push_back(record.prediction.score[at(i)]);
      }
      if (resample.train.times(i) == 0) {
        others.push_back(i);
        score_of_others.push_back(record.prediction.score[at(i)]);
      }
    }
    drawn_values.push_back(plain_c(outcome, drawn, score).value);
    optimism +=
        (drawn_values.back() - plain_c(outcome, record.subject, record.prediction.score).value) /
        25.0;
    const auto left_out = plain_c(outcome, others, score_of_others);
    if (left_out.pairs > 0.0) { // a replicate may draw every centre
      concordant += left_out.value * left_out.pairs;
      pairs += left_out.pairs;
    }
  }
  const ResampleRecord& whole = run.apparent[0];
  const double apparent = plain_c(outcome, whole.subject, whole.prediction.score).value;
  Scheduler scheduler(1);
  const Summary summary =
      summarise(run.results_with_apparent(), options_for({"harrell_c"}), scheduler);
  ASSERT_EQ(summary.performance.size(), 6U);
  const PerformanceRow& row = summary.performance[2];
  EXPECT_EQ(row.resampling, "centre-bootstrap");
  EXPECT_EQ(row.interval_method, "centre_bootstrap_shifted_percentile");
  EXPECT_NEAR(row.estimate, apparent - optimism, test::rounding(1.0, 64));
  // the percentiles of a bootstrap of 25 values, 0 and 24 in 25 of them, as they are with very many centres
  std::sort(drawn_values.begin(), drawn_values.end());
  const double middle = sum(drawn_values) / 25.0;
  double squares = 0.0;
  for (const double value : drawn_values) {
    squares += (value - middle) * (value - middle);
  }
  // sqrt(6 / 5) and qt(0.975, 5) / qnorm(0.975) = 2.570581836 / 1.959963985
  const double deviation = std::sqrt(1.2), reach = deviation * 2.570581836 / 1.959963985;
  EXPECT_NEAR(row.se, deviation * std::sqrt(squares / 24.0), test::rounding(1.0, 64));
  EXPECT_NEAR(row.lower,
              row.estimate - reach * (row.estimate - (drawn_values.front() - optimism)),
              1e-9); // ten digits of the quantiles
  EXPECT_NEAR(
      row.upper, row.estimate + reach * (drawn_values.back() - optimism - row.estimate), 1e-9);
  const PerformanceRow& left_out = summary.performance[4];
  EXPECT_EQ(left_out.learner, "best");
  EXPECT_EQ(left_out.resampling, "centre-bootstrap left-out");
  EXPECT_NEAR(left_out.estimate, concordant / pairs, test::rounding(1.0, 64));
  EXPECT_EQ(left_out.interval_method, "none");
  EXPECT_TRUE(std::isnan(left_out.lower) && std::isnan(left_out.se));
  ASSERT_EQ(summary.comparisons.size(), 2U);
  const ComparisonRow& difference = summary.comparisons[0];
  EXPECT_NEAR(difference.p,
              two_sided_student_t_p(difference.difference / difference.se, 5.0),
              test::rounding(1.0, 16));
  EXPECT_EQ(summary.comparisons[1].resampling, "centre-bootstrap left-out");
  EXPECT_TRUE(std::isnan(summary.comparisons[1].p));
}

// With five centres a replicate draws all of them with probability 5! / 5^5 = 0.038: nobody is left out there, and it is counted.
TEST(summarise_drawn_centres, counts_replicates_that_leave_nobody_out) {
  const Cohort cohort = test::small_cohort({.subjects = 60, .centres = 5});
  const ValidationRun run = run_toys(
      cohort, centre_bootstrap(cohort.data(), cohort.weights(), 120, RandomKey(3)), horizons);
  Index complete = 0;
  for (Index number = 0; number < 120; ++number) {
    complete += run.plan.at_number(number).test.support().empty() ? 1 : 0;
  }
  ASSERT_GT(complete, 0);
  Scheduler scheduler(1);
  const Summary summary = summarise(run.results_with_apparent(),
                                    options_for({"harrell_c", "auc", "brier", "oe_ratio", "ipa"}),
                                    scheduler);
  for (const PerformanceRow& row : summary.performance) {
    if (row.resampling == "centre-bootstrap left-out") {
      EXPECT_GE(row.undefined, complete) << row.measure;
      EXPECT_TRUE(std::isfinite(row.estimate)) << row.measure;
    }
  }
}

TEST(summarise_bootstrap, needs_enough_replicates_and_the_final_model) {
  Scheduler scheduler(1);
  const ValidationRun few = bootstrap_run(19);
  const Summary summary =
      summarise(few.results_with_apparent(), options_for({"harrell_c"}), scheduler);
  const PerformanceRow& row = find_row(summary, "best", "harrell_c", not_available);
  EXPECT_TRUE(std::isnan(row.estimate));
  EXPECT_EQ(row.undefined_because, "19 replicates with a value, at least 20 needed");
  const ValidationRun enough = bootstrap_run(20);
  EXPECT_EQ(find_row(summarise(enough.results(), options_for({"harrell_c"}), scheduler),
                     "best",
                     "harrell_c",
                     not_available)
                .undefined_because,
            "no value of the final model");
}

TEST(summarise_split, speaks_of_the_test_part_alone) {
  const Cohort cohort = test::small_cohort({.subjects = 80});
  std::vector<std::uint32_t> train(80, 0), test_times(80, 0);
  for (Index i = 0; i < 80; ++i) {
    (i < 50 ? train : test_times)[at(i)] = 1;
  }
  const CaseWeights ones = cohort.weights();
  const ValidationRun run = run_toys(
      cohort, split(ones.with_times(train), ones.with_times(test_times), RandomKey(1)), horizons);
  Scheduler scheduler(1);
  const Summary summary = summarise(run.results(), options_for({"harrell_c"}), scheduler);
  const PerformanceRow& row = find_row(summary, "best", "harrell_c", not_available);
  const auto& outcome = std::get<SurvivalOutcome>(cohort.data().outcome);
  EXPECT_NEAR(row.estimate,
              plain_c(outcome, run.records[0].subject, run.records[0].prediction.score).value,
              test::rounding(1.0, 16));
  EXPECT_EQ(row.subjects, 30);
  EXPECT_EQ(row.interval_method, "influence");
  EXPECT_EQ(summary.comparisons.size(), 1U);
}

TEST(summarise_external, subtracts_influence_values) {
  const ValidationRun run = folds_run(test::small_cohort({.subjects = 80}));
  const Cohort other = test::small_cohort({.subjects = 50, .centres = 0, .seed = 7});
  Scheduler scheduler(1);
  FitContext context{scheduler};
  const auto predictions =
      predict_external(run.final_models, other, {.horizons = horizons}, context);
  const Summary summary =
      summarise_external({.id = "other", .cohort = other, .predictions = predictions},
                         options_for({"harrell_c"}),
                         scheduler);
  ASSERT_EQ(summary.performance.size(), 2U);
  EXPECT_EQ(summary.performance[0].resampling, "external:other");
  EXPECT_TRUE(summary.centres.empty());
  const CaseWeights weights = other.weights();
  const TrainingData data = other.data();
  const survival::CensoringWeights censoring(data.outcome, weights);
  const auto direct = [&](Index learner) {
    return measure::find("harrell_c")
        .evaluate({.prediction = predictions[at(learner)].prediction,
                   .outcome = data.outcome,
                   .weights = weights,
                   .centre = {},
                   .censoring = censoring});
  };
  const measure::Estimate best = direct(0), first = direct(1);
  EXPECT_EQ(summary.performance[0].estimate, best.value);
  EXPECT_EQ(summary.performance[0].se, measure::standard_error(best, weights));
  double squares = 0.0;
  for (Index i = 0; i < 50; ++i) {
    const double psi = first.influence[at(i)] - best.influence[at(i)];
    squares += psi * psi;
  }
  EXPECT_NEAR(summary.comparisons[0].difference, first.value - best.value, 1e-15);
  EXPECT_NEAR(summary.comparisons[0].se, std::sqrt(squares) / 50.0, 1e-14);
}

TEST(summarise_external, gives_ipa_the_risk_of_the_training_cohort) {
  const ValidationRun run = folds_run(test::small_cohort({.subjects = 80}));
  const Cohort other = uncensored_cohort(40);
  Scheduler scheduler(1);
  FitContext context{scheduler};
  const auto predictions =
      predict_external(run.final_models, other, {.horizons = horizons}, context);
  const std::vector<double> null{0.3, 0.6};
  const Summary summary = summarise_external(
      {.id = "x", .cohort = other, .predictions = predictions, .null_risk = null},
      options_for({"brier", "ipa"}),
      scheduler);
  const auto& outcome = std::get<SurvivalOutcome>(other.data().outcome);
  double null_brier = 0.0;
  for (const double time : outcome.time) {
    const double difference = (time <= horizons[1] ? 1.0 : 0.0) - null[1];
    null_brier += difference * difference / 40.0;
  }
  EXPECT_NEAR(find_row(summary, "best", "ipa", horizons[1]).estimate,
              1.0 - find_row(summary, "best", "brier", horizons[1]).estimate / null_brier,
              1e-13);
}

/// A column that varies over the subjects.
survival::CensoringCovariates one_column(const Cohort& cohort) {
  survival::CensoringCovariates covariates{.value = {}, .columns = 1};
  for (Index i = 0; i < cohort.subjects(); ++i) {
    covariates.value.push_back(static_cast<double>((7 * i) % 13));
  }
  return covariates;
}

TEST(summarise_external, weighs_by_the_model_of_censoring_of_that_cohort) {
  const ValidationRun run = folds_run(test::small_cohort({.subjects = 80}));
  const Cohort other = test::small_cohort({.subjects = 60, .centres = 0, .seed = 7});
  Scheduler scheduler(1);
  FitContext context{scheduler};
  const auto predictions =
      predict_external(run.final_models, other, {.horizons = horizons}, context);
  SummaryOptions options = options_for({"harrell_c", "uno_c", "brier"});
  const auto rows = [&] {
    return summarise_external(
        {.id = "x", .cohort = other, .predictions = predictions}, options, scheduler);
  };
  const Summary marginal = rows();
  options.censoring = one_column(other);
  const Summary modelled = rows();
  const CaseWeights weights = other.weights();
  const TrainingData data = other.data();
  const survival::CensoringWeights censoring(data.outcome, weights, options.censoring);
  const auto direct = measure::find("brier").evaluate({.prediction = predictions[0].prediction,
                                                       .outcome = data.outcome,
                                                       .weights = weights,
                                                       .centre = {},
                                                       .censoring = censoring,
                                                       .horizon = horizons[0]});
  const auto& row = find_row(modelled, "best", "brier", horizons[0]);
  EXPECT_EQ(row.estimate, direct.value);
  EXPECT_EQ(row.se, measure::standard_error(direct, weights));
  const auto differ = [&](const char* measure, double horizon) {
    return find_row(modelled, "best", measure, horizon).estimate !=
           find_row(marginal, "best", measure, horizon).estimate;
  };
  EXPECT_TRUE(differ("brier", horizons[0]));
  EXPECT_TRUE(differ("uno_c", not_available));
  EXPECT_FALSE(differ("harrell_c", not_available));
}

// Folds take G of all subjects: the column of the model belongs to the whole cohort.
TEST(summarise_folds, weighs_by_the_model_of_censoring_of_all_subjects) {
  const ValidationRun run = folds_run(test::small_cohort({.subjects = 80}));
  Scheduler scheduler(1);
  SummaryOptions options = options_for({"brier", "harrell_c"});
  const Summary marginal = summarise(run.results(), options, scheduler);
  options.censoring = one_column(run.cohort);
  const Summary modelled = summarise(run.results(), options, scheduler);
  const auto& outcome = std::get<SurvivalOutcome>(run.cohort.data().outcome);
  const survival::CensoringWeights censoring(
      run.cohort.data().outcome, run.cohort.weights(), options.censoring);
  const auto inverse = censoring.weights_at(horizons[0]);
  double sum = 0.0, subjects = 0.0;
  for (const ResampleRecord& record : run.records) {
    for (Index row = 0; record.learner == "best" && row < size_of(record.subject); ++row) {
      const Index i = record.subject[at(row)];
      const bool event = outcome.event[at(i)] != 0 && outcome.time[at(i)] <= horizons[0];
      const double gap = (event ? 1.0 : 0.0) - record.prediction.risk.at_horizon(0)[at(row)];
      sum += inverse[at(i)] * gap * gap;
      subjects += 1.0;
    }
  }
  EXPECT_NEAR(find_row(modelled, "best", "brier", horizons[0]).estimate,
              sum / subjects,
              test::rounding(1.0, 64));
  EXPECT_NE(find_row(modelled, "best", "brier", horizons[0]).estimate,
            find_row(marginal, "best", "brier", horizons[0]).estimate);
  EXPECT_EQ(find_row(modelled, "best", "harrell_c", not_available).estimate,
            find_row(marginal, "best", "harrell_c", not_available).estimate);
}

// The one censored subject has the largest value of the column: the coefficient runs away.
TEST(summarise_external, without_a_model_measures_with_weights_are_undefined) {
  CohortParts parts = test::small_parts({.subjects = 60, .centres = 0, .seed = 7});
  auto& observed = std::get<SurvivalOutcome>(*parts.outcome);
  std::fill(observed.event.begin(), observed.event.end(), std::uint8_t{1});
  const auto last = std::min_element(observed.time.begin(), observed.time.end());
  observed.event[at(last - observed.time.begin())] = 0;
  survival::CensoringCovariates column{.value = std::vector<double>(60, 0.0), .columns = 1};
  column.value[at(last - observed.time.begin())] = 1.0;
  const Cohort other(std::move(parts));
  const ValidationRun run = folds_run(test::small_cohort({.subjects = 80}));
  Scheduler scheduler(1);
  FitContext context{scheduler};
  const auto predictions =
      predict_external(run.final_models, other, {.horizons = horizons}, context);
  SummaryOptions options = options_for({"harrell_c", "uno_c", "brier"});
  options.censoring = column;
  const Summary summary = summarise_external(
      {.id = "x", .cohort = other, .predictions = predictions}, options, scheduler);
  for (const char* measure : {"uno_c", "brier"}) {
    const auto& row = find_row(
        summary, "best", measure, measure == std::string("brier") ? horizons[0] : not_available);
    EXPECT_TRUE(std::isnan(row.estimate)) << measure;
    EXPECT_EQ(row.undefined_because.rfind("the model of censoring: coefficients run away", 0), 0U)
        << row.undefined_because;
  }
  EXPECT_FALSE(std::isnan(find_row(summary, "best", "harrell_c", not_available).estimate));
}

// Without censoring the risk by t is the share with an event by t.
TEST(null_risks, are_the_risk_without_covariates) {
  const Cohort cohort = uncensored_cohort(40);
  const auto& outcome = std::get<SurvivalOutcome>(cohort.data().outcome);
  const auto risks = null_risks(cohort.data().outcome, cohort.weights(), horizons, 1);
  for (Index h = 0; h < 2; ++h) {
    const auto early = std::count_if(outcome.time.begin(), outcome.time.end(), [&](double time) {
      return time <= horizons[at(h)];
    });
    EXPECT_NEAR(risks[at(h)], static_cast<double>(early) / 40.0, 1e-14);
  }
}

} // namespace
} // namespace vigil
