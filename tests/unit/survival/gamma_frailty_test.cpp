// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/survival/frailty_likelihood.hpp"
#include "vigil/survival/gamma_frailty.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <algorithm>
#include <cmath>
#include <vector>

namespace vigil::survival {
namespace {

/// `clusters` of five subjects; the hazard of a cluster is its place's, from 1 - spread to 1 + spread.
struct Simulated {
  SurvivalOutcome outcome = {};
  std::vector<double> columns = {};
  std::vector<Index> cluster = {};
  Index clusters;

  Simulated(Index count, double spread, std::uint64_t seed) : clusters(count) {
    RandomStream stream{RandomKey(seed)};
    for (Index number = 0; number < count; ++number) {
      const double place = 2.0 * static_cast<double>(number) / static_cast<double>(count - 1) - 1.0;
      for (Index member = 0; member < 5; ++member) {
        const double x = stream.uniform() - 0.5;
        const double time = stream.exponential() / ((1.0 + spread * place) * std::exp(x));
        outcome.time.push_back(std::min(time, 2.0));
        outcome.event.push_back(time < 2.0 ? 1 : 0);
        columns.push_back(x);
        cluster.push_back(number);
      }
    }
  }
  [[nodiscard]] SharedFrailtyData data() const {
    return {.outcome = outcome, .columns = columns, .cluster = cluster, .clusters = clusters};
  }
};

TEST(GammaFrailty, SlopeCurvatureAndDriftAreDerivatives) {
  const Simulated drawn(20, 0.9, 3);
  const CoxLikelihood likelihood(drawn.outcome, CaseWeights::ones(100), {}, {}, Ties::efron);
  const FrailtyLikelihood frailty(
      likelihood, gather_rows(likelihood, drawn.columns, 1), drawn.data());
  const double step = 1e-4;
  const auto here = frailty.at_variance(0.4, {});
  const auto above = frailty.at_variance(0.4 * std::exp(step), here);
  const auto below = frailty.at_variance(0.4 * std::exp(-step), here);
  const auto numeric = [](double expected) {
    return test::relative(expected, 1e-6, "central differences of step 1e-4");
  };
  const double slope = (above.log_likelihood - below.log_likelihood) / (2.0 * step);
  EXPECT_NEAR(here.slope, slope, numeric(1.0));
  EXPECT_NEAR(here.curvature, -(above.slope - below.slope) / (2.0 * step), numeric(1.0));
  EXPECT_NEAR(
      here.drift[0], (above.coefficient[0] - below.coefficient[0]) / (2.0 * step), numeric(1.0));
}

TEST(GammaFrailty, FrailtiesAverageToOneAndLieBetweenOneAndTheRatioOfEvents) {
  const Simulated drawn(30, 0.95, 5);
  const GammaFrailty fit = fit_gamma_frailty(drawn.data());
  ASSERT_EQ(fit.status, CoxFitStatus::converged);
  ASSERT_GT(fit.variance, 0.0);
  double total = 0.0;
  for (const ClusterFrailty& own : fit.clusters) {
    total += own.frailty;
    const double raw = static_cast<double>(own.events) / own.expected;
    EXPECT_LE(std::min(raw, 1.0), own.frailty);
    EXPECT_GE(std::max(raw, 1.0), own.frailty);
    EXPECT_LT(own.lower, own.frailty);
    EXPECT_GT(own.upper, own.frailty);
    EXPECT_EQ(own.subjects, 5);
  }
  EXPECT_NEAR(total, 30.0, test::relative(30.0, 1e-9, "Newton's method stops there"));
  EXPECT_GT(fit.standard_error(0), fit.conditional_standard_error(0));
}

TEST(GammaFrailty, ClustersAreNamedInAnyOrder) {
  Simulated drawn(12, 0.9, 8);
  const GammaFrailty one = fit_gamma_frailty(drawn.data());
  for (Index& own : drawn.cluster) {
    own = 11 - own;
  }
  const GammaFrailty other = fit_gamma_frailty(drawn.data());
  const double close = test::relative(1.0, 1e-9, "other order of sums");
  EXPECT_NEAR(one.variance, other.variance, close);
  EXPECT_NEAR(one.clusters[2].frailty, other.clusters[9].frailty, close);
}

TEST(GammaFrailty, WhatHasNoAnswerSaysWhy) {
  Simulated drawn(6, 0.5, 1);
  const std::vector<Index> alone(30, 0);
  const auto single = fit_gamma_frailty(
      {.outcome = drawn.outcome, .columns = drawn.columns, .cluster = alone, .clusters = 1});
  EXPECT_EQ(single.status, CoxFitStatus::undefined);
  EXPECT_EQ(single.reason, "fewer than 2 clusters");
  EXPECT_TRUE(std::isnan(single.variance));
  EXPECT_TRUE(std::isnan(single.coefficient[0]));
  drawn.outcome.event.assign(30, 0);
  const auto none = fit_gamma_frailty(drawn.data());
  EXPECT_EQ(none.reason, "0 events for 1 columns");
}

// The second column is twice the first.
TEST(GammaFrailty, CollinearColumnsAreDropped) {
  Simulated drawn(12, 0.9, 8);
  const GammaFrailty one = fit_gamma_frailty(drawn.data());
  for (std::size_t row = 0; row < 60; ++row) {
    drawn.columns.push_back(2.0 * drawn.columns[row]);
  }
  const GammaFrailty two = fit_gamma_frailty(drawn.data());
  EXPECT_EQ(two.dropped, std::vector<Index>{1});
  EXPECT_EQ(two.coefficient[1], 0.0);
  EXPECT_EQ(two.standard_error(1), 0.0);
  EXPECT_EQ(one.variance, two.variance);
}

// All events are in one cluster of forty: the more the frailties may vary the better.
TEST(GammaFrailty, AVarianceBeyondTheRangeIsNotGiven) {
  SurvivalOutcome outcome;
  std::vector<double> columns;
  std::vector<Index> cluster;
  for (Index number = 0; number < 40; ++number) {
    for (Index member = 0; member < 20; ++member) {
      outcome.time.push_back(static_cast<double>(number == 0 ? member + 1 : 100));
      outcome.event.push_back(number == 0 ? 1 : 0);
      columns.push_back(static_cast<double>((member * 7) % 5));
      cluster.push_back(number);
    }
  }
  const auto fit = fit_gamma_frailty(
      {.outcome = outcome, .columns = columns, .cluster = cluster, .clusters = 40});
  EXPECT_EQ(fit.status, CoxFitStatus::undefined);
  EXPECT_EQ(fit.reason, "the likelihood still rises at a variance of 100");
  EXPECT_TRUE(std::isnan(fit.variance));
  EXPECT_TRUE(fit.clusters.empty());
}

} // namespace
} // namespace vigil::survival
