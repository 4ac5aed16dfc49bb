// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/forest/survival_node.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

namespace vigil::forest {
namespace {

struct Features {
  bool copies = false, sampling = false, entry = false, strata = false;
};

// Times with ties between events and censored subjects, times drawn, sampling weights, entries and strata.
struct Drawn {
  SurvivalOutcome outcome;
  CaseWeights weights = CaseWeights::ones(0);
  std::vector<Index> stratum;

  Drawn(Index subjects, Features with, Index seed) {
    RandomStream draw(RandomKey(83).child(seed));
    std::vector<std::uint32_t> times;
    std::vector<double> weight;
    for (Index subject = 0; subject < subjects; ++subject) {
      outcome.time.push_back(std::ceil(8.0 * draw.exponential()));
      outcome.event.push_back(draw.uniform() < 0.6 ? 1 : 0);
      times.push_back(with.copies ? static_cast<std::uint32_t>(draw.index_below(4)) : 1);
      weight.push_back(with.sampling ? 0.3 + draw.exponential() : 2.0);
      if (with.entry) { // some on an event time, some at 0
        const double entry = std::floor(draw.uniform() * outcome.time.back());
        outcome.entry.push_back(subject % 3 == 0 ? 0.0 : entry);
      }
      if (with.strata) {
        stratum.push_back(draw.index_below(3));
      }
    }
    weights = CaseWeights::ones(subjects).with_times(times).with_sampling(weight);
  }
  [[nodiscard]] double time(Index subject) const { return outcome.time[at(subject)]; }
  [[nodiscard]] bool event(Index subject) const { return outcome.event[at(subject)] != 0; }
  [[nodiscard]] bool is_at_risk(Index subject, double moment) const {
    return time(subject) >= moment &&
           (outcome.entry.empty() || outcome.entry[at(subject)] < moment);
  }
  [[nodiscard]] Index stratum_of(Index subject) const {
    return stratum.empty() ? 0 : stratum[at(subject)];
  }
};

// The log-rank numerator and variance by the definition: a table at every event time.
struct Table {
  double numerator = 0.0, variance = 0.0;
};
Table table_of(const Drawn& drawn,
               const std::vector<Index>& subjects,
               const std::vector<bool>& left,
               bool sampling) {
  const auto weight = [&](Index subject) {
    return sampling ? drawn.weights[subject] : drawn.weights.times(subject);
  };
  Table table;
  for (Index stratum = 0; stratum < 3; ++stratum) {
    for (double time = 1.0; time < 200.0; time += 1.0) {
      double at_risk = 0.0, at_risk_left = 0.0, died = 0.0, died_left = 0.0;
      for (std::size_t place = 0; place < subjects.size(); ++place) {
        const Index subject = subjects[place];
        if (drawn.stratum_of(subject) != stratum) {
          continue;
        }
        if (drawn.is_at_risk(subject, time)) {
          at_risk += weight(subject);
          at_risk_left += left[place] ? weight(subject) : 0.0;
        }
        if (drawn.time(subject) == time && drawn.event(subject)) {
          died += weight(subject);
          died_left += left[place] ? weight(subject) : 0.0;
        }
      }
      if (died == 0.0) {
        continue;
      }
      const double share = at_risk_left / at_risk;
      table.numerator += died_left - died * share;
      const double spread = sampling        ? died * (1.0 - died / at_risk)
                            : at_risk > 1.0 ? died * (at_risk - died) / (at_risk - 1.0)
                                            : 0.0;
      table.variance += spread * share * (1.0 - share);
    }
  }
  return table;
}

// Sum over copies of the squared scores s M, and the design factor.
struct Squares {
  std::array<double, 3> of_copies = {}, copies = {}; ///< by stratum
  double design = 1.0;

