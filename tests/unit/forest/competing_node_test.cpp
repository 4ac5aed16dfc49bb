// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/forest/compared_rows.hpp"
#include "vigil/forest/split_rules.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>
#include <string_view>
#include <vector>

namespace vigil::forest {
namespace {

struct Features {
  bool copies = false, sampling = false, entry = false, strata = false;
};

// Three causes with ties between them, times drawn, sampling weights, entries and strata.
struct Drawn {
  CompetingRisksOutcome outcome;
  CaseWeights weights = CaseWeights::ones(0);
  std::vector<Index> stratum;

  Drawn(Index subjects, Features with, Index seed) {
    RandomStream draw(RandomKey(183).child(seed));
    outcome.cause_names = {"a", "b", "c"};
    std::vector<std::uint32_t> times;
    std::vector<double> weight;
    for (Index subject = 0; subject < subjects; ++subject) {
      outcome.time.push_back(std::ceil(8.0 * draw.exponential()));
      outcome.cause.push_back(static_cast<std::uint8_t>(draw.index_below(4)));
      times.push_back(with.copies ? 1 + static_cast<std::uint32_t>(draw.index_below(3)) : 1);
      weight.push_back(with.sampling ? 0.3 + draw.exponential() : 2.0);
      if (with.entry) {
        const double entry = std::floor(draw.uniform() * outcome.time.back());
        outcome.entry.push_back(subject % 3 == 0 ? 0.0 : entry);
      }
      if (with.strata) {
        stratum.push_back(draw.index_below(3));
      }
    }
    weights = CaseWeights::ones(subjects).with_times(times).with_sampling(weight);
  }
};

/// Sums of one cause, or of a pair, over event times: U, V, expected events on either side.
struct Sums {
  std::array<double, 4> numerator = {}, variance = {}; ///< by cause
  std::array<double, 4> expected = {}, expected_right = {};
  double between = 0.0; ///< sum over pairs of causes of 2 w w' cov
};

// By the definition: a table at every time, where cov(D_Lc, D_Lc') = - D_c D_c' / (Y - 1) p (1 - p).
Sums sums_of(const Drawn& drawn,
             const std::vector<bool>& left,
             const std::vector<double>& weight_of_cause,
             bool sampling) {
  Sums sums;
  const auto& outcome = drawn.outcome;
  const auto subjects = outcome.time.size();
  for (Index stratum = 0; stratum < (drawn.stratum.empty() ? 1 : 3); ++stratum) {
    for (double time = 1.0; time < 200.0; time += 1.0) {
      double at_risk = 0.0, at_risk_left = 0.0;
      std::array<double, 4> died = {}, died_left = {};
      for (std::size_t subject = 0; subject < subjects; ++subject) {
        const auto number = static_cast<Index>(subject);
        const double weight = sampling ? drawn.weights[number] : drawn.weights.times(number);
        if ((!drawn.stratum.empty() && drawn.stratum[subject] != stratum) ||
            outcome.time[subject] < time ||
            (!outcome.entry.empty() && outcome.entry[subject] >= time)) {
          continue;
        }
        at_risk += weight;
        at_risk_left += left[subject] ? weight : 0.0;
        if (outcome.time[subject] == time) {
          died.at(outcome.cause[subject]) += weight;
          died_left.at(outcome.cause[subject]) += left[subject] ? weight : 0.0;
        }
      }
      if (at_risk == 0.0) {
        continue;
      }
      const double share = at_risk_left / at_risk, spread = share * (1.0 - share);
      const double others = sampling ? at_risk : at_risk - 1.0;
      for (std::size_t cause = 1; cause < 4; ++cause) {
        const double events = died.at(cause);
        sums.numerator.at(cause) += died_left.at(cause) - events * share;
        sums.variance.at(cause) +=
            others > 0.0 ? events * (at_risk - events) / others * spread : 0.0;
        sums.expected.at(cause) += events * share;
        sums.expected_right.at(cause) += events * (1.0 - share);
        for (std::size_t other = 1; other < cause && others > 0.0; ++other) {
          sums.between -= 2.0 * weight_of_cause[cause - 1] * weight_of_cause[other - 1] * events *
                          died.at(other) / others * spread;
        }
      }
    }
  }
  return sums;
}

/// Weighted by cause.
struct Composite {
  double numerator = 0.0, variance = 0.0, expected = 0.0, expected_right = 0.0;

