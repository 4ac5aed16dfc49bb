// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/survival/cox_fit.hpp"
#include "vigil/survival/efficient_score.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <array>
#include <cmath>

namespace vigil::survival {
namespace {

constexpr Index subjects = 60;

/// Tied times, and what the flags add: strata, delayed entry, sampling weights, times drawn.
struct Drawn {
  SurvivalOutcome outcome;
  std::vector<Index> stratum = {};
  CaseWeights weights = CaseWeights::ones(subjects);
  std::vector<double> clinical = {}; ///< two columns
  std::vector<double> column = {};

  Drawn(bool strata, bool entry, bool sampling, bool repeated) {
    RandomStream draw(RandomKey(77));
    std::vector<double> sampled;
    std::vector<std::uint32_t> times;
    for (Index i = 0; i < subjects; ++i) {
      outcome.time.push_back(1.0 + static_cast<double>(draw.index_below(15)));
      outcome.event.push_back(draw.uniform() < 0.6 ? 1 : 0);
      if (entry) {
        outcome.entry.push_back(i % 3 == 0 ? outcome.time.back() / 2.0 : 0.0);
      }
      if (strata) {
        stratum.push_back(i % 3);
      }
      sampled.push_back(0.5 + draw.uniform());
      times.push_back(static_cast<std::uint32_t>(1 + i % 2));
      column.push_back(draw.normal());
    }
    for (Index i = 0; i < 2 * subjects; ++i) {
      clinical.push_back(draw.normal() + 0.5 * column[at(i % subjects)]);
    }
    weights = sampling ? weights.with_sampling(sampled) : weights;
    weights = repeated ? weights.with_times(times) : weights;
  }
};

std::array<ScoreTest, 8> test_lanes(const EfficientScore& score,
                                    const CoxLikelihood& likelihood,
                                    const std::vector<std::vector<double>>& columns) {
  std::vector<EightLanes> lanes(at(likelihood.rows()));
  for (Index lane = 0; lane < size_of(columns); ++lane) {
    const auto rows = gather_rows(likelihood, columns[at(lane)], 1);
    for (Index row = 0; row < likelihood.rows(); ++row) {
      lanes[at(row)].set(lane, rows[at(row)]);
    }
  }
  std::array<ScoreTest, 8> tests;
  score.test(lanes, tests);
  return tests;
}

struct EfficientScoreOf : testing::TestWithParam<int> {
  Drawn drawn{
      (GetParam() & 1) != 0, (GetParam() & 2) != 0, (GetParam() & 4) != 0, (GetParam() & 8) != 0};
  Ties ties = (GetParam() & 16) != 0 ? Ties::efron : Ties::breslow;
  CoxLikelihood likelihood{drawn.outcome, drawn.weights, drawn.stratum, {}, ties};
  CoxFit fit = fit_cox(likelihood, drawn.clinical);
  EfficientScore score{likelihood, fit.point, gather_rows(likelihood, drawn.clinical, 2)};
};

// Information of all three columns by the likelihood; Schur complement by hand.
TEST_P(EfficientScoreOf, InformationIsTheSchurComplement) {
  std::vector<double> all = drawn.clinical;
  all.insert(all.end(), drawn.column.begin(), drawn.column.end());
  const auto information = likelihood.information(fit.point, gather_rows(likelihood, all, 3));
  const double a = information[0], b = information[1], d = information[4];
  const double u = information[2], v = information[5];
  const double explained = (d * u * u - 2.0 * b * u * v + a * v * v) / (a * d - b * b);
  const auto tests = test_lanes(score, likelihood, {drawn.column});
  EXPECT_NEAR(tests[0].information,
              information[8] - explained,
              test::rounding(information[8], 1000)); // two ways of summing, one difference
  const auto rows = gather_rows(likelihood, drawn.column, 1);
  double residual_sum = 0.0;
  for (Index row = 0; row < likelihood.rows(); ++row) {
    residual_sum += rows[at(row)] * fit.point.residual[at(row)];
  }
  EXPECT_NEAR(tests[0].score, residual_sum, test::rounding(100.0, 100));
  EXPECT_EQ(tests[0].fault, ScoreFault::none);
  EXPECT_EQ(tests[1].fault, ScoreFault::no_variation); // a lane without a column is 0
}

// The contributions, and so any direction, lose their sum and what the clinical columns explain.
TEST_P(EfficientScoreOf, DirectionIsOrthogonalToConstantsAndClinicalColumns) {
  std::vector<double> multiplier;
  RandomStream draw(RandomKey(3));
  for (Index row = 0; row < likelihood.rows(); ++row) {
    multiplier.push_back(draw.normal());
  }
  const auto direction = score.direction(multiplier);
  double one = 0.0, first = 0.0, second = 0.0;
  const auto rows = gather_rows(likelihood, drawn.clinical, 2);
  for (Index row = 0; row < likelihood.rows(); ++row) {
    one += direction[at(row)];
    first += direction[at(row)] * rows[at(row)];
    second += direction[at(row)] * rows[at(row + likelihood.rows())];
  }
  for (const double sum : {one, first, second}) {
    EXPECT_NEAR(sum, 0.0, test::rounding(100.0, 1000));
  }
}

// Multipliers 1 give the whole score.
TEST_P(EfficientScoreOf, ContributionsAddUpToTheScore) {
  const std::vector<double> ones(at(likelihood.rows()), 1.0);
  const auto direction = score.direction(ones);
  const auto rows = gather_rows(likelihood, drawn.column, 1);
  double sum = 0.0;
  for (Index row = 0; row < likelihood.rows(); ++row) {
    sum += direction[at(row)] * rows[at(row)];
  }
  const auto tests = test_lanes(score, likelihood, {drawn.column});
  EXPECT_NEAR(sum, tests[0].score, 1e-8); // the clinical columns' score is 0 to the fit's precision
}

INSTANTIATE_TEST_SUITE_P(All, EfficientScoreOf, testing::Range(0, 32));

// Each row's contribution by its definition, Breslow ties, no clinical column.
TEST(EfficientScore, ContributionsFollowTheirDefinition) {
  const Drawn drawn(true, true, true, false);
  const CoxLikelihood likelihood(drawn.outcome, drawn.weights, drawn.stratum, {}, Ties::breslow);
  const std::vector<double> zero(at(likelihood.rows()), 0.0);
  const EfficientScore score(likelihood, likelihood.evaluate(zero), {});
  const auto rows = likelihood.subjects();
  const auto at_risk = [&](Index i, Index stratum, double time) {
    return drawn.stratum[at(i)] == stratum && drawn.outcome.entry[at(i)] < time &&
           drawn.outcome.time[at(i)] >= time;
  };
  for (Index row = 0; row < likelihood.rows(); ++row) {
    const Index i = rows[at(row)];
    double expected = 0.0;
    for (Index event = 0; event < subjects; ++event) { // every event by itself
      const double time = drawn.outcome.time[at(event)];
      const Index stratum = drawn.stratum[at(event)];
      if (drawn.outcome.event[at(event)] == 0 || !at_risk(i, stratum, time)) {
        continue;
      }
      double weight = 0.0, sum = 0.0;
      for (Index k = 0; k < subjects; ++k) {
        weight += at_risk(k, stratum, time) ? drawn.weights[k] : 0.0;
        sum += at_risk(k, stratum, time) ? drawn.weights[k] * drawn.column[at(k)] : 0.0;
      }
      const double distance = drawn.column[at(i)] - sum / weight;
      expected += (i == event ? drawn.weights[i] : 0.0) * distance;
      expected -= drawn.weights[i] * drawn.weights[event] / weight * distance;
    }
    std::vector<double> multiplier = zero;
    multiplier[at(row)] = 1.0;
    const auto direction = score.direction(multiplier);
    double contribution = 0.0;
    for (Index other = 0; other < likelihood.rows(); ++other) {
      contribution += direction[at(other)] * drawn.column[at(rows[at(other)])];
    }
    EXPECT_NEAR(contribution, expected, test::rounding(1.0, 200)) << i;
  }
}

TEST(EfficientScore, SaysWhatIsWrongWithAColumn) {
  const Drawn drawn(true, false, false, false);
  for (const Ties ties : {Ties::breslow, Ties::efron}) {
    const CoxLikelihood likelihood(drawn.outcome, drawn.weights, drawn.stratum, {}, ties);
    const CoxFit fit = fit_cox(likelihood, drawn.clinical);
    const EfficientScore score(likelihood, fit.point, gather_rows(likelihood, drawn.clinical, 2));
    std::vector<double> by_stratum, sum, nearly, large;
    for (Index i = 0; i < subjects; ++i) {
      by_stratum.push_back(static_cast<double>(drawn.stratum[at(i)]));
      sum.push_back(drawn.clinical[at(i)] - 3.0 * drawn.clinical[at(subjects + i)]);
      nearly.push_back(sum.back() + 1e-3 * drawn.column[at(i)]);
      large.push_back(1e200 * drawn.column[at(i)]);
    }
    const std::vector<double> zero(at(subjects), 0.0);
    const auto tests =
        test_lanes(score, likelihood, {by_stratum, sum, nearly, large, zero, drawn.column});
    EXPECT_EQ(tests[0].fault, ScoreFault::no_variation);
    EXPECT_EQ(tests[1].fault, ScoreFault::collinear);
    EXPECT_EQ(tests[2].fault, ScoreFault::none);
    EXPECT_EQ(tests[3].fault, ScoreFault::too_large);
    EXPECT_EQ(tests[4].fault, ScoreFault::no_variation);
    EXPECT_EQ(tests[5].fault, ScoreFault::none);
    EXPECT_TRUE(std::isnan(tests[0].z()));
    // Neighbours that are no numbers change no bit.
    const auto alone = test_lanes(score, likelihood, {zero, zero, zero, zero, zero, drawn.column});
    EXPECT_EQ(alone[5].z(), tests[5].z());
  }
}

} // namespace
} // namespace vigil::survival
