// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/forest/tree_concordance.hpp"
#include "vigil/measure/concordance.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <cmath>
#include <utility>
#include <vector>

namespace vigil::forest {
namespace {

SurvivalOutcome draw_outcome(const RandomKey& key, Index subjects, Index times) {
  RandomStream draw(key);
  SurvivalOutcome outcome;
  for (Index subject = 0; subject < subjects; ++subject) {
    outcome.time.push_back(1.0 + static_cast<double>(draw.index_below(times)));
    outcome.event.push_back(draw.uniform() < 0.4 ? 1 : 0);
  }
  return outcome;
}

// All ordered pairs one by one: twice concordant, and comparable.
std::pair<Index, Index> pairs_by_definition(const SurvivalOutcome& outcome,
                                            const SurvivalRows& all,
                                            const std::vector<std::uint32_t>& rows,
                                            const std::vector<std::uint32_t>& rank) {
  Index twice = 0, pairs = 0;
  for (std::size_t lead = 0; lead < rows.size(); ++lead) {
    const auto one = at(all.subject[rows[lead]]);
    for (std::size_t place = 0; outcome.event[one] != 0 && place < rows.size(); ++place) {
      const auto other = at(all.subject[rows[place]]);
      if (!all.stratum.empty() && all.stratum[rows[lead]] != all.stratum[rows[place]]) {
        continue;
      }
      const bool later = outcome.time[other] > outcome.time[one] ||
                         (outcome.time[other] == outcome.time[one] && outcome.event[other] == 0);
      pairs += later ? 1 : 0;
      twice += later && rank[lead] > rank[place] ? 2 : later && rank[lead] == rank[place] ? 1 : 0;
    }
  }
  return {twice, pairs};
}

TEST(RankCounter, CountsAsALoopDoes) {
  for (const Index ranks : {1, 2, 16, 17, 256, 257, 5000}) {
    RankCounter<std::uint16_t> few;
    RankCounter<std::uint32_t> many;
    few.clear(ranks);
    many.clear(ranks);
    RandomStream draw(RandomKey(5).child(ranks));
    std::vector<Index> added;
    for (Index number = 0; number < 300; ++number) {
      const auto asked = static_cast<std::uint32_t>(draw.index_below(ranks));
      Index expected = 0;
      for (const Index rank : added) {
        expected += rank < Index{asked} ? 2 : rank == Index{asked} ? 1 : 0;
      }
      ASSERT_EQ(few.twice_below(asked), expected);
      ASSERT_EQ(many.twice_below(asked), expected);
      const Index rank = draw.index_below(ranks);
      added.push_back(rank);
      few.add(static_cast<std::uint32_t>(rank));
      many.add(static_cast<std::uint32_t>(rank));
    }
  }
}

// Times 1+ 2 2+ 3 4+, ranks 9 1 1 0 2 in this order. The event at 2 meets those at 2+ (tied), 3 (right), 4+ (wrong), the
// one at 3 meets 4+ (wrong): 1 + 2 + 0 + 0 of 2 x 4.
TEST(TreeConcordance, ByHand) {
  const SurvivalOutcome outcome{
      .entry = {}, .time = {4.0, 2.0, 3.0, 1.0, 2.0}, .event = {0, 1, 1, 0, 0}};
  const SurvivalRows all = survival_rows(outcome, CaseWeights::ones(5));
  TreeConcordance pairs(all);
  const std::vector<std::uint32_t> rows{4, 0, 1, 2, 3}; // subjects 0, 3, 1, 4, 2
  pairs.take(rows);
  EXPECT_EQ(pairs.comparable(), 4);
  EXPECT_EQ(pairs.twice_concordant(std::vector<std::uint32_t>{2, 9, 1, 1, 0}, 10), 3);
}

TEST(TreeConcordance, CountsEveryPairOfTheDefinition) {
  for (Index set = 0; set < 40; ++set) {
    RandomStream draw(RandomKey(17).child(set));
    const Index subjects = 1 + draw.index_below(300), ranks = 1 + draw.index_below(40);
    const SurvivalOutcome outcome =
        draw_outcome(RandomKey(18).child(set), subjects, 1 + draw.index_below(200));
    std::vector<Index> stratum;
    for (Index subject = 0; set % 2 == 1 && subject < subjects; ++subject) {
      stratum.push_back(draw.index_below(6));
    }
    const SurvivalRows all = survival_rows(outcome, CaseWeights::ones(subjects), stratum);
    TreeConcordance pairs(all);
    for (Index tree = 0; tree < 3; ++tree) { // used again for another set of rows
      std::vector<std::uint32_t> rows, rank;
      for (Index row = subjects - 1; row >= 0; --row) {
        if (draw.uniform() < 0.5) {
          rows.push_back(static_cast<std::uint32_t>(row));
          rank.push_back(static_cast<std::uint32_t>(draw.index_below(ranks)));
        }
      }
      pairs.take(rows);
      const auto [twice, comparable] = pairs_by_definition(outcome, all, rows, rank);
      EXPECT_EQ(pairs.comparable(), comparable);
      EXPECT_EQ(pairs.twice_concordant(rank, ranks), twice);
    }
  }
}

// More rows than 16 bits count: everybody has the event, and dies in the order of the ranks.
TEST(TreeConcordance, CountsManyRows) {
  constexpr Index subjects = 40000;
  SurvivalOutcome outcome;
  std::vector<std::uint32_t> rows, rank;
  for (Index subject = 0; subject < subjects; ++subject) {
    outcome.time.push_back(1.0 + static_cast<double>(subject));
    outcome.event.push_back(1);
    rows.push_back(static_cast<std::uint32_t>(subject));
    rank.push_back(static_cast<std::uint32_t>(subjects - 1 - subject));
  }
  const SurvivalRows all = survival_rows(outcome, CaseWeights::ones(subjects));
  TreeConcordance pairs(all);
  pairs.take(rows);
  EXPECT_EQ(pairs.comparable(), subjects * (subjects - 1) / 2);
  EXPECT_EQ(pairs.twice_concordant(rank, subjects), subjects * (subjects - 1));
}

TEST(TreeConcordance, IsHarrellsC) {
  const SurvivalOutcome survival = draw_outcome(RandomKey(19), 200, 60);
  RandomStream draw(RandomKey(20));
  Prediction prediction;
  std::vector<std::uint32_t> rows, rank;
  const CaseWeights ones = CaseWeights::ones(200);
  const SurvivalRows all = survival_rows(survival, ones);
  prediction.score.resize(200);
  for (std::uint32_t row = 0; row < 200; ++row) {
    rows.push_back(row);
    rank.push_back(static_cast<std::uint32_t>(draw.index_below(30)));
    prediction.score[at(all.subject[row])] = static_cast<double>(rank.back());
  }
  TreeConcordance pairs(all);
  pairs.take(rows);
  const Outcome outcome = survival;
  const survival::CensoringWeights censoring(outcome, ones);
  const double expected = measure::harrell_c({.prediction = prediction,
                                              .outcome = outcome,
                                              .weights = ones,
                                              .centre = {},
                                              .censoring = censoring})
                              .value;
  const double found = static_cast<double>(pairs.twice_concordant(rank, 30)) /
                       static_cast<double>(2 * pairs.comparable());
  EXPECT_NEAR(found, expected, test::rounding(expected, 4));
}

} // namespace
} // namespace vigil::forest
