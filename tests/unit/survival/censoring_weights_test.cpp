// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/base/random.hpp"
#include "vigil/survival/censoring_weights.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <algorithm>
#include <cmath>
#include <numeric>

namespace vigil::survival {
namespace {

using test::relative;
using test::rounding;

// Seven rows: event at 1; event and censoring at 2; censoring at 3; event at 4; censoring at 5 and 6.
SurvivalOutcome seven_rows() {
  return {.entry = {}, .time = {1, 2, 2, 3, 4, 5, 6}, .event = {1, 1, 0, 0, 1, 0, 0}};
}

SurvivalOutcome random_outcome(Index subjects, const RandomKey& key, bool delayed) {
  RandomStream stream(key);
  SurvivalOutcome outcome;
  for (Index i = 0; i < subjects; ++i) {
    const double time = std::ceil(20.0 * stream.uniform()) + 1.0; // many ties
    outcome.time.push_back(time);
    outcome.event.push_back(stream.uniform() < 0.6 ? 1 : 0);
    if (delayed) {
      outcome.entry.push_back(stream.uniform() < 0.5 ? 0.0 : std::floor(time * stream.uniform()));
    }
  }
  return outcome;
}

CaseWeights random_weights(Index subjects, const RandomKey& key) {
  RandomStream stream(key);
  std::vector<std::uint32_t> times;
  std::vector<double> sampling;
  for (Index i = 0; i < subjects; ++i) {
    times.push_back(static_cast<std::uint32_t>(stream.index_below(3)));
    sampling.push_back(0.5 + stream.uniform());
  }
  return CaseWeights::ones(subjects).with_times(times).with_sampling(sampling);
}

struct Setting {
  SurvivalOutcome outcome;
  CaseWeights weights;
  std::vector<Index> stratum; // empty: one

