// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Rows of reference_values.csv made with R packages survival 3.5-3 and prodlim 2019.11.13, or in closed form.
#include "vigil/survival/aalen_johansen.hpp"
#include "vigil/survival/beta_product_limits.hpp"
#include "vigil/survival/censoring_weights.hpp"
#include "vigil/survival/kaplan_meier.hpp"
#include "vigil/survival/log_rank.hpp"
#include "vigil/survival/nelson_aalen.hpp"
#include "vigil/survival/pseudo_values.hpp"
#include "vigil/survival/restricted_mean.hpp"

#include <gtest/gtest.h>

#include "tests/support/dataset.hpp"
#include "tests/support/mgus2.hpp"
#include "tests/support/near.hpp"
#include "tests/support/reference.hpp"
#include <array>
#include <cmath>
#include <string>

namespace vigil::survival {
namespace {

using test::mgus2;
using test::read_dataset;
using test::reference_value;

// Both programs compute in doubles; sums of some hundred terms in another order differ by less.
double same(double expected) {
  return test::relative(expected, 1e-10, "order of summation");
}

void expect_row(double found,
                std::string_view method,
                std::string_view dataset,
                std::string_view arguments,
                std::string_view package = "survival") {
  const double expected = reference_value(method, package, dataset, arguments);
  EXPECT_NEAR(found, expected, same(expected)) << method << ", " << arguments;
}

SurvivalOutcome
deaths(const std::vector<double>& time, const std::vector<double>& status, double dead) {
  SurvivalOutcome outcome{.entry = {}, .time = time, .event = {}};
  for (const double value : status) {
    outcome.event.push_back(value == dead ? 1 : 0);
  }
  return outcome;
}

SurvivalOutcome lung() {
  const auto data = read_dataset("lung");
  return deaths(data.numbers("time"), data.numbers("status"), 2);
}

std::vector<Index> levels(const std::vector<double>& values) {
  std::vector<Index> level;
  for (const double value : values) {
    level.push_back(std::isnan(value) ? no_index : static_cast<Index>(value));
  }
  return level;
}

CaseWeights everybody(const Outcome& outcome) {
  return CaseWeights::ones(subjects_of(outcome));
}

TEST(SurvivalReference, KaplanMeierOfLung) {
  const Outcome outcome = lung();
  const auto curve = kaplan_meier(outcome, everybody(outcome));
  for (const std::string t : {"180", "365", "730"}) {
    const auto estimate = survival_at(curve, std::stod(t));
    expect_row(estimate.value, "Kaplan-Meier S(t)", "lung", "t=" + t);
    expect_row(estimate.se, "Kaplan-Meier Greenwood SE of S(t)", "lung", "t=" + t);
  }
  const auto year = survival_at(curve, 365);
  expect_row(year.lower, "Kaplan-Meier log-log CI lower", "lung", "t=365; level=0.95");
  expect_row(year.upper, "Kaplan-Meier log-log CI upper", "lung", "t=365; level=0.95");
  const auto median = time_quantile(curve, 0.5, 0.95, SurvivalScale::log);
  expect_row(median.value, "Kaplan-Meier median", "lung", "p=0.5");
  expect_row(median.lower, "Kaplan-Meier median CI lower (log)", "lung", "p=0.5");
  expect_row(median.upper, "Kaplan-Meier median CI upper (log)", "lung", "p=0.5");
  const auto mean = restricted_mean(curve, 365);
  expect_row(mean.value, "RMST", "lung", "tau=365");
  expect_row(mean.se, "RMST SE", "lung", "tau=365");
}

TEST(SurvivalReference, NelsonAalenOfLung) {
  const Outcome outcome = lung();
  const auto together = nelson_aalen(outcome, everybody(outcome));
  expect_row(together.hazard(365), "Nelson-Aalen H(t)", "lung", "t=365; ctype=1");
  expect_row(std::sqrt(together.variance(365)), "Nelson-Aalen SE H(t)", "lung", "t=365; ctype=1");
  const auto one_by_one = nelson_aalen(outcome, everybody(outcome), TiedEvents::one_by_one);
  expect_row(
      one_by_one.hazard(365), "Fleming-Harrington tie-corrected H(t)", "lung", "t=365; ctype=2");
}

TEST(SurvivalReference, CensoringSurvivalOfLung) {
  const Outcome outcome = lung();
  const CensoringWeights censoring(outcome, everybody(outcome));
  const char* method = "censoring survival G(t) (reverse KM, events first at ties)";
  expect_row(censoring.censoring_survival()(365), method, "lung", "t=365", "prodlim");
  expect_row(censoring.censoring_survival()(700), method, "lung", "t=700", "prodlim");
}

TEST(SurvivalReference, LogRankOfLung) {
  const Outcome outcome = lung();
  const auto data = read_dataset("lung");
  const auto sex = levels(data.numbers("sex")), inst = levels(data.numbers("inst"));
  std::vector<Index> group;
  for (const Index code : sex) {
    group.push_back(code - 1);
  }
  const auto weights = everybody(outcome);
  expect_row(log_rank(outcome, weights, group).chi_square, "log-rank chi2", "lung", "sex");
  const auto stratified = log_rank(outcome, weights, group, {.rho = 0, .stratum = inst});
  expect_row(stratified.chi_square, "stratified log-rank chi2", "lung", "sex; strata=inst");
  const auto early = log_rank(outcome, weights, group, {.rho = 1});
  expect_row(early.chi_square, "Peto-Peto (rho=1) chi2", "lung", "sex");
  EXPECT_EQ(early.degrees_of_freedom, 1);
}

TEST(SurvivalReference, LogRankOfFourGroups) {
  const Outcome outcome = lung();
  const auto group = levels(read_dataset("lung").numbers("ph.ecog")); // one subject without it
  const auto weights = everybody(outcome);
  // R 4.2.2, survival 3.5-3: survdiff(Surv(time, status) ~ ph.ecog, lung, rho = 0 and 1)$chisq
  const auto plain = log_rank(outcome, weights, group),
             early = log_rank(outcome, weights, group, {.rho = 1});
  EXPECT_NEAR(plain.chi_square, 21.962131682476006, same(22));
  EXPECT_NEAR(early.chi_square, 23.395293370343012, same(23));
  EXPECT_EQ(plain.degrees_of_freedom, 3);
  EXPECT_EQ(plain.subjects, (std::vector<double>{63, 113, 50, 1}));
}

TEST(SurvivalReference, DelayedEntryWithRealWeights) {
  const SurvivalOutcome outcome{.entry = {0, 0, 10, 20, 0, 5, 30, 0, 12, 40},
                                .time = {15, 30, 30, 45, 50, 50, 60, 70, 80, 90},
                                .event = {1, 0, 1, 1, 1, 1, 0, 1, 0, 1}};
  const auto weights = CaseWeights::ones(10).with_sampling({1, 2, 0.5, 1.5, 3, 1, 2, 1, 1, 0.25});
  // R 4.2.2, survival 3.5-3: summary(survfit(Surv(entry, time, event) ~ 1, weights = w, id = 1:10,
  // robust = TRUE), times = c(30, 50, 70)): surv, std.err
  const double time[] = {30, 50, 70};
  const double survival[] = {0.84999999999999998, 0.37051282051282053, 0.20584045584045585};
  const double error[] = {0.11418035618972375, 0.17553576057605375, 0.15062541963572651};
  const auto curve = kaplan_meier(outcome, weights);
  for (int k = 0; k < 3; ++k) {
    const auto incidence = cumulative_incidence(outcome, weights, 1, time[k]);
    EXPECT_NEAR(curve.survival(time[k]), survival[k], same(survival[k]));
    EXPECT_NEAR(1.0 - incidence.value, survival[k], same(survival[k]));
    EXPECT_NEAR(incidence.se, error[k], same(error[k]));
  }
}

TEST(SurvivalReference, AalenJohansenOfMgus2) {
  const Outcome outcome = mgus2();
  const auto weights = everybody(outcome);
  const auto curves = aalen_johansen(outcome, weights);
  for (const std::string t : {"60", "120", "240"}) {
    const auto estimate = cumulative_incidence(outcome, weights, 1, std::stod(t));
    const std::string arguments = "cause=pcm; t=" + t + " months";
    expect_row(estimate.value, "Aalen-Johansen CIF", "mgus2", arguments);
    expect_row(curves.incidence[0](std::stod(t)), "Aalen-Johansen CIF", "mgus2", arguments);
    expect_row(estimate.se, "Aalen-Johansen CIF SE (infinitesimal jackknife)", "mgus2", arguments);
  }
  expect_row(curves.incidence[1](120), "Aalen-Johansen CIF", "mgus2", "cause=death; t=120 months");
}

TEST(SurvivalReference, CompetingDeathAsCensoringGivesAnotherNumber) {
  const CompetingRisksOutcome competing = mgus2();
  SurvivalOutcome naive{.entry = {}, .time = competing.time, .event = {}};
  for (const auto cause : competing.cause) {
    naive.event.push_back(cause == 1 ? 1 : 0);
  }
  expect_row(1.0 - kaplan_meier(naive, everybody(naive)).survival(240),
             "1-KM treating competing death as censoring (the wrong number, for contrast)",
             "mgus2",
             "cause=pcm; t=240");
}

// n theta - (n - 1) theta(-i), leaving a subject out by weight 0.
std::vector<double> left_out_by_weight(const Outcome& outcome, double horizon) {
  const Index subjects = subjects_of(outcome);
  const auto count = static_cast<double>(subjects);
  const auto incidence = [&](const CaseWeights& weights) {
    return aalen_johansen(outcome, weights).incidence[0](horizon);
  };
  const double all = incidence(CaseWeights::ones(subjects));
  std::vector<double> values;
  for (Index i = 0; i < subjects; ++i) {
    std::vector<std::uint32_t> times(at(subjects), 1);
    times[at(i)] = 0;
    values.push_back(count * all -
                     (count - 1.0) * incidence(CaseWeights::ones(subjects).with_times(times)));
  }
  return values;
}

struct MeanVariance {
  double mean = 0.0, variance = 0.0;
};
MeanVariance mean_variance(const std::vector<double>& values) {
  MeanVariance result;
  const auto count = static_cast<double>(values.size());
  for (const double value : values) {
    result.mean += value / count;
  }
  for (const double value : values) {
    result.variance += (value - result.mean) * (value - result.mean) / (count - 1.0);
  }
  return result;
}

TEST(SurvivalReference, PseudoValues) {
  const Outcome lungs = lung(), mgus = mgus2();
  auto of_lung = pseudo_values(lungs, everybody(lungs), 1, 365);
  const auto by_weight = left_out_by_weight(lungs, 365);
  for (std::size_t i = 0; i < of_lung.size(); ++i) {
    EXPECT_NEAR(of_lung[i], by_weight[i], 1e-10); // n (S - S(-i)) cancels two digits
    of_lung[i] = 1.0 - of_lung[i];                // of S = 1 - F
  }
  const double first =
      reference_value("KM pseudo-value S(t), first subject", "prodlim", "lung", "t=365; row 1");
  EXPECT_NEAR(of_lung[0], first, test::relative(first, 1e-10, "cancellation"));
  expect_row(mean_variance(of_lung).variance,
             "KM pseudo-value S(t), variance over subjects",
             "lung",
             "t=365",
             "prodlim");
  const auto of_mgus2 = mean_variance(pseudo_values(mgus, everybody(mgus), 1, 120));
  expect_row(of_mgus2.mean, "AJ pseudo-value, mean", "mgus2", "cause=1; t=120", "prodlim");
  expect_row(of_mgus2.variance,
             "AJ pseudo-value, variance over subjects",
             "mgus2",
             "cause=1; t=120",
             "prodlim");
}

// The randomised patients of pbc in years, death of any kind but transplantation; arm 1 is D-penicillamine.
TEST(SurvivalReference, RestrictedMeansOfTwoArms) {
  const auto data = read_dataset("pbc");
  const auto time = data.numbers("time"), status = data.numbers("status"),
             trt = data.numbers("trt");
  std::array<SurvivalOutcome, 2> arm;
  for (std::size_t i = 0; i < 312; ++i) {
    auto& own = arm.at(trt[i] == 1.0 ? 1 : 0);
    own.time.push_back(time[i] / 365.25);
    own.event.push_back(status[i] == 2.0 ? 1 : 0);
  }
  const auto mean_of = [&arm](std::size_t number) {
    const Outcome outcome = arm.at(number);
    return restricted_mean(kaplan_meier(outcome, everybody(outcome)), 10.0);
  };
  const auto one = mean_of(1), zero = mean_of(0);
  const auto contrast = restricted_mean_contrast(one, zero, 0.95);
  const auto expect_arms = [](double found, const char* method) {
    expect_row(found, method, "pbc (rmst2.sample.data)", "tau=10", "survRM2");
  };
  expect_arms(one.value, "RMST arm 1");
  expect_arms(zero.value, "RMST arm 0");
  expect_arms(contrast.difference, "RMST difference arm1-arm0");
  expect_arms(contrast.lower, "RMST difference CI lower");
  expect_arms(contrast.ratio, "RMST ratio");
  // By hand from the definition: limits are symmetric, those of the ratio on the log scale.
  EXPECT_NEAR(contrast.upper, 2.0 * contrast.difference - contrast.lower, 1e-13);
  EXPECT_NEAR(contrast.ratio_lower * contrast.ratio_upper, contrast.ratio * contrast.ratio, 1e-13);
}

SurvivalOutcome without_censoring(Index subjects, Index events) {
  SurvivalOutcome outcome;
  for (Index i = 0; i < subjects; ++i) {
    outcome.time.push_back(i < events ? 1.0 + static_cast<double>(i) / 100.0 : 10.0);
    outcome.event.push_back(i < events ? 1 : 0);
  }
  return outcome;
}

TEST(SurvivalReference, BetaProductLimitsWithoutCensoringAreClopperPearson) {
  const Outcome three = without_censoring(120, 3), none = without_censoring(59, 0);
  expect_row(beta_product_limits(three, everybody(three), 5, 0.95).risk_upper,
             "Clopper-Pearson upper, one-sided 95%",
             "analytic",
             "x=3; n=120",
             "stats");
  expect_row(beta_product_limits(none, everybody(none), 5, 0.90).risk_upper,
             "Clopper-Pearson upper, one-sided 90%",
             "analytic",
             "x=0; n=59",
             "stats");
  // Three of 120, lower one-sided 95 %: Beta(3, 118) at 0.05; R 4.2.2, qbeta(0.05, 3, 118).
  EXPECT_NEAR(beta_product_limits(three, everybody(three), 5, 0.95).risk_lower,
              0.0068479963909780662,
              same(0.00685));
}

TEST(SurvivalReference, BetaProductLimitOfLowBilirubinInPbc) {
  const auto data = read_dataset("pbc");
  const auto time = data.numbers("time"), status = data.numbers("status"),
             bili = data.numbers("bili");
  SurvivalOutcome group;
  for (std::size_t i = 0; i < 312; ++i) { // the randomised patients
    if (bili[i] <= 1.0) {
      group.time.push_back(time[i]);
      group.event.push_back(status[i] == 2.0 ? 1 : 0);
    }
  }
  const auto limits = beta_product_limits(group, everybody(group), 1826, 0.90);
  expect_row(limits.risk_upper,
             "beta-product upper limit for risk (moment-matched), one-sided 90%",
             "pbc[1:312]",
             "bili<=1.0; t=1826",
             "base");
  expect_row(limits.risk, "KM risk in the same group", "pbc[1:312]", "bili<=1.0; t=1826", "base");
}

// Fifty subjects, four with the event by the horizon: the row holds the difference, which is rounding.
TEST(SurvivalReference, BetaProductLimitOfFourInFiftyIsClopperPearson) {
  const Outcome four = without_censoring(50, 4);
  const double difference =
      reference_value("beta-product upper limit without censoring equals Clopper-Pearson",
                      "base",
                      "analytic",
                      "n=50; 4 events by s; delta=0.1; difference");
  EXPECT_LT(std::fabs(difference), 1e-14);
  const double upper = 0.15354815190441673; // R 4.2.2: qbeta(0.90, 5, 46)
  EXPECT_NEAR(beta_product_limits(four, everybody(four), 5, 0.90).risk_upper, upper, same(upper));
}

} // namespace
} // namespace vigil::survival
