// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/measure/concordance.hpp"
#include "vigil/validate/centre_pooling.hpp"
#include "vigil/validate/intervals.hpp"

#include <gtest/gtest.h>

#include "tests/support/dataset.hpp"
#include "tests/support/near.hpp"
#include "tests/support/reference.hpp"
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <vector>

namespace vigil {
namespace {

using test::reference_value;
using test::relative;

/// Vaccinated and control groups of the 13 BCG trials (Colditz et al. 1994, JAMA 271:698): with and without
/// tuberculosis, in the order of the trials.
constexpr std::array<std::array<double, 4>, 13> bcg_trials{{{4, 119, 11, 128},
                                                            {6, 300, 29, 274},
                                                            {3, 228, 11, 209},
                                                            {62, 13536, 248, 12619},
                                                            {33, 5036, 47, 5761},
                                                            {180, 1361, 372, 1079},
                                                            {8, 2537, 10, 619},
                                                            {505, 87886, 499, 87892},
                                                            {29, 7470, 45, 7232},
                                                            {17, 1699, 65, 1600},
                                                            {186, 50448, 141, 27197},
                                                            {5, 2493, 3, 2338},
                                                            {27, 16886, 29, 17825}}};

CentrePooling pooled_bcg(BetweenVariance between = BetweenVariance::restricted_likelihood) {
  std::vector<double> y, v;
  for (const auto& [a, b, c, d] : bcg_trials) { // log risk ratio and its variance
    y.push_back(std::log(a / (a + b) / (c / (c + d))));
    v.push_back(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d));
  }
  return pool_centres(y, v, 0.95, between);
}

void expect_reference(double ours, double theirs) {
  EXPECT_NEAR(ours, theirs, relative(theirs, 1e-8, "their iteration stops at 1e-12"));
}

TEST(centre_pooling, agrees_with_metafor_on_bcg_trials) {
  const CentrePooling pooled = pooled_bcg();
  const auto theirs = [](const char* method, const char* arguments) {
    return reference_value(method, "metafor", "metadat::dat.bcg", arguments);
  };
  EXPECT_TRUE(pooled.converged);
  EXPECT_EQ(pooled.centres, 13);
  expect_reference(pooled.tau2, theirs("REML tau2", "log RR"));
  expect_reference(pooled.mu, theirs("REML pooled", "log RR"));
  expect_reference(pooled.wald_se, theirs("REML SE (Wald)", "log RR"));
  expect_reference(pooled.q, theirs("Q", "log RR"));
  expect_reference(pooled.se, theirs("Hartung-Knapp SE", "log RR"));
  expect_reference(pooled.lower, theirs("Hartung-Knapp CI lower", "log RR"));
  expect_reference(pooled.upper, theirs("Hartung-Knapp CI upper", "log RR"));
  expect_reference(100 * pooled.i2,
                   theirs("I2 (percent, Higgins-Thompson with REML tau2)", "log RR"));
  expect_reference(pooled.prediction_lower,
                   theirs("prediction interval lower (t, k-1 df)", "log RR; knha"));
  expect_reference(pooled.prediction_upper,
                   theirs("prediction interval upper (t, k-1 df)", "log RR; knha"));
}

TEST(centre_pooling, other_estimates_of_the_variance_agree_with_metafor) {
  const auto theirs = [](const char* method) {
    return reference_value(method, "metafor", "metadat::dat.bcg", "log RR");
  };
  expect_reference(pooled_bcg(BetweenVariance::dersimonian_laird).tau2,
                   theirs("DerSimonian-Laird tau2"));
  // The row is of metafor's default, which stops at 1e-5 of Q; with tol = 1e-14: 0.318068452205024.
  const auto paule_mandel = pooled_bcg(BetweenVariance::paule_mandel);
  const double row = theirs("Paule-Mandel tau2");
  EXPECT_NEAR(paule_mandel.tau2, row, relative(row, 1e-4, "their iteration stops early"));
  expect_reference(paule_mandel.tau2, 0.318068452205024);
}

// metafor 3.8.1: confint(rma(yi, vi, data = dat), control = list(tol = 1e-13)) and $QEp
TEST(centre_pooling, q_profile_agrees_with_metafor) {
  const CentrePooling pooled = pooled_bcg();
  expect_reference(pooled.tau2_lower, 0.119718361141261);
  expect_reference(pooled.tau2_upper, 1.111479084060929);
  EXPECT_NEAR(pooled.q_p, 1.99676459084600e-26, 1e-34);
}

// With equal variances REML is the analysis of variance: tau2 = var(y) - v.
TEST(centre_pooling, with_equal_variances_is_the_analysis_of_variance) {
  const std::vector<double> y{1, 2, 4, 9}, v(4, 3.0); // mean 4, var (9 + 4 + 0 + 25) / 3 = 38/3
  const CentrePooling pooled = pool_centres(y, v, 0.95);
  EXPECT_NEAR(pooled.tau2, 38.0 / 3.0 - 3.0, test::rounding(10, 64));
  EXPECT_NEAR(pooled.mu, 4.0, test::rounding(4, 8));
  EXPECT_NEAR(pooled.se, std::sqrt(38.0 / 12.0), test::rounding(2, 64));
  EXPECT_NEAR(pooled.i2, (29.0 / 3.0) / (38.0 / 3.0), test::rounding(1, 64));
}

TEST(centre_pooling, with_less_spread_than_error_has_no_heterogeneity) {
  const std::vector<double> y{1.0, 1.1, 0.9, 1.0}, v(4, 3.0);
  const CentrePooling pooled = pool_centres(y, v, 0.95);
  EXPECT_EQ(pooled.tau2, 0.0);
  EXPECT_EQ(pooled.i2, 0.0);
  EXPECT_EQ(pooled.tau2_lower, 0.0);
  EXPECT_EQ(pool_centres(y, v, 0.95, BetweenVariance::paule_mandel).tau2, 0.0);
  EXPECT_EQ(pool_centres(y, v, 0.95, BetweenVariance::dersimonian_laird).tau2, 0.0);
}

/// One centre of lung with at least 5 deaths: logit C of age and its variance.
struct LogitC {
  double value, variance;
};

std::vector<LogitC> lung_centres() {
  const auto lung = test::read_dataset("lung");
  const auto& inst = lung.text("inst");
  const auto time = lung.numbers("time"), age = lung.numbers("age");
  const auto dead = lung.indicator("status", "2");
  std::map<std::string, std::vector<Index>> rows;
  for (Index i = 0; i < size_of(inst); ++i) {
    if (inst[at(i)] != "NA") {
      rows[inst[at(i)]].push_back(i);
    }
  }
  std::vector<LogitC> result;
  for (const auto& [name, listed] : rows) {
    SurvivalOutcome outcome;
    Prediction prediction;
    Index deaths = 0;
    for (const Index i : listed) {
      outcome.time.push_back(time[at(i)]);
      outcome.event.push_back(dead[at(i)] > 0.0 ? 1 : 0);
      prediction.score.push_back(age[at(i)]);
      deaths += outcome.event.back();
    }
    if (deaths < 5) {
      continue;
    }
    const auto weights = CaseWeights::ones(size_of(listed));
    const Outcome held = outcome;
    const survival::CensoringWeights censoring(held, weights);
    const auto c = measure::harrell_c({.prediction = prediction,
                                       .outcome = held,
                                       .weights = weights,
                                       .centre = {},
                                       .censoring = censoring});
    const double slope = scale_slope(c.value, measure::IntervalScale::logit);
    const double se = slope * measure::standard_error(c, weights);
    result.push_back({to_scale(c.value, measure::IntervalScale::logit), se * se});
  }
  return result;
}

TEST(centre_pooling, agrees_with_metafor_on_concordance_by_centre) {
  std::vector<double> y, v;
  for (const LogitC& centre : lung_centres()) {
    y.push_back(centre.value);
    v.push_back(centre.variance);
  }
  const auto theirs = [](const char* method) {
    return reference_value(method, "metafor", "lung", "marker=age; by inst");
  };
  ASSERT_EQ(
      static_cast<double>(y.size()),
      reference_value(
          "centres entering pooled C", "metafor", "lung", "marker=age; inst with >=5 deaths"));
  const CentrePooling pooled = pool_centres(y, v, 0.95);
  const auto probability = [](double logit) {
    return from_scale(logit, measure::IntervalScale::logit);
  };
  expect_reference(pooled.mu, theirs("REML pooled logit C"));
  EXPECT_EQ(pooled.tau2, theirs("REML tau2 logit C")); // at the boundary
  expect_reference(pooled.se, theirs("Hartung-Knapp SE logit C"));
  expect_reference(probability(pooled.mu), theirs("pooled C back-transformed"));
  expect_reference(probability(pooled.prediction_lower),
                   theirs("prediction interval lower, C scale"));
  expect_reference(probability(pooled.prediction_upper),
                   theirs("prediction interval upper, C scale"));
}

TEST(nadeau_bengio, agrees_with_the_analytic_rows) {
  std::vector<double> d, shifted;
  for (int j = 1; j <= 100; ++j) {
    d.push_back(std::sin(j));
    shifted.push_back(0.3 + std::sin(j));
  }
  const double se = reference_value("Nadeau-Bengio corrected SE of mean",
                                    "base",
                                    "analytic",
                                    "d_j=sin(j), j=1..100; test/train=1/9");
  EXPECT_NEAR(nadeau_bengio(d, 1.0 / 9.0).se, se, relative(se, 1e-13, "15 printed digits"));
  const auto corrected = nadeau_bengio(shifted, 1.0 / 9.0);
  const double t = reference_value("Nadeau-Bengio t", "base", "analytic", "d_j=0.3+sin(j)");
  EXPECT_NEAR(corrected.mean / corrected.se, t, relative(t, 1e-13, "15 printed digits"));
}

} // namespace
} // namespace vigil
