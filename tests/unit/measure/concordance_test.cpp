// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/measure/concordance.hpp"

#include <gtest/gtest.h>

#include "tests/support/measure_case.hpp"
#include "tests/support/near.hpp"
#include <numeric>

namespace vigil::measure {
namespace {

using test::MeasureCase;

struct Columns {
  std::vector<double> time, code, score, weight;
  std::vector<Index> centre;
};

/// Small integers, so that ties of every kind occur.
Columns draw(std::uint64_t seed, Index subjects, int causes) {
  RandomStream stream(RandomKey(seed).child("concordance"));
  Columns columns;
  for (Index i = 0; i < subjects; ++i) {
    columns.time.push_back(1.0 + static_cast<double>(stream.index_below(25)));
    columns.code.push_back(static_cast<double>(stream.index_below(causes + 1)));
    columns.score.push_back(static_cast<double>(stream.index_below(12)));
    columns.centre.push_back(stream.index_below(3));
    columns.weight.push_back(0.25 + stream.uniform());
  }
  return columns;
}

struct Pairs {
  double concordant = 0.0, comparable = 0.0;
};

/// The definition, pair by pair.
Pairs all_pairs(const Columns& columns,
                std::span<const double> weight,
                const Evaluation& evaluation,
                bool by_censoring,
                bool within_centre) {
  Pairs pairs;
  const Index n = size_of(columns.time);
  const auto g = [&](Index i) {
    return by_censoring ? 1.0 / evaluation.censoring.survival_before(i, columns.time[at(i)]) : 1.0;
  };
  for (Index i = 0; i < n; ++i) {
    if (columns.code[at(i)] != 1.0 || columns.time[at(i)] > evaluation.horizon) {
      continue;
    }
    for (Index j = 0; j < n; ++j) {
      if (i == j || (within_centre && columns.centre[at(i)] != columns.centre[at(j)])) {
        continue;
      }
      const bool later = columns.time[at(j)] > columns.time[at(i)] ||
                         (columns.time[at(j)] == columns.time[at(i)] && columns.code[at(j)] == 0.0);
      const bool other = columns.code[at(j)] == 2.0 && columns.time[at(j)] <= columns.time[at(i)];
      if (!later && !other) {
        continue;
      }
      const double pair = weight[at(i)] * weight[at(j)] * (later ? g(i) * g(i) : g(i) * g(j));
      const double gap = columns.score[at(i)] - columns.score[at(j)];
      pairs.comparable += pair;
      pairs.concordant += gap > 0.0 ? pair : (gap == 0.0 ? 0.5 * pair : 0.0);
    }
  }
  return pairs;
}

struct Setting {
  int causes;
  bool by_censoring, within_centre;
  double tau;
};

class AgainstAllPairs : public ::testing::TestWithParam<Setting> {};

TEST_P(AgainstAllPairs, ValueIsThatOfTheDefinition) {
  const Setting setting = GetParam();
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const Columns columns = draw(seed, 90, setting.causes);
    MeasureCase example(columns.time, columns.code);
    example.score(columns.score).at(setting.tau).centre(columns.centre);
    example.weights(example.weights().with_sampling(columns.weight));
    const Evaluation evaluation = example.evaluation();
    const Pairs pairs =
        all_pairs(columns, columns.weight, evaluation, setting.by_censoring, setting.within_centre);
    const Concordance found = concordance(
        evaluation,
        {.pair_weight = setting.by_censoring ? PairWeight::inverse_censoring : PairWeight::equal,
         .within_centre = setting.within_centre});
    const double expected = pairs.concordant / pairs.comparable;
    EXPECT_NEAR(found.estimate.value, expected, test::rounding(expected, 100)) << seed;
    EXPECT_NEAR(found.pairs.comparable(), pairs.comparable, test::rounding(pairs.comparable, 400))
        << seed;
  }
}

/// With G held fixed, psi_i / n is the derivative by the weight of i: here by a central difference.
TEST_P(AgainstAllPairs, InfluenceIsTheDerivativeByTheWeight) {
  const Setting setting = GetParam();
  const Columns columns = draw(11, 40, setting.causes);
  const ConcordanceOptions options{
      .pair_weight = setting.by_censoring ? PairWeight::inverse_censoring : PairWeight::equal,
      .within_centre = setting.within_centre,
      .censoring_is_known = true};
  MeasureCase example(columns.time, columns.code);
  example.score(columns.score).at(setting.tau).centre(columns.centre);
  example.weights(example.weights().with_sampling(columns.weight));
  const Evaluation original = example.evaluation();
  const auto value_with = [&](std::vector<double> weight) {
    const CaseWeights moved = original.weights.with_sampling(std::move(weight));
    const Evaluation evaluation{.prediction = original.prediction,
                                .outcome = original.outcome,
                                .weights = moved,
                                .centre = original.centre,
                                .censoring = original.censoring,
                                .horizon = original.horizon};
    return concordance(evaluation, options).estimate.value;
  };
  const Estimate centre = concordance(original, options).estimate;
  const double step = 1e-5;
  for (Index i = 0; i < size_of(columns.time); ++i) {
    auto up = columns.weight, down = columns.weight;
    up[at(i)] += step;
    down[at(i)] -= step;
    const double slope = (value_with(up) - value_with(down)) / (2.0 * step);
    const double expected = 40.0 * columns.weight[at(i)] * slope;
    EXPECT_NEAR(centre.influence[at(i)], expected, 1e-8) << i; // truncation of the difference
  }
}

/// How C moves with log(1/G(T_k-)) of each subject, pair by pair, spread over time by the martingales.
std::vector<double>
plain_censoring_term(const Columns& columns, const Evaluation& evaluation, double c) {
  const Index n = size_of(columns.time);
  std::vector<double> pull(at(n), 0.0);
  double all = 0.0;
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < n; ++j) {
      const double ti = columns.time[at(i)], tj = columns.time[at(j)];
      const bool later = tj > ti || (tj == ti && columns.code[at(j)] == 0.0);
      const bool other = columns.code[at(j)] == 2.0 && tj <= ti;
      if (i == j || columns.code[at(i)] != 1.0 || ti > evaluation.horizon || !(later || other)) {
        continue;
      }
      const double gi = 1.0 / evaluation.censoring.survival_before(i, ti);
      const double pair = columns.weight[at(i)] * columns.weight[at(j)] *
                          (later ? gi * gi : gi / evaluation.censoring.survival_before(j, tj));
      const double gap = columns.score[at(i)] - columns.score[at(j)];
      const double excess = pair * ((gap > 0.0 ? 1.0 : (gap == 0.0 ? 0.5 : 0.0)) - c);
      pull[at(i)] += later ? 2.0 * excess : excess;
      pull[at(j)] += later ? 0.0 : excess;
      all += pair;
    }
  }
  std::vector<double> term(at(n), 0.0);
  for (double u = 1.0; u <= 25.0; u += 1.0) {
    double q = 0.0, remaining = 0.0, censored = 0.0;
    for (Index k = 0; k < n; ++k) {
      const bool leaves_later = columns.time[at(k)] > u;
      const bool censored_now = columns.time[at(k)] == u && columns.code[at(k)] == 0.0;
      q += leaves_later ? pull[at(k)] / all : 0.0;
      remaining += leaves_later || censored_now ? columns.weight[at(k)] : 0.0;
      censored += censored_now ? columns.weight[at(k)] : 0.0;
    }
    for (Index k = 0; k < n && censored > 0.0; ++k) {
      const bool censored_now = columns.time[at(k)] == u && columns.code[at(k)] == 0.0;
      const bool exposed = columns.time[at(k)] > u || censored_now;
      const double martingale = (censored_now ? 1.0 : 0.0) - (exposed ? censored / remaining : 0.0);
      term[at(k)] += q * martingale / remaining;
    }
  }
  return term;
}