  /// left: copies by stratum
  [[nodiscard]] double permutation(const std::array<double, 3>& left) const {
    double sum = 0.0;
    for (std::size_t stratum = 0; stratum < 3; ++stratum) {
      const double n = copies.at(stratum), n_left = left.at(stratum);
      sum += n > 1.0 ? n_left * (n - n_left) / (n * (n - 1.0)) * of_copies.at(stratum) : 0.0;
    }
    return sum;
  }
};
Squares squares_of(const Drawn& drawn, const std::vector<Index>& subjects, bool sampling) {
  Squares squares;
  double weighted = 0.0, plain = 0.0;
  for (const Index subject : subjects) {
    const auto u = [&](Index each) {
      return sampling ? drawn.weights[each] : drawn.weights.times(each);
    };
    double hazard = 0.0;
    for (double time = 1.0; time <= drawn.time(subject); time += 1.0) {
      double at_risk = 0.0, died = 0.0;
      for (const Index other : subjects) {
        if (drawn.stratum_of(other) != drawn.stratum_of(subject) ||
            !drawn.is_at_risk(subject, time)) {
          continue;
        }
        at_risk += drawn.is_at_risk(other, time) ? u(other) : 0.0;
        died += drawn.time(other) == time && drawn.event(other) ? u(other) : 0.0;
      }
      hazard += died > 0.0 ? died / at_risk : 0.0;
    }
    const double residual = (drawn.event(subject) ? 1.0 : 0.0) - hazard;
    const double s = sampling ? drawn.weights.sampling(subject) : 1.0;
    const std::size_t stratum = at(drawn.stratum_of(subject));
    squares.of_copies.at(stratum) += drawn.weights.times(subject) * s * s * residual * residual;
    squares.copies.at(stratum) += drawn.weights.times(subject);
    weighted += std::pow(u(subject) * residual, 2);
    plain += u(subject) * residual * residual;
  }
  squares.design = sampling ? weighted / plain : 1.0;
  return squares;
}

TEST(SurvivalNode, StatisticsFollowTheirDefinition) {
  for (Index round = 0; round < 240; ++round) {
    const Features with{.copies = round % 2 == 1,
                        .sampling = round % 3 == 2,
                        .entry = round >= 120,
                        .strata = round / 60 % 2 == 1};
    const Drawn drawn(12 + round % 60, with, round);
    const SurvivalRows rows = survival_rows(drawn.outcome, drawn.weights, drawn.stratum);
    RandomStream draw(RandomKey(84).child(round));
    std::vector<std::uint32_t> numbers;
    std::vector<Index> subjects;
    std::vector<bool> left;
    for (Index row = 0; row < rows.rows(); ++row) {
      if (draw.uniform() < 0.8) {
        numbers.push_back(static_cast<std::uint32_t>(row));
        subjects.push_back(rows.subject[at(row)]);
        left.push_back(draw.uniform() < 0.4);
      }
    }
    SurvivalNode node;
    node.look_at(rows, rows.copies, numbers);
    if (node.flat()) {
      continue;
    }
    const bool differ = !rows.equal_sampling;
    const Table table = table_of(drawn, subjects, left, differ);
    const Squares squares = squares_of(drawn, subjects, differ);
    CutSums sums, all;
    std::array<double, 3> copies_left = {};
    std::vector<std::uint32_t> places_left;
    for (std::size_t place = 0; place < numbers.size(); ++place) {
      all.add(node.sums()[place]);
      if (left[place]) {
        sums.add(node.sums()[place]);
        copies_left.at(at(drawn.stratum_of(subjects[place]))) += rows.copies[numbers[place]];
        places_left.push_back(static_cast<std::uint32_t>(place));
      }
    }
    EXPECT_EQ(all.score, 0);
    EXPECT_EQ(all.counts, node.counts());
    const auto n = static_cast<double>(all.counts.copies()),
               n_left = static_cast<double>(sums.counts.copies());
    if (n_left == 0.0 || n_left == n) {
      continue;
    }
    // sums of at most 72 terms in double
    EXPECT_NEAR(node.numerator(sums.score), table.numerator, 1e-11 * n) << round;
    const double permutation = squares.permutation(copies_left);
    ASSERT_EQ(node.stratified().empty(), !with.strata);
    if (with.strata) {
      std::vector<Index> zero;
      EXPECT_NEAR(node.stratified().of(places_left, zero), permutation, 1e-11 * n) << round;
    } else {
      const double gain = table.numerator * table.numerator / permutation;
      EXPECT_NEAR(
          node.permutation_gain(sums.score, sums.counts.copies()), gain, 1e-10 * (1.0 + gain));
    }
    // rows on the left have rank 1 or none, the others rank 2 or none: missing values go either way
    std::vector<double> scratch;
    for (const bool missing_left : {false, true}) {
      std::vector<std::uint16_t> ranks(at(rows.rows()), 77);
      for (std::size_t place = 0; place < numbers.size(); ++place) {
        const bool missing = place % 3 == 0 && left[place] == missing_left;
        ranks[numbers[place]] = static_cast<std::uint16_t>(missing ? 0 : left[place] ? 1 : 2);
      }
      const double variance = node.exact_variance(ranks, 1, missing_left, scratch);
      EXPECT_NEAR(variance, squares.design * table.variance, 1e-11 * n) << round;
    }
  }
}

// By enumeration of all ways to send three of seven subjects to the left.
TEST(SurvivalNode, ThePermutationVarianceIsThatOfAllAssignments) {
  for (const bool sampling : {false, true}) {
    const Drawn drawn(7, {.sampling = sampling}, 5);
    const SurvivalRows rows = survival_rows(drawn.outcome, drawn.weights);
    std::vector<std::uint32_t> numbers(7);
    std::iota(numbers.begin(), numbers.end(), 0U);
    SurvivalNode node;
    node.look_at(rows, rows.copies, numbers);
    ASSERT_FALSE(node.flat());
    double squares = 0.0;
    Index ways = 0;
    std::int64_t some = 0;
    for (unsigned set = 0; set < 128; ++set) {
      if (std::popcount(set) != 3) {
        continue;
      }
      std::int64_t score = 0;
      for (std::size_t place = 0; place < 7; ++place) {
        score += ((set >> place) & 1U) != 0 ? node.sums()[place].score : 0;
      }
      squares += std::pow(node.numerator(score), 2);
      some = score != 0 ? score : some;
      ++ways;
    }
    const double variance = std::pow(node.numerator(some), 2) / node.permutation_gain(some, 3);
    EXPECT_NEAR(variance, squares / static_cast<double>(ways), 1e-12 * variance) << sampling;
  }
}

// Four subjects, worked by hand: death at 1 (4 at risk) and at 3 (2 at risk), one censored at 1 and one at 4.
TEST(SurvivalNode, HandWorkedLeaf) {
  const SurvivalOutcome outcome{.entry = {}, .time = {3.0, 1.0, 4.0, 1.0}, .event = {1, 1, 0, 0}};
  const SurvivalRows rows = survival_rows(outcome, CaseWeights::ones(4));
  EXPECT_EQ(rows.subject, (std::vector<Index>{1, 3, 0, 2}));
  EXPECT_EQ(rows.event_time, (std::vector<double>{1.0, 3.0}));
  EXPECT_EQ(rows.passed, (std::vector<std::uint32_t>{1, 1, 2, 2}));
  EXPECT_EQ(rows.moment, (std::vector<std::uint32_t>{1, 0, 3, 4}));
  SurvivalNode node;
  const std::vector<std::uint32_t> numbers{0, 1, 2, 3};
  node.look_at(rows, rows.copies, numbers);
  ASSERT_EQ(node.events().size(), 2U);
  EXPECT_EQ(node.events()[0].hazard, 0.25);
  EXPECT_EQ(node.events()[1].hazard, 0.5);
  // scores: 1 - 1/4, -1/4, 1 - 3/4, -3/4
  EXPECT_NEAR(node.numerator(node.sums()[0].score), 0.75, 1e-15);
  EXPECT_NEAR(node.numerator(node.sums()[1].score), -0.25, 1e-15);
  EXPECT_NEAR(node.numerator(node.sums()[2].score), 0.25, 1e-15);
  EXPECT_NEAR(node.numerator(node.sums()[3].score), -0.75, 1e-15);
}

// Entries at 0 and one stratum change no bit; entries before the first event neither.
TEST(SurvivalNode, EntriesBeforeTheFirstEventAndOneStratumAreAsNone) {
  const Drawn drawn(60, {.copies = true, .sampling = true}, 9);
  SurvivalOutcome late = drawn.outcome;
  late.entry.assign(60, 0.0);
  const SurvivalRows plain = survival_rows(drawn.outcome, drawn.weights),
                     other = survival_rows(late, drawn.weights, std::vector<Index>(60, 4));
  EXPECT_TRUE(other.entered.empty());
  EXPECT_TRUE(other.stratum.empty());
  EXPECT_EQ(plain.moment, other.moment);
}

// As one stratum: the curve of all rows, whatever their strata.
TEST(SurvivalNode, StrataTogetherGiveTheHazardOfAll) {
  for (const bool entry : {false, true}) {
    Drawn drawn(60, {.copies = true, .entry = entry, .strata = true}, 11);
    const SurvivalRows rows = survival_rows(drawn.outcome, drawn.weights, drawn.stratum),
                       one = survival_rows(drawn.outcome, drawn.weights);
    std::vector<std::uint32_t> numbers(at(rows.rows()));
    std::iota(numbers.begin(), numbers.end(), 0U);
    SurvivalNode apart, together, plain;
    apart.look_at(rows, rows.copies, numbers);
    together.look_at(rows, rows.copies, numbers, SurvivalNode::Strata::together);
    plain.look_at(one, one.copies, numbers);
    EXPECT_GT(apart.events().size(), plain.events().size());
    ASSERT_EQ(together.events().size(), plain.events().size());
    for (std::size_t number = 0; number < plain.events().size(); ++number) {
      EXPECT_EQ(together.events()[number].number, plain.events()[number].number);
      EXPECT_EQ(together.events()[number].hazard, plain.events()[number].hazard);
    }
  }
}

TEST(SurvivalNode, NothingToSeparateIsFlat) {
  SurvivalNode node;
  const SurvivalOutcome censored{.entry = {}, .time = {1.0, 2.0, 3.0}, .event = {0, 0, 0}};
  const SurvivalRows rows = survival_rows(censored, CaseWeights::ones(3));
  const std::vector<std::uint32_t> numbers{0, 1, 2};
  node.look_at(rows, rows.copies, numbers);
  EXPECT_TRUE(node.flat());
  const SurvivalOutcome together{.entry = {}, .time = {2.0, 2.0}, .event = {1, 1}};
  const SurvivalRows same = survival_rows(together, CaseWeights::ones(2));
  node.look_at(same, same.copies, std::span(numbers).first(2));
  EXPECT_TRUE(node.flat()); // both scores are 0
}

TEST(SideCounts, CompareFieldByField) {
  const SideCounts least(5, 1, 3);
  EXPECT_TRUE(SideCounts(5, 1, 3).reaches(least));
  EXPECT_TRUE(SideCounts(20, 30, 7).reaches(least));
  EXPECT_FALSE(SideCounts(4, 10, 5).reaches(least));
  EXPECT_FALSE(SideCounts(10, 0, 5).reaches(least));
  EXPECT_FALSE(SideCounts(10, 10, 2).reaches(least));
  const SideCounts largest(SideCounts::most, SideCounts::most, SideCounts::most);
  EXPECT_TRUE(largest.reaches(largest));
  EXPECT_TRUE(largest.reaches({}));
  EXPECT_FALSE(least.reaches(largest));
  EXPECT_EQ(largest.copies(), SideCounts::most);
  EXPECT_EQ(largest.without(least).events(), SideCounts::most - 3);
}

} // namespace
} // namespace vigil::forest
