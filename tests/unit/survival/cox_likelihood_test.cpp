// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/survival/cox_likelihood.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <cmath>
#include <tuple>
#include <vector>

namespace vigil::survival {
namespace {

// Plain definition of the likelihood: every risk set by a loop over all rows, copies written out.
double plain_value(const SurvivalOutcome& outcome,
                   const std::vector<double>& weight,
                   const std::vector<Index>& stratum,
                   const std::vector<double>& eta,
                   Ties ties) {
  double value = 0.0;
  const Index count = size_of(outcome.time);
  std::vector<bool> done(at(count), false);
  for (Index i = 0; i < count; ++i) {
    if (outcome.event[at(i)] == 0 || done[at(i)] || weight[at(i)] == 0.0) {
      continue;
    }
    double at_risk = 0.0, tied = 0.0, tied_weight = 0.0;
    Index events = 0;
    for (Index j = 0; j < count; ++j) {
      if (stratum[at(j)] != stratum[at(i)] || weight[at(j)] == 0.0) {
        continue;
      }
      const double relative = weight[at(j)] * std::exp(eta[at(j)]);
      const double t = outcome.time[at(i)];
      if (outcome.entry[at(j)] < t && t <= outcome.time[at(j)]) {
        at_risk += relative;
      }
      if (outcome.time[at(j)] == t && outcome.event[at(j)] != 0) {
        tied += relative;
        tied_weight += weight[at(j)];
        value += weight[at(j)] * eta[at(j)];
        done[at(j)] = true;
        ++events;
      }
    }
    const Index steps = ties == Ties::efron ? events : 1;
    for (Index l = 0; l < steps; ++l) {
      value -= tied_weight / static_cast<double>(steps) *
               std::log(at_risk - static_cast<double>(l) / static_cast<double>(steps) * tied);
    }
  }
  return value;
}

struct Case {
  SurvivalOutcome outcome;
  std::vector<double> sampling, columns, offset;
  std::vector<Index> stratum;
  Index subjects = 0, order = 3;