  [[nodiscard]] double entry(Index i) const {
    return outcome.entry.empty() ? 0.0 : outcome.entry[at(i)];
  }
  [[nodiscard]] bool censored_at(Index i, double u) const {
    return outcome.time[at(i)] == u && outcome.event[at(i)] == 0;
  }
  [[nodiscard]] bool may_be_censored_at(Index i, double u) const {
    return entry(i) < u && (outcome.time[at(i)] > u || censored_at(i, u));
  }
};

// The definition, subject by subject and time by time.
double brute_martingale(const Setting& setting,
                        std::span<const double> times,
                        std::span<const double> q,
                        Index i,
                        double horizon) {
  double integral = 0.0;
  for (Index k = 0; k < size_of(times) && times[at(k)] <= horizon; ++k) {
    const double u = times[at(k)];
    double after_events = 0.0, censored = 0.0;
    for (Index j = 0; j < size_of(setting.outcome.time); ++j) {
      if (setting.stratum.empty() || setting.stratum[at(j)] == setting.stratum[at(i)]) {
        after_events += setting.may_be_censored_at(j, u) ? setting.weights[j] : 0.0;
        censored += setting.censored_at(j, u) ? setting.weights[j] : 0.0;
      }
    }
    if (censored > 0.0) {
      const double increment = (setting.censored_at(i, u) ? 1.0 : 0.0) -
                               (setting.may_be_censored_at(i, u) ? censored / after_events : 0.0);
      integral += q[at(k)] * increment * setting.weights.total() / after_events;
    }
  }
  return integral;
}

TEST(CensoringWeights, SevenRowsByHand) {
  const CensoringWeights censoring(seven_rows(), CaseWeights::ones(7));
  const StepFunction& survival = censoring.censoring_survival();
  // G: at 2 one of 5 that remain after the event; at 3 one of 4; at 5 one of 2; at 6 the last.
  EXPECT_EQ(survival.time, (std::vector<double>{2, 3, 5, 6}));
  EXPECT_NEAR(survival(2), 4.0 / 5, rounding(0.8, 2));
  EXPECT_NEAR(survival(3), 3.0 / 5, rounding(0.6, 2));
  EXPECT_NEAR(survival(5), 3.0 / 10, rounding(0.3, 2));
  EXPECT_EQ(survival(6), 0.0);
  EXPECT_EQ(survival(1.999), 1.0);
  const auto weight = censoring.weights_at(4.5);
  const std::vector<double> expected = {1, 1, 0, 0, 5.0 / 3, 5.0 / 3, 5.0 / 3};
  for (Index i = 0; i < 7; ++i) {
    EXPECT_NEAR(weight[at(i)], expected[at(i)], rounding(expected[at(i)], 4)) << i;
  }
  EXPECT_NEAR(std::accumulate(weight.begin(), weight.end(), 0.0), 7.0, rounding(7, 8));
}

TEST(CensoringWeights, CensoredExactlyAtTheHorizonHasNoWeight) {
  const CensoringWeights censoring(seven_rows(), CaseWeights::ones(7));
  const auto weight = censoring.weights_at(3);
  EXPECT_EQ(weight[3], 0.0);
  EXPECT_NEAR(weight[4], 5.0 / 3, rounding(5.0 / 3, 4));
}

TEST(CensoringWeights, HorizonWhereEverybodyHasLeftIsNotSupported) {
  const CensoringWeights censoring(seven_rows(), CaseWeights::ones(7));
  EXPECT_TRUE(censoring.supports(5.5));
  EXPECT_FALSE(censoring.supports(6));
}

TEST(CensoringWeights, LastCensoringTiedWithAnEventLeavesNobodyWhateverTheWeights) {
  // 0.1 + 0.2 - 0.1 is not 0.2 in doubles: the risk set must still be exactly used up.
  const SurvivalOutcome outcome{.entry = {}, .time = {1, 2, 2}, .event = {1, 1, 0}};
  const auto weights = CaseWeights::ones(3).with_sampling({0.7, 0.1, 0.2});
  const CensoringWeights censoring(outcome, weights);
  EXPECT_EQ(censoring.censoring_survival()(2), 0.0);
  EXPECT_FALSE(censoring.supports(2));
}

TEST(CensoringWeights, MeanWeightIsOneWithTiesWeightsAndStrata) {
  const RandomKey key(20260101);
  for (Index draw = 0; draw < 20; ++draw) {
    const auto outcome = random_outcome(60, key.child(draw), false);
    const auto weights = random_weights(60, key.child(draw).child("weights"));
    std::vector<Index> stratum;
    for (Index i = 0; i < 60; ++i) {
      stratum.push_back(i % 3);
    }
    for (const double horizon : {1.5, 5.0, 9.0}) {
      const CensoringWeights marginal(outcome, weights);
      if (marginal.supports(horizon)) {
        EXPECT_NEAR(marginal.mean_weight(horizon), 1.0, 1e-12) << "draw " << draw;
      }
      const CensoringWeights stratified(outcome, weights, stratum);
      if (stratified.supports(horizon)) {
        EXPECT_NEAR(stratified.mean_weight(horizon), 1.0, 1e-12) << "draw " << draw;
      }
    }
  }
}

TEST(CensoringWeights, MartingaleTermEqualsItsDefinition) {
  const RandomKey key(7);
  for (Index draw = 0; draw < 12; ++draw) {
    const RandomKey own = key.child(draw);
    Setting setting{.outcome = random_outcome(40, own, draw % 2 == 1),
                    .weights = random_weights(40, own.child("weights")),
                    .stratum = {}};
    for (Index i = 0; draw % 3 == 0 && i < 40; ++i) {
      setting.stratum.push_back(i % 2);
    }
    const CensoringWeights censoring(setting.outcome, setting.weights, setting.stratum);
    RandomStream stream(own.child("q"));
    std::vector<std::vector<double>> q(at(censoring.strata()));
    for (Index s = 0; s < censoring.strata(); ++s) {
      q[at(s)].resize(censoring.distinct_times(s).size());
      std::generate(q[at(s)].begin(), q[at(s)].end(), [&stream] { return stream.normal(); });
    }
    const auto term = censoring.martingale_term(q, 12.0);
    double total = 0.0, size = 0.0;
    for (const Index i : setting.weights.support()) {
      const Index s = censoring.stratum_of(i);
      const double expected =
          brute_martingale(setting, censoring.distinct_times(s), q[at(s)], i, 12.0);
      EXPECT_NEAR(term[at(i)], expected, 1e-10 * std::max(1.0, std::fabs(expected)))
          << "draw " << draw << ", subject " << i;
      total += setting.weights[i] * term[at(i)];
      size += setting.weights[i] * std::fabs(term[at(i)]);
    }
    EXPECT_NEAR(total, 0.0, 1e-12 * std::max(1.0, size)); // a martingale: sums to zero
  }
}

TEST(CensoringWeights, AbsentSubjectsHaveNoInfluence) {
  SurvivalOutcome outcome = seven_rows();
  const CensoringWeights alone(outcome, CaseWeights::ones(7));
  outcome.time.push_back(3.5);
  outcome.event.push_back(0);
  const CensoringWeights with_absent(outcome,
                                     CaseWeights::ones(8).with_times({1, 1, 1, 1, 1, 1, 1, 0}));
  const auto weight = with_absent.weights_at(4.5);
  EXPECT_EQ(weight.back(), 0.0);
  EXPECT_EQ(std::vector<double>(weight.begin(), weight.end() - 1), alone.weights_at(4.5));
}

TEST(CensoringWeights, CompetingEventsAreNoCensorings) {
  const CompetingRisksOutcome competing{.entry = {},
                                        .time = {1, 2, 2, 3, 4, 5, 6},
                                        .cause = {2, 1, 0, 0, 2, 0, 0},
                                        .cause_names = {"a", "b"}};
  const CensoringWeights censoring(competing, CaseWeights::ones(7));
  const CensoringWeights single(seven_rows(), CaseWeights::ones(7));
  EXPECT_EQ(censoring.weights_at(4.5), single.weights_at(4.5));
}

SurvivalOutcome forty_leaving_one_by_one() {
  SurvivalOutcome outcome;
  for (Index i = 1; i <= 40; ++i) {
    outcome.time.push_back(static_cast<double>(i));
    outcome.event.push_back(i <= 10 ? 1 : 0);
  }
  return outcome;
}

TEST(HorizonSupport, CountsWhoIsUnderObservationBeyond) {
  const auto outcome = forty_leaving_one_by_one();
  const auto weights = CaseWeights::ones(40);
  const auto support = horizon_support(outcome, weights, 20);
  EXPECT_EQ(support.at_risk, 20);
  EXPECT_TRUE(support.supported);
  EXPECT_FALSE(support.warn);
  EXPECT_NEAR(support.censoring_survival, 20.0 / 30, rounding(2.0 / 3, 20)); // 10 of 30 censored
  EXPECT_EQ(support.largest_supported, 20.0);
  EXPECT_FALSE(horizon_support(outcome, weights, 21).supported); // 19 beyond 21
}

TEST(HorizonSupport, RefusesAndWarnsByTheCensoringSurvival) {
  SurvivalOutcome outcome; // 200 censored one by one: G(t) = (200 - t) / 200
  for (Index i = 1; i <= 200; ++i) {
    outcome.time.push_back(static_cast<double>(i));
    outcome.event.push_back(0);
  }
  const auto weights = CaseWeights::ones(200);
  EXPECT_FALSE(horizon_support(outcome, weights, 159).warn); // G = 0.205
  EXPECT_TRUE(horizon_support(outcome, weights, 161).warn);  // G = 0.195
  EXPECT_TRUE(horizon_support(outcome, weights, 161).supported);
  EXPECT_TRUE(horizon_support(outcome, weights, 179.5).supported); // G = 0.105, 21 beyond
  EXPECT_FALSE(horizon_support(outcome, weights, 182).supported);  // G = 0.09, 18 beyond
  EXPECT_EQ(horizon_support(outcome, weights, 182, 0.5).largest_supported,
            100.0); // G = 0.5, the limit itself
}

TEST(HorizonSupport, CountsSubjectsNotWeights) {
  const auto outcome = forty_leaving_one_by_one();
  const auto doubled = CaseWeights::ones(40).with_times(std::vector<std::uint32_t>(40, 2));
  EXPECT_EQ(horizon_support(outcome, doubled, 20).at_risk, 20);
  EXPECT_FALSE(horizon_support(outcome, doubled, 21).supported);
}

TEST(HorizonSupport, LateEntriesAreNotYetUnderObservation) {
  SurvivalOutcome outcome = forty_leaving_one_by_one();
  outcome.entry.assign(40, 0.0);
  outcome.entry[39] = 15.0; // the last subject enters at 15
  EXPECT_EQ(horizon_support(outcome, CaseWeights::ones(40), 12).at_risk, 27);
  EXPECT_EQ(horizon_support(outcome, CaseWeights::ones(40), 15).at_risk, 25);
}

TEST(HorizonSupport, LimitBelowFivePercentIsAUsageError) {
  EXPECT_THROW(static_cast<void>(
                   horizon_support(forty_leaving_one_by_one(), CaseWeights::ones(40), 20, 0.04)),
               ConfigError);
  EXPECT_NO_THROW(static_cast<void>(
      horizon_support(forty_leaving_one_by_one(), CaseWeights::ones(40), 20, 0.05)));
}

} // namespace
} // namespace vigil::survival
