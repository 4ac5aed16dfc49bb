// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Laws of every estimator of a survival outcome: drawn twice = the row twice, weight 0 = absent, the order of
// the subjects does not matter.
#include "vigil/base/random.hpp"
#include "vigil/survival/aalen_johansen.hpp"
#include "vigil/survival/beta_product_limits.hpp"
#include "vigil/survival/censoring_weights.hpp"
#include "vigil/survival/gray_test.hpp"
#include "vigil/survival/kaplan_meier.hpp"
#include "vigil/survival/log_rank.hpp"
#include "vigil/survival/nelson_aalen.hpp"
#include "vigil/survival/pseudo_values.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <algorithm>
#include <cmath>
#include <numeric>

namespace vigil::survival {
namespace {

struct Case {
  CompetingRisksOutcome outcome;
  std::vector<std::uint32_t> times;
  std::vector<Index> group, stratum;
};

// Forty subjects with ties, two causes, censoring and, for odd draws, delayed entry; times drawn 0, 1 or 2.
Case draw_case(const RandomKey& key, bool delayed) {
  RandomStream stream(key);
  Case drawn;
  drawn.outcome.cause_names = {"a", "b"};
  for (Index i = 0; i < 40; ++i) {
    const double time = 1.0 + static_cast<double>(stream.index_below(15));
    drawn.outcome.time.push_back(time);
    drawn.outcome.cause.push_back(static_cast<std::uint8_t>(stream.index_below(3)));
    if (delayed) {
      drawn.outcome.entry.push_back(
          stream.index_below(2) == 0 ? 0.0 : std::floor(time * stream.uniform()));
    }
    drawn.times.push_back(static_cast<std::uint32_t>(stream.index_below(3)));
    drawn.group.push_back(stream.index_below(3));
    drawn.stratum.push_back(stream.index_below(2));
  }
  return drawn;
}

// The listed subjects (with repetition), each drawn as often as said.
Case listed(const Case& from, const std::vector<Index>& subjects, bool keep_times) {
  Case result;
  result.outcome.cause_names = from.outcome.cause_names;
  for (const Index i : subjects) {
    result.outcome.time.push_back(from.outcome.time[at(i)]);
    result.outcome.cause.push_back(from.outcome.cause[at(i)]);
    if (!from.outcome.entry.empty()) {
      result.outcome.entry.push_back(from.outcome.entry[at(i)]);
    }
    result.times.push_back(keep_times ? from.times[at(i)] : 1);
    result.group.push_back(from.group[at(i)]);
    result.stratum.push_back(from.stratum[at(i)]);
  }
  return result;
}

// Every number that the estimators give for a case.
std::vector<double> everything(const Case& of) {
  const auto weights = CaseWeights::ones(size_of(of.times)).with_times(of.times);
  std::vector<double> numbers;
  const auto curve = kaplan_meier(of.outcome, weights);
  const auto hazard = nelson_aalen(of.outcome, weights, TiedEvents::one_by_one);
  const auto incidence = aalen_johansen(of.outcome, weights);
  const CensoringWeights censoring(of.outcome, weights, of.stratum);
  for (const double t : {2.0, 5.5, 9.0, 12.0}) {
    const auto estimate = survival_at(curve, t);
    const auto jackknife = cumulative_incidence(of.outcome, weights, 2, t);
    for (const double number : {estimate.value,
                                estimate.se,
                                estimate.lower,
                                estimate.upper,
                                hazard.hazard(t),
                                hazard.variance(t),
                                incidence.incidence[0](t),
                                jackknife.value,
                                jackknife.se,
                                censoring.censoring_survival(1)(t)}) {
      numbers.push_back(number);
    }
  }
  for (const double rho : {0.0, 1.0}) {
    const auto tested =
        log_rank(of.outcome, weights, of.group, {.rho = rho, .stratum = of.stratum});
    numbers.push_back(tested.chi_square);
    numbers.push_back(static_cast<double>(tested.degrees_of_freedom));
  }
  const auto gray = gray_test(of.outcome, weights, 1, of.group, of.stratum);
  numbers.push_back(gray.test.chi_square);
  numbers.push_back(static_cast<double>(gray.test.degrees_of_freedom));
  numbers.push_back(aalen_variance(of.outcome, weights, 2, 9.0));
  numbers.push_back(beta_product_limits(of.outcome, weights, 5.5).risk_upper);
  numbers.push_back(beta_product_limits(of.outcome, weights, 5.5).risk_lower);
  return numbers;
}

void expect_same(const Case& left, const Case& right, const char* law, Index draw) {
  const auto a = everything(left), b = everything(right);
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t k = 0; k < a.size(); ++k) {
    if (std::isnan(a[k])) {
      EXPECT_TRUE(std::isnan(b[k])) << law << ", draw " << draw << ", number " << k;
    } else {
      EXPECT_NEAR(
          a[k], b[k], test::relative(std::max(1e-3, std::fabs(a[k])), 1e-11, "order of sums"))
          << law << ", draw " << draw << ", number " << k;
    }
  }
}

class SurvivalLaws : public testing::TestWithParam<Index> {
protected:
  Case drawn_ = draw_case(RandomKey(20260102).child(GetParam()), GetParam() % 2 == 1);
};

TEST_P(SurvivalLaws, DrawnTwiceIsTheRowTwiceAndDrawnNeverIsAbsent) {
  std::vector<Index> rows;
  for (Index i = 0; i < 40; ++i) {
    rows.insert(rows.end(), drawn_.times[at(i)], i);
  }
  expect_same(drawn_, listed(drawn_, rows, false), "times", GetParam());
}

TEST_P(SurvivalLaws, OrderOfSubjectsDoesNotMatter) {
  std::vector<Index> order(40);
  std::iota(order.begin(), order.end(), 0);
  std::reverse(order.begin(), order.end());
  std::rotate(order.begin(), order.begin() + 13, order.end());
  expect_same(drawn_, listed(drawn_, order, true), "order", GetParam());
}

TEST_P(SurvivalLaws, CausesAddUpAndCurvesDoNotTurn) {
  const auto weights = CaseWeights::ones(40).with_times(drawn_.times);
  const auto curves = aalen_johansen(drawn_.outcome, weights);
  double before = 1.0;
  for (const double t : curves.event_free.time) {
    const double free = curves.event_free(t);
    EXPECT_NEAR(curves.incidence[0](t) + curves.incidence[1](t), 1.0 - free, 1e-14);
    EXPECT_LE(free, before);
    before = free;
  }
}

TEST_P(SurvivalLaws, InfluenceSumsToZeroAndGivesTheError) {
  const auto weights = CaseWeights::ones(40).with_times(drawn_.times);
  const auto estimate = cumulative_incidence(drawn_.outcome, weights, 1, 7.0);
  double total = 0.0, squares = 0.0;
  for (Index i = 0; i < 40; ++i) {
    total += weights[i] * estimate.influence[at(i)];
    squares += weights[i] * estimate.influence[at(i)] * estimate.influence[at(i)];
  }
  EXPECT_NEAR(total, 0.0, 1e-12);
  EXPECT_NEAR(std::sqrt(squares) / weights.total(), estimate.se, 1e-14);
}

// Andersen, Klein and Rosthoj 2003: without censoring the pseudo-value is whether the event has happened.
TEST_P(SurvivalLaws, PseudoValuesWithoutCensoringAreTheEvents) {
  Case complete = drawn_;
  complete.outcome.entry.clear();
  for (auto& cause : complete.outcome.cause) {
    cause = static_cast<std::uint8_t>(cause == 0 ? 1 : cause);
  }
  const auto weights = CaseWeights::ones(40).with_times(complete.times);
  const auto values = pseudo_values(complete.outcome, weights, 2, 6.0);
  for (const Index i : weights.support()) {
    const bool happened = complete.outcome.cause[at(i)] == 2 && complete.outcome.time[at(i)] <= 6.0;
    EXPECT_NEAR(values[at(i)], happened ? 1.0 : 0.0, 1e-12);
  }
}

// With one cause everywhere else censored, 1 - F is the same for all and R = Y: Gray's score is the log-rank score.
TEST_P(SurvivalLaws, GrayScoreOfASingleEventIsTheLogRankScore) {
  Case single = drawn_;
  single.outcome.entry.clear();
  for (auto& cause : single.outcome.cause) {
    cause = static_cast<std::uint8_t>(cause == 2 ? 0 : cause);
  }
  const auto weights = CaseWeights::ones(40).with_times(single.times);
  const auto gray = gray_test(single.outcome, weights, 1, single.group);
  const auto plain = log_rank(single.outcome, weights, single.group);
  for (std::size_t g = 0; g < gray.observed.size(); ++g) {
    EXPECT_NEAR(gray.observed[g], plain.observed[g], 1e-12);
    EXPECT_NEAR(gray.expected[g], plain.expected[g], 1e-12);
  }
}

TEST_P(SurvivalLaws, WithoutCensoringSurvivalIsTheShareStillFree) {
  Case complete = drawn_;
  complete.outcome.entry.clear();
  for (auto& cause : complete.outcome.cause) {
    cause = static_cast<std::uint8_t>(cause == 0 ? 1 : cause);
  }
  const auto weights = CaseWeights::ones(40).with_times(complete.times);
  const auto curve = kaplan_meier(complete.outcome, weights);
  double free = 0.0;
  for (Index i = 0; i < 40; ++i) {
    free += complete.outcome.time[at(i)] > 6.0 ? weights[i] : 0.0;
  }
  EXPECT_NEAR(curve.survival(6.0), free / weights.total(), 1e-14);
}

INSTANTIATE_TEST_SUITE_P(Draws, SurvivalLaws, testing::Range(Index{0}, Index{16}));

} // namespace
} // namespace vigil::survival