  [[nodiscard]] std::vector<double> eta(std::span<const double> b) const {
    std::vector<double> result = offset;
    for (Index j = 0; j < order; ++j) {
      for (Index i = 0; i < subjects; ++i) {
        result[at(i)] += b[at(j)] * columns[at(j * subjects + i)];
      }
    }
    return result;
  }
};

Case draw_case(const char* name, bool entry) {
  RandomStream draw(RandomKey(1).child(name));
  Case made;
  made.subjects = 30;
  for (Index i = 0; i < made.subjects; ++i) {
    const double time = 2.0 + static_cast<double>(draw.index_below(9)); // many ties
    made.outcome.time.push_back(time);
    made.outcome.entry.push_back(entry ? std::floor(draw.uniform() * time) : 0.0);
    made.outcome.event.push_back(draw.uniform() < 0.7 ? 1 : 0);
    made.sampling.push_back(i % 7 == 0 ? 0.0 : 0.5 + draw.uniform());
    made.offset.push_back(0.3 * draw.normal());
    made.stratum.push_back(draw.index_below(2) * 5);
  }
  for (Index cell = 0; cell < made.subjects * made.order; ++cell) {
    made.columns.push_back(draw.normal());
  }
  return made;
}

std::vector<double>
by_row(const CoxLikelihood& likelihood, const std::vector<double>& columns, Index subjects) {
  std::vector<double> result;
  for (Index first = 0; first < size_of(columns); first += subjects) {
    for (const Index subject : likelihood.subjects()) {
      result.push_back(columns[at(first + subject)]);
    }
  }
  return result;
}

class Definition : public testing::TestWithParam<std::tuple<Ties, bool>> {};

TEST_P(Definition, ValueResidualsAndInformationAgreeWithThePlainFormula) {
  const Ties ties = std::get<0>(GetParam());
  const bool entry = std::get<1>(GetParam());
  const Case made = draw_case("definition", entry);
  const CaseWeights weights = CaseWeights::ones(made.subjects).with_sampling(made.sampling);
  const CoxLikelihood likelihood(made.outcome, weights, made.stratum, made.offset, ties);
  const std::vector<double> b = {0.4, -0.7, 0.2};
  const std::vector<double> zero(at(made.subjects), 0.0);
  const auto plain = [&](std::span<const double> coefficient) {
    return plain_value(made.outcome, made.sampling, made.stratum, made.eta(coefficient), ties);
  };
  std::vector<double> eta = made.eta(b);
  for (Index i = 0; i < made.subjects; ++i) {
    eta[at(i)] -= made.offset[at(i)];
  }
  const CoxPoint point = likelihood.evaluate(by_row(likelihood, eta, made.subjects));
  EXPECT_NEAR(point.value, plain(b), test::rounding(plain(b), 32));

  const std::vector<double> rows = by_row(likelihood, made.columns, made.subjects);
  const std::vector<double> information = likelihood.information(point, rows);
  const double step = 1e-4; // central differences: error of order step^2, rounding 1e-16 / step^2
  for (Index j = 0; j < made.order; ++j) {
    double score = 0.0;
    for (Index row = 0; row < likelihood.rows(); ++row) {
      score += rows[at(j * likelihood.rows() + row)] * point.residual[at(row)];
    }
    std::vector<double> above = b, below = b;
    above[at(j)] += step;
    below[at(j)] -= step;
    EXPECT_NEAR(score, (plain(above) - plain(below)) / (2 * step), 1e-6);
    for (Index k = 0; k < made.order; ++k) {
      std::vector<double> pp = above, pm = above, mp = below, mm = below;
      pp[at(k)] += step;
      pm[at(k)] -= step;
      mp[at(k)] += step;
      mm[at(k)] -= step;
      const double second = (plain(pp) - plain(pm) - plain(mp) + plain(mm)) / (4 * step * step);
      EXPECT_NEAR(information[at(j * made.order + k)], -second, 2e-5);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(TiesAndEntry,
                         Definition,
                         testing::Combine(testing::Values(Ties::breslow, Ties::efron),
                                          testing::Bool()));

TEST(CoxLikelihood, ResidualsSumToZeroInEveryStratum) {
  const Case made = draw_case("zero", true);
  const CoxLikelihood likelihood(
      made.outcome, CaseWeights::ones(made.subjects), made.stratum, made.offset, Ties::efron);
  const CoxPoint point =
      likelihood.evaluate(by_row(likelihood, made.columns, made.subjects * made.order));
  double sum = 0.0;
  for (const double residual : point.residual) {
    sum += residual;
  }
  EXPECT_NEAR(sum, 0.0, test::rounding(30.0, 32));
}

TEST(CoxLikelihood, TransformsBackByTheTransposedMap) {
  const Case made = draw_case("back", false);
  const CoxLikelihood likelihood(
      made.outcome, CaseWeights::ones(made.subjects), made.stratum, made.offset, Ties::breslow);
  const std::vector<double> rows = by_row(likelihood, made.columns, made.subjects);
  const auto first = std::span(rows).first(at(likelihood.rows()));
  const CoxPoint point = likelihood.evaluate(first);
  const auto x = std::span(rows).subspan(at(likelihood.rows()), at(likelihood.rows()));
  for (Index stratum = 0; stratum < likelihood.strata(); ++stratum) {
    const auto curvature = likelihood.stratum_curvature(stratum, point);
    ASSERT_EQ(curvature.negative_rows, 0);
    std::vector<double> positive(at(curvature.positive_rows)), back(x.size(), 0.0);
    likelihood.transform(curvature, x, positive, {});
    const auto right = std::span(rows).last(positive.size());
    likelihood.transform_back(curvature, right, back);
    double there = 0.0, here = 0.0;
    for (std::size_t row = 0; row < positive.size(); ++row) {
      there += positive[row] * right[row];
    }
    for (std::size_t row = 0; row < x.size(); ++row) {
      here += x[row] * back[row];
    }
    EXPECT_NEAR(here, there, test::rounding(30.0, 32));
  }
}

TEST(CoxLikelihood, TimesTwoIsTheRowTwice) {
  for (const Ties ties : {Ties::breslow, Ties::efron}) {
    const Case made = draw_case("twice", true);
    std::vector<std::uint32_t> times(at(made.subjects), 1);
    times[3] = times[8] = times[9] = 2;
    Case copied = made;
    copied.subjects += 3;
    copied.columns.clear();
    std::vector<Index> source;
    for (Index i = 0; i < made.subjects; ++i) {
      source.push_back(i);
    }
    for (const Index i : {Index{3}, Index{8}, Index{9}}) {
      source.push_back(i);
      copied.outcome.time.push_back(made.outcome.time[at(i)]);
      copied.outcome.entry.push_back(made.outcome.entry[at(i)]);
      copied.outcome.event.push_back(made.outcome.event[at(i)]);
      copied.stratum.push_back(made.stratum[at(i)]);
      copied.offset.push_back(made.offset[at(i)]);
    }
    for (Index j = 0; j < made.order; ++j) {
      for (const Index i : source) {
        copied.columns.push_back(made.columns[at(j * made.subjects + i)]);
      }
    }
    const CoxLikelihood weighted(made.outcome,
                                 CaseWeights::ones(made.subjects).with_times(times),
                                 made.stratum,
                                 made.offset,
                                 ties);
    const CoxLikelihood doubled(
        copied.outcome, CaseWeights::ones(copied.subjects), copied.stratum, copied.offset, ties);
    const auto information = [](const CoxLikelihood& likelihood, const Case& of) {
      const std::vector<double> rows = by_row(likelihood, of.columns, of.subjects);
      const std::vector<double> eta(rows.begin(), rows.begin() + likelihood.rows());
      const CoxPoint point = likelihood.evaluate(eta);
      std::vector<double> result = likelihood.information(point, rows);
      result.push_back(point.value);
      return result;
    };
    const auto left = information(weighted, made), right = information(doubled, copied);
    for (Index k = 0; k < size_of(left); ++k) {
      EXPECT_NEAR(left[at(k)], right[at(k)], test::rounding(100.0, 16));
    }
  }
}

TEST(CoxLikelihood, ReadsNothingOfWeightZero) {
  Case made = draw_case("zero weight", false);
  const CaseWeights weights = CaseWeights::ones(made.subjects).with_sampling(made.sampling);
  const auto value = [&] {
    const CoxLikelihood likelihood(made.outcome, weights, made.stratum, made.offset, Ties::efron);
    return likelihood.evaluate(std::vector<double>(at(likelihood.rows()), 0.0)).value;
  };
  const double before = value();
  for (Index i = 0; i < made.subjects; i += 7) {
    made.outcome.time[at(i)] = std::nan("");
    made.outcome.event[at(i)] = 77;
    made.offset[at(i)] = std::nan("");
    made.stratum[at(i)] = 99;
  }
  EXPECT_EQ(value(), before);
}

TEST(CoxLikelihood, HugeLinearPredictorsDoNotOverflow) {
  const SurvivalOutcome outcome{.entry = {}, .time = {1, 2, 3}, .event = {1, 1, 0}};
  const CoxLikelihood likelihood(outcome, CaseWeights::ones(3), {}, {}, Ties::breslow);
  // The risk sets are {300, 0, -300} and {0, -300}: log L = 0 - 0 to rounding.
  const CoxPoint point = likelihood.evaluate(std::vector<double>{300.0, 0.0, -300.0});
  EXPECT_NEAR(point.value, 0.0, 1e-15);
  EXPECT_NEAR(point.residual[0], 0.0, 1e-15);
}

} // namespace
} // namespace vigil::survival
