// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/validate/error_632.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include "tests/support/reference.hpp"
#include "tests/support/small_cohort.hpp"
#include "tests/support/validation_run.hpp"
#include <cmath>
#include <limits>

namespace vigil {
namespace {

using test::plain_c;
using test::printed_digits;
using test::rounding;

TEST(error_632, is_the_reference) {
  EXPECT_NEAR(error_632(0.10, 0.20),
              test::reference_value(".632 error", "base", "analytic", "app=.10; boot=.20"),
              printed_digits(15));
  EXPECT_NEAR(
      error_632_plus(0.10, 0.20, 0.40),
      test::reference_value(".632+ error", "base", "analytic", "app=.10; boot=.20; noinf=.40"),
      printed_digits(15));
}

// R = 1: w = 0.632 / 0.632 = 1, the error of those left out, at most gamma. R = 0: .632.
TEST(error_632_plus, has_its_ends) {
  EXPECT_NEAR(error_632_plus(0.1, 0.4, 0.4), 0.4, rounding(0.4, 4));
  EXPECT_NEAR(error_632_plus(0.1, 0.6, 0.4), 0.4, rounding(0.4, 4));
  EXPECT_NEAR(error_632_plus(0.2, 0.2, 0.4), 0.2, rounding(0.2, 4));
  EXPECT_EQ(error_632_plus(0.3, 0.2, 0.4), error_632(0.3, 0.2));
  EXPECT_TRUE(std::isnan(error_632_plus(0.3, std::nan(""), 0.4)));
  EXPECT_TRUE(std::isnan(error_632_plus(0.3, 0.2, std::nan(""))));
}

TEST(no_information_brier, is_the_mean_over_all_pairs) {
  const std::vector<double> weight{1, 2, 0.5, 1}, inverse{1.25, 0, 1.5, 2}, happened{1, 0, 0, 1},
      risk{0.1, 0.7, 0.4, 0.25};
  double sum = 0.0;
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = 0; j < 4; ++j) {
      sum += weight[i] * weight[j] * inverse[i] * std::pow(happened[i] - risk[j], 2);
    }
  }
  EXPECT_NEAR(
      no_information_brier(weight, inverse, happened, risk), sum / (4.5 * 4.5), rounding(1.0, 8));
}

// ---- in a summary: toy learners on one plan, every pair and every loss counted

constexpr double horizon = 0.5;

test::ValidationRun drawn_run(bool with_replacement, std::uint64_t seed = 1) {
  const Cohort cohort = test::small_cohort({.subjects = 70, .seed = seed});
  const auto plan = with_replacement
                        ? bootstrap(cohort.data(), cohort.weights(), 25, RandomKey(3))
                        : subsampling(cohort.data(), cohort.weights(), 25, RandomKey(3));
  return test::run_toys(cohort, plan, {horizon});
}

Summary summary_of(const test::ValidationRun& run, BootstrapEstimator estimator) {
  SummaryOptions options{.measures = {&measure::find("harrell_c"),
                                      &measure::find("brier"),
                                      &measure::find("oe_ratio")}};
  options.horizons = {horizon};
  options.estimator = estimator;
  Scheduler scheduler(2);
  return summarise(run.results_with_apparent(), options, scheduler);
}

const PerformanceRow&
row_of(const Summary& summary, const std::string& measure, const std::string& resampling) {
  for (const auto& row : summary.performance) {
    if (row.learner == "best" && row.measure == measure && row.resampling == resampling) {
      return row;
    }
  }
  throw std::logic_error("no row " + measure + " " + resampling);
}

/// The subjects that a replicate left out, and their scores and risks.
struct OutOfBag {
  std::vector<Index> subject;
  std::vector<double> score, risk;
};
OutOfBag out_of_bag(const ResampleRecord& record) {
  OutOfBag result;
  for (std::size_t row = 0; row < record.subject.size(); ++row) {
    if (record.role[row] == FoldRole::test) {
      result.subject.push_back(record.subject[row]);
      result.score.push_back(record.prediction.score[row]);
      result.risk.push_back(record.prediction.risk.at_horizon(0)[row]);
    }
  }
  return result;
}

