// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/simulate/survival_design.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace vigil::simulate {
namespace {

std::vector<Index> all(Index count) {
  std::vector<Index> numbers(at(count));
  std::iota(numbers.begin(), numbers.end(), Index{0});
  return numbers;
}

std::vector<float> features_of(const SimulatedSurvival& simulated, Scheduler& scheduler) {
  const FeatureMatrix& features = simulated.parts.features;
  return features.columns(all(features.features()), scheduler);
}

const SurvivalOutcome& outcome_of(const SimulatedSurvival& simulated) {
  return std::get<SurvivalOutcome>(*simulated.parts.outcome);
}

double correlation(std::span<const float> left, std::span<const float> right) {
  double ml = 0.0, mr = 0.0;
  const auto n = static_cast<double>(left.size());
  for (std::size_t i = 0; i < left.size(); ++i) {
    ml += static_cast<double>(left[i]) / n;
    mr += static_cast<double>(right[i]) / n;
  }
  double ll = 0.0, rr = 0.0, lr = 0.0;
  for (std::size_t i = 0; i < left.size(); ++i) {
    const double l = static_cast<double>(left[i]) - ml, r = static_cast<double>(right[i]) - mr;
    ll += l * l;
    rr += r * r;
    lr += l * r;
  }
  return lr / std::sqrt(ll * rr);
}

TEST(simulate_survival, is_the_same_for_any_number_of_threads) {
  Scheduler one(1), seven(7);
  const SurvivalDesign design{.subjects = 40, .features = 130, .true_features = 5};
  const auto left = simulate_survival(design, one), right = simulate_survival(design, seven);
  EXPECT_EQ(features_of(left, one), features_of(right, seven));
  EXPECT_EQ(outcome_of(left).time, outcome_of(right).time);
  EXPECT_EQ(left.true_coefficient, right.true_coefficient);
}

TEST(simulate_survival, continues_a_smaller_cohort) {
  Scheduler scheduler(1);
  const auto small =
      simulate_survival({.subjects = 30, .features = 60, .true_features = 4}, scheduler);
  const auto more_subjects =
      simulate_survival({.subjects = 50, .features = 60, .true_features = 4}, scheduler);
  const auto more_features =
      simulate_survival({.subjects = 30, .features = 120, .true_features = 4}, scheduler);
  const auto base = features_of(small, scheduler), tall = features_of(more_subjects, scheduler),
             wide = features_of(more_features, scheduler);
  for (Index feature = 0; feature < 60; ++feature) {
    for (Index subject = 0; subject < 30; ++subject) {
      const float value = base[at(feature * 30 + subject)];
      ASSERT_EQ(value, tall[at(feature * 50 + subject)]);
      ASSERT_EQ(value, wide[at(feature * 30 + subject)]);
    }
  }
  EXPECT_EQ(small.true_coefficient, more_subjects.true_coefficient);
  EXPECT_TRUE(std::equal(outcome_of(small).time.begin(),
                         outcome_of(small).time.end(),
                         outcome_of(more_subjects).time.begin()));
}

// Neighbours correlate with rho, features k apart with rho^k, blocks not at all; SE of a correlation of 20,000
// pairs is at most 1 / sqrt(20000) = 0.0071.
TEST(simulate_survival, has_the_correlation_it_says) {
  Scheduler scheduler(1);
  const Index n = 20000;
  const auto simulated =
      simulate_survival({.subjects = n, .features = 52, .rho = 0.8, .true_features = 2}, scheduler);
  const auto values = features_of(simulated, scheduler);
  const auto column = [&](Index j) {
    return std::span<const float>(values).subspan(at(j * n), at(n));
  };
  EXPECT_NEAR(correlation(column(10), column(11)), 0.8, 3 * 0.0071);
  EXPECT_NEAR(correlation(column(10), column(13)), 0.512, 3 * 0.0071);
  EXPECT_NEAR(correlation(column(49), column(50)), 0.0, 3 * 0.0071);
}

// The share censored is a mean of 20,000 Bernoulli variables: 3 SE = 3 sqrt(.6 * .4 / 20000) = 0.0104.
TEST(simulate_survival, has_the_censoring_and_the_effects_it_says) {
  Scheduler scheduler(1);
  const Index n = 20000;
  const auto simulated = simulate_survival(
      {.subjects = n, .features = 200, .true_features = 20, .censoring = 0.6}, scheduler);
  const auto& event = outcome_of(simulated).event;
  const double events = std::accumulate(event.begin(), event.end(), 0.0);
  EXPECT_NEAR(1.0 - events / static_cast<double>(n), 0.6, 0.0104);
  EXPECT_EQ(std::count_if(simulated.true_coefficient.begin(),
                          simulated.true_coefficient.end(),
                          [](double b) { return b != 0.0; }),
            20);
}

// With one true feature, the exponential likelihood's score for its coefficient vanishes at the truth:
// sum of (x - shift)(event - hazard x time) has mean 0 and variance E[z^2 event] n.
TEST(simulate_survival, makes_the_hazard_follow_the_true_feature) {
  Scheduler scheduler(1);
  const Index n = 20000;
  const auto simulated = simulate_survival(
      {.subjects = n, .features = 1, .true_features = 1, .censoring = 0.3}, scheduler);
  const auto x = features_of(simulated, scheduler);
  double mean = 0.0;
  for (const float value : x) {
    mean += static_cast<double>(value) / static_cast<double>(n);
  }
  const auto& outcome = outcome_of(simulated);
  double score = 0.0, information = 0.0;
  for (Index i = 0; i < n; ++i) {
    const double deviation = static_cast<double>(x[at(i)]) - mean;
    const double martingale =
        outcome.event[at(i)] -
        std::exp(simulated.true_coefficient[0] * deviation) * outcome.time[at(i)];
    score += deviation * martingale;
    information += deviation * deviation * outcome.event[at(i)];
  }
  EXPECT_LT(std::fabs(score),
            4.0 * std::sqrt(information)); // 3 SE, and the mean standing for the shift
  EXPECT_GT(std::fabs(simulated.true_coefficient[0]), 0.25 / 2.0);
}

TEST(simulate_survival, has_no_censoring_when_none_is_asked_for) {
  Scheduler scheduler(1);
  const auto simulated = simulate_survival(
      {.subjects = 30, .features = 5, .true_features = 0, .censoring = 0.0}, scheduler);
  const auto& event = outcome_of(simulated).event;
  EXPECT_EQ(std::accumulate(event.begin(), event.end(), 0), 30);
}

TEST(simulate_survival, refuses_impossible_designs) {
  Scheduler scheduler(1);
  EXPECT_THROW((void)simulate_survival({.subjects = 1}, scheduler), ConfigError);
  EXPECT_THROW((void)simulate_survival({.features = 0}, scheduler), ConfigError);
  EXPECT_THROW((void)simulate_survival({.rho = 1.0}, scheduler), ConfigError);
  EXPECT_THROW((void)simulate_survival({.features = 5, .true_features = 6}, scheduler),
               ConfigError);
  EXPECT_THROW((void)simulate_survival({.censoring = 1.0}, scheduler), ConfigError);
}

} // namespace
} // namespace vigil::simulate