TEST(Uno, InfluenceAddsTheMartingaleOfCensoring) {
  for (const int causes : {1, 2}) {
    const Columns columns = draw(21, 60, causes);
    MeasureCase example(columns.time, columns.code);
    example.score(columns.score).at(18.0);
    example.weights(example.weights().with_sampling(columns.weight));
    const Evaluation evaluation = example.evaluation();
    const Estimate estimated = uno_c(evaluation);
    const Estimate known =
        concordance(evaluation,
                    {.pair_weight = PairWeight::inverse_censoring, .censoring_is_known = true})
            .estimate;
    const auto term = plain_censoring_term(columns, evaluation, known.value);
    for (Index i = 0; i < size_of(term); ++i) {
      const double expected = 60.0 * columns.weight[at(i)] * term[at(i)];
      EXPECT_NEAR(estimated.influence[at(i)] - known.influence[at(i)], expected, 1e-12) << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Schemes,
    AgainstAllPairs,
    ::testing::Values(Setting{1, false, false, std::numeric_limits<double>::infinity()},
                      Setting{1, false, false, 12.0},
                      Setting{1, false, true, 20.0},
                      Setting{1, true, false, 12.0},
                      Setting{1, true, true, 20.0},
                      Setting{2, false, false, 20.0},
                      Setting{2, true, false, 15.0},
                      Setting{2, true, true, 20.0}));

TEST(Concordance, CountsOfAHandExample) {
  // Times 1 2 2+ 3: subject 0 leads 3 pairs, subject 1 leads the censored tie and the last; scores 4 2 2 1.
  MeasureCase example({1, 2, 2, 3}, std::vector<double>{1, 1, 0, 1});
  example.score({4, 2, 2, 1});
  const Concordance found = concordance(example.evaluation());
  EXPECT_EQ(found.pairs.concordant, 4.0);
  EXPECT_EQ(found.pairs.discordant, 0.0);
  EXPECT_EQ(found.pairs.tied_score, 1.0);
  EXPECT_EQ(found.pairs.tied_time, 0.0);
  EXPECT_DOUBLE_EQ(found.estimate.value, 4.5 / 5.0);
}

TEST(Concordance, UndefinedIsAReason) {
  MeasureCase none({1, 2, 3}, std::vector<double>{0, 0, 0});
  none.score({1, 2, 3});
  EXPECT_EQ(harrell_c(none.evaluation()).undefined_because, "no comparable pair");
  EXPECT_TRUE(std::isnan(harrell_c(none.evaluation()).value));
  MeasureCase missing({1, 2, 3}, std::vector<double>{1, 1, 0});
  missing.score({1, std::nan(""), 3});
  EXPECT_EQ(harrell_c(missing.evaluation()).undefined_because, "1 of 3 subjects have no score");
}

} // namespace
} // namespace vigil::measure