TEST(summarise_632, is_the_definition_for_concordance) {
  int overfitted = 0;
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
    const auto run = drawn_run(true, seed);
    const auto& outcome = std::get<SurvivalOutcome>(run.cohort.data().outcome);
    double concordant = 0.0, pairs = 0.0;
    for (const auto& record : run.records) {
      if (record.learner == "best") {
        const auto out = out_of_bag(record);
        const auto c = plain_c(outcome, out.subject, out.score);
        concordant += c.value * c.pairs;
        pairs += c.pairs;
      }
    }
    const auto& final_record = run.apparent[0];
    const double apparent =
        1.0 - plain_c(outcome, final_record.subject, final_record.prediction.score).value;
    const double left_out = 1.0 - concordant / pairs;
    const auto plain = summary_of(run, BootstrapEstimator::point_632);
    EXPECT_NEAR(row_of(plain, "harrell_c", "bootstrap .632").estimate,
                1.0 - 0.368 * apparent - 0.632 * left_out,
                rounding(1.0, 16));
    const auto plus = summary_of(run, BootstrapEstimator::point_632_plus);
    EXPECT_NEAR(row_of(plus, "harrell_c", "bootstrap .632+").estimate,
                1.0 - error_632_plus(apparent, left_out, 0.5),
                rounding(1.0, 16));
    overfitted += left_out > apparent && left_out < 0.5 ? 1 : 0;
  }
  EXPECT_GT(overfitted, 0) << "0 < R < 1 at least once";
}

TEST(summarise_632, is_the_definition_for_the_brier_score) {
  const auto run = drawn_run(false);
  const auto& outcome = std::get<SurvivalOutcome>(run.cohort.data().outcome);
  const survival::CensoringWeights censoring(run.cohort.data().outcome, run.within);
  const auto inverse = censoring.weights_at(horizon);
  const auto loss = [&](Index subject, double risk) {
    const double happened =
        outcome.event[at(subject)] != 0 && outcome.time[at(subject)] <= horizon ? 1.0 : 0.0;
    return inverse[at(subject)] * (happened - risk) * (happened - risk);
  };
  std::vector<double> total(70, 0.0), times(70, 0.0);
  for (const auto& record : run.records) {
    if (record.learner == "best") {
      const auto out = out_of_bag(record);
      for (std::size_t row = 0; row < out.subject.size(); ++row) {
        total[at(out.subject[row])] += loss(out.subject[row], out.risk[row]);
        times[at(out.subject[row])] += 1.0;
      }
    }
  }
  double left_out = 0.0, apparent = 0.0, gamma = 0.0;
  const auto risk = run.apparent[0].prediction.risk.at_horizon(0);
  for (Index i = 0; i < 70; ++i) {
    ASSERT_GT(times[at(i)], 0.0);
    left_out += total[at(i)] / times[at(i)] / 70.0;
    apparent += loss(i, risk[at(i)]) / 70.0;
    for (Index j = 0; j < 70; ++j) {
      gamma += loss(i, risk[at(j)]) / 4900.0;
    }
  }
  const auto plus = summary_of(run, BootstrapEstimator::point_632_plus);
  const auto& row = row_of(plus, "brier", "subsampling .632+");
  EXPECT_NEAR(row.estimate, error_632_plus(apparent, left_out, gamma), rounding(1.0, 64));
  EXPECT_GT(row.estimate, apparent);
  EXPECT_EQ(row.interval_method, "none");
  EXPECT_TRUE(std::isnan(row.lower));
  EXPECT_EQ(row.resamples, 25);
  EXPECT_THAT(row_of(plus, "oe_ratio", "subsampling .632+").undefined_because,
              testing::HasSubstr("defined for the Brier score"));
}

TEST(summarise_632, moves_the_interval_of_the_bootstrap_with_the_estimate) {
  const auto run = drawn_run(true);
  const auto optimism = summary_of(run, BootstrapEstimator::optimism);
  const auto plus = summary_of(run, BootstrapEstimator::point_632_plus);
  for (const std::string measure : {"harrell_c", "brier"}) {
    const auto& from = row_of(optimism, measure, "bootstrap");
    const auto& to = row_of(plus, measure, "bootstrap .632+");
    EXPECT_NE(from.estimate, to.estimate);
    EXPECT_NEAR(from.upper - from.estimate, to.upper - to.estimate, rounding(1.0, 4));
    EXPECT_NEAR(from.lower - from.estimate, to.lower - to.estimate, rounding(1.0, 4));
    EXPECT_EQ(to.interval_method, "bootstrap_shifted_percentile");
  }
  ASSERT_EQ(plus.comparisons.size(), 3U);
  EXPECT_LT(plus.comparisons[0].lower, plus.comparisons[0].difference);
}

TEST(summarise_632, needs_enough_replicates_and_the_final_model) {
  auto run = drawn_run(true);
  SummaryOptions options{.measures = {&measure::find("harrell_c")}};
  options.estimator = BootstrapEstimator::point_632_plus;
  Scheduler scheduler(1);
  EXPECT_EQ(summarise(run.results(), options, scheduler).performance[0].undefined_because,
            "no value of the final model");
  options.smallest_bootstrap = 26;
  EXPECT_EQ(row_of(summarise(run.results_with_apparent(), options, scheduler),
                   "harrell_c",
                   "bootstrap .632+")
                .undefined_because,
            "25 replicates with a value, at least 26 needed");
}

} // namespace
} // namespace vigil