  Composite(const Sums& sums, const std::vector<double>& weight) : variance(sums.between) {
    for (std::size_t cause = 1; cause < 4; ++cause) {
      const double w = weight[cause - 1];
      numerator += w * sums.numerator.at(cause);
      variance += w * w * sums.variance.at(cause);
      expected += w * w * sums.expected.at(cause);
      expected_right += w * w * sums.expected_right.at(cause);
    }
  }
};

/// A node of all rows under a composite rule.
struct CompositeNode {
  SurvivalRows rows;
  ComparedRows compared;
  std::vector<std::uint32_t> numbers;
  SurvivalNode node;

  CompositeNode(const CompetingRisksOutcome& outcome,
                const CaseWeights& weights,
                const std::vector<Index>& stratum,
                const std::vector<double>& weight) {
    const CauseOptions options{.rule = CompetingRule::composite, .weights = weight};
    rows = forest_rows(outcome, weights, stratum, options);
    compared = compared_rows(rows, outcome, options);
    numbers.resize(at(rows.rows()));
    std::iota(numbers.begin(), numbers.end(), 0U);
    node.look_at(compared.rows, compared.rows.copies, numbers);
  }
};

TEST(CompetingNode, TheCompositeAddsUpTheCauses) {
  const std::vector<std::vector<double>> weightings{
      {1, 1, 1}, {1, 0, 0}, {2, 1, 0.25}, {0, 3, 1}, {0.1, 0.5, 4}};
  for (Index round = 0; round < 200; ++round) {
    const Features with{.copies = round % 2 == 1,
                        .sampling = round % 3 == 2,
                        .entry = round >= 100,
                        .strata = round / 50 % 2 == 1};
    const Drawn drawn(12 + round % 60, with, round);
    const auto& weight = weightings[at(round % 5)];
    const CompositeNode at_root(drawn.outcome, drawn.weights, drawn.stratum, weight);
    const auto& [rows, compared, numbers, node] = at_root;
    ASSERT_FALSE(node.flat());
    RandomStream draw(RandomKey(184).child(round));
    std::vector<bool> left; // by subject
    for (Index subject = 0; subject < rows.rows(); ++subject) {
      left.push_back(draw.uniform() < 0.4);
    }
    const bool sampling = !rows.equal_sampling;
    const Composite defined(sums_of(drawn, left, weight, sampling), weight);
    std::int64_t score = 0;
    double expected = 0.0, expected_right = 0.0, squares = 0.0, plain = 0.0;
    std::vector<std::uint16_t> ranks;
    for (std::size_t place = 0; place < numbers.size(); ++place) {
      const bool here = left[at(rows.subject[place])];
      ranks.push_back(here ? 1 : 2);
      score += here ? node.sums()[place].score : 0;
      (here ? expected : expected_right) += node.expected()[place];
      const double own = node.numerator(node.sums()[place].score);
      squares += own * own;
      plain += own * own / node.weights()[place];
    }
    // sums of some hundred terms in double, of weights up to 4
    const double tolerance = 1e-11 * 16.0 * static_cast<double>(numbers.size());
    EXPECT_NEAR(node.numerator(score), defined.numerator, tolerance) << round;
    EXPECT_NEAR(expected, defined.expected, tolerance) << round;
    EXPECT_NEAR(expected_right, defined.expected_right, tolerance) << round;
    std::vector<double> scratch;
    const double design = sampling ? squares / plain : 1.0;
    EXPECT_NEAR(node.exact_variance(ranks, 1, false, scratch),
                design * defined.variance,
                tolerance * design)
        << round;
  }
}

// Six at risk at one time, of whom two have cause a, one b and one c: all 720 ways to give the events to them.
TEST(CompetingNode, TheVarianceIsThatOfAllWaysToGiveTheEvents) {
  const std::vector<double> weight{2.0, 1.0, 0.5};
  CompetingRisksOutcome outcome{.entry = {},
                                .time = {1, 1, 1, 1, 2, 2},
                                .cause = {1, 1, 2, 3, 0, 0},
                                .cause_names = {"a", "b", "c"}};
  const CompositeNode at_root(outcome, CaseWeights::ones(6), {}, weight);
  std::vector<double> scratch;
  const std::vector<std::uint16_t> ranks{1, 2, 1, 2, 2, 2};
  std::array<std::size_t, 6> gets{0, 1, 2, 3, 4, 5};
  double squares = 0.0, sum = 0.0, ways = 0.0;
  do {
    double on_left = 0.0;
    for (std::size_t place = 0; place < 6; ++place) {
      on_left += ranks[gets.at(place)] == 1 ? at_root.compared.rows.event_weight[place] : 0.0;
    }
    sum += on_left;
    squares += on_left * on_left;
    ways += 1.0;
  } while (std::next_permutation(gets.begin(), gets.end()));
  EXPECT_NEAR(at_root.node.exact_variance(ranks, 1, false, scratch),
              squares / ways - sum * sum / (ways * ways),
              1e-13);
}

void expect_same(const SurvivalNode& one, const SurvivalNode& other) {
  ASSERT_EQ(one.events().size(), other.events().size());
  for (std::size_t number = 0; number < one.events().size(); ++number) {
    EXPECT_EQ(one.events()[number].factor, other.events()[number].factor);
    EXPECT_EQ(one.events()[number].hazard, other.events()[number].hazard);
  }
  for (std::size_t place = 0; place < one.sums().size(); ++place) {
    EXPECT_EQ(one.sums()[place].score, other.sums()[place].score);
    EXPECT_EQ(one.sums()[place].counts, other.sums()[place].counts);
  }
}

// A weight of 1 for every cause is the event of any cause, to the bit.
TEST(CompetingNode, EqualWeightsAreOneEventOfAnyCause) {
  for (Index round = 0; round < 40; ++round) {
    const Drawn drawn(60,
                      {.copies = round % 2 == 0,
                       .sampling = round % 3 == 0,
                       .entry = round >= 20,
                       .strata = round % 5 == 0},
                      round);
    const CompositeNode composite(drawn.outcome, drawn.weights, drawn.stratum, {1, 1, 1});
    SurvivalNode any, late, late_composite;
    any.look_at(composite.rows, composite.rows.copies, composite.numbers);
    late.look_at(any, TimeWeights{.late = true});
    late_composite.look_at(composite.node, TimeWeights{.late = true});
    expect_same(any, composite.node);
    expect_same(late, late_composite);
  }
}

/// The gain of a cut by the sums over causes; permuted: U^2 / V_perm.
double gain_of(std::string_view rule, const Composite& cut, double permuted) {
  const double square = cut.numerator * cut.numerator;
  return rule == "guarded_log_rank" ? std::min(permuted, square / cut.variance)
         : rule == "log_rank"       ? square / cut.variance
         : rule == "permutation_log_rank"
             ? permuted
             : square * (1.0 / cut.expected + 1.0 / cut.expected_right);
}

// Every rule finds the cut whose gain by the sums over causes is the largest.
TEST(CompetingNode, RulesFindTheBestCut) {
  const std::vector<double> weight{2.0, 0.5, 1.0};
  const LeafLimits limits{.subjects = 3, .events = 2};
  const std::array rules{"guarded_log_rank", "log_rank", "permutation_log_rank", "peto_log_rank"};
  SplitScratch scratch;
  scratch.cells.resize(1000);
  Index found = 0;
  for (Index round = 0; round < 100; ++round) {
    const Drawn drawn(20 + round, {.copies = round % 2 == 1}, 1000 + round);
    const CompositeNode at_root(drawn.outcome, drawn.weights, {}, weight);
    const SurvivalNode& node = at_root.node;
    std::vector<std::uint16_t> ranks;
    for (Index row = 0; row < at_root.rows.rows(); ++row) {
      ranks.push_back(static_cast<std::uint16_t>(1 + (row * 37) % at_root.rows.rows()));
    }
    std::array<double, 4> largest = {};
    for (std::uint16_t cut = 1; cut < at_root.rows.rows(); ++cut) {
      std::vector<bool> left(ranks.size());
      CutSums here;
      for (std::size_t place = 0; place < ranks.size(); ++place) {
        left[at(at_root.rows.subject[place])] = ranks[place] <= cut;
        here.add(ranks[place] <= cut ? node.sums()[place] : CutSums{});
      }
      const SideCounts least(limits.subjects, 1, limits.events);
      if (here.counts.reaches(least) && node.counts().without(here.counts).reaches(least)) {
        const Composite defined(sums_of(drawn, left, weight, false), weight);
        const double permuted = node.permutation_gain(here.score, here.counts.copies());
        for (std::size_t rule = 0; rule < rules.size(); ++rule) {
          largest.at(rule) = std::max(largest.at(rule), gain_of(rules.at(rule), defined, permuted));
        }
      }
    }
    for (std::size_t rule = 0; rule < rules.size(); ++rule) {
      const CutColumn column{0, ranks, at_root.rows.rows()};
      const Split best =
          best_split(find_split_rule(rules.at(rule)),
                     {.node = node, .limits = limits, .key = RandomKey(1), .scratch = scratch},
                     {&column, 1});
      found += best.feature == 0 ? 1 : 0;
      EXPECT_NEAR(best.gain, largest.at(rule), 1e-9 * (1.0 + largest.at(rule)))
          << rules.at(rule) << ", round " << round;
    }
  }
  EXPECT_GT(found, 390);
}

} // namespace
} // namespace vigil::forest
