// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/forest/value_rows.hpp"
#include "vigil/forest/value_rules.hpp"
#include "vigil/measure/concordance.hpp"

#include <gtest/gtest.h>

#include "tests/support/fault_of.hpp"
#include "tests/support/value_node.hpp"
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace vigil::forest {
namespace {

using test::ValueNode;

/// Sums of squares by their definition, over copies: about the mean of all, and of the means of two sides about it.
struct Squares {
  double copies = 0.0, all = 0.0, between = 0.0;

  Squares(const ValueNode& drawn, const std::vector<bool>& left) {
    double sum[2] = {0.0, 0.0}, count[2] = {0.0, 0.0};
    for (std::size_t place = 0; place < left.size(); ++place) {
      const std::uint32_t row = drawn.numbers[place];
      sum[left[place] ? 0 : 1] += drawn.rows.copies[row] * drawn.value(row);
      count[left[place] ? 0 : 1] += drawn.rows.copies[row];
    }
    copies = count[0] + count[1];
    const double mean = (sum[0] + sum[1]) / copies;
    for (std::size_t place = 0; place < left.size(); ++place) {
      const std::uint32_t row = drawn.numbers[place];
      all += drawn.rows.copies[row] * std::pow(drawn.value(row) - mean, 2);
    }
    for (const int side : {0, 1}) {
      between += count[side] * std::pow(sum[side] / count[side] - mean, 2);
    }
  }
};

TEST(ValueNode, StatisticOfEveryCutIsTheShareOfTheSquares) {
  Index cuts = 0;
  for (Index round = 0; round < 60; ++round) {
    const ValueNode drawn(10 + round,
                          {.binary = round % 2 == 1, .copies = round % 3 == 0},
                          RandomKey(300).child(round));
    for (const Index feature : {0, 1, 2}) {
      drawn.for_each_cut(feature, 1, [&](const Cut& cut, const std::vector<bool>& left) {
        if (drawn.node.flat()) {
          return;
        }
        ++cuts;
        const Squares squares(drawn, left);
        const double share = (squares.copies - 1.0) * squares.between / squares.all;
        const double gain = drawn.node.permutation_gain(cut.left.score, cut.left.counts.copies());
        EXPECT_NEAR(gain, share, 1e-11 * (1.0 + share));
        EXPECT_NEAR(drawn.scale.real_square(gain * drawn.node.square_per_gain()),
                    squares.between,
                    1e-10 * (1.0 + squares.between));
      });
    }
  }
  EXPECT_GT(cuts, 1000);
}

// Decrease of the variance, and of the Gini impurity 2 p (1 - p) of both classes, by their definitions.
double impurity_decrease(const ValueNode& drawn, const std::vector<bool>& left) {
  double count[2] = {0.0, 0.0}, sum[2] = {0.0, 0.0}, square[2] = {0.0, 0.0};
  for (std::size_t place = 0; place < left.size(); ++place) {
    const std::uint32_t row = drawn.numbers[place];
    const double copies = drawn.rows.copies[row], value = drawn.value(row) - 60.0;
    const int side = left[place] ? 0 : 1;
    count[side] += copies;
    sum[side] += copies * (drawn.outcome.binary ? drawn.value(row) : value);
    square[side] += copies * value * value;
  }
  const auto impurity = [&](double n, double total, double squares) {
    const double mean = total / n;
    return drawn.outcome.binary ? n * 2.0 * mean * (1.0 - mean) : squares - n * mean * mean;
  };
  return impurity(count[0] + count[1], sum[0] + sum[1], square[0] + square[1]) -
         impurity(count[0], sum[0], square[0]) - impurity(count[1], sum[1], square[1]);
}

TEST(ValueRules, BestCutIsThatOfAllCuts) {
  SplitScratch scratch;
  scratch.cells.resize(65'536);
  Index found = 0;
  for (Index round = 0; round < 80; ++round) {
    const bool binary = round % 2 == 1;
    const ValueNode drawn(
        12 + round, {.binary = binary, .copies = round % 3 == 0}, RandomKey(301).child(round));
    const LeafLimits limits{.subjects = 1 + round % 5, .events = 0};
    const SplitRule& rule = find_value_rule(binary ? "gini" : "variance", binary);
    for (const Index feature : {0, 1, 2}) {
      double largest = 0.0;
      std::map<std::pair<std::uint16_t, bool>, double> gains;
      drawn.for_each_cut(
          feature, limits.subjects, [&](const Cut& cut, const std::vector<bool>& left) {
            const double gain = impurity_decrease(drawn, left);
            gains[{cut.rank, cut.missing_left}] = gain;
            largest = std::max(largest, gain);
          });
      const CutColumn column = drawn.column(feature);
      const Split best = best_split(
          rule,
          {.node = drawn.node, .limits = limits, .key = RandomKey(1), .scratch = scratch},
          {&column, 1});
      if (best.feature == no_index) {
        EXPECT_LT(largest, 1e-9);
        continue;
      }
      ++found;
      const double tolerance = 1e-9 * (1.0 + largest); // differences of sums of squares
      EXPECT_NEAR((gains[{best.cut, best.missing_left}]), largest, tolerance);
      EXPECT_NEAR(drawn.scale.real_square(best.gain) * (binary ? 2.0 : 1.0), largest, tolerance);
    }
  }
  EXPECT_GT(found, 150);
}

// In strata: U is the sum over strata of what the left of each has above its mean; who is on the left is permuted within.
TEST(ValueNode, ComparesWithinStrata) {
  SplitScratch scratch;
  Index cuts = 0;
  for (Index round = 0; round < 40; ++round) {
    const ValueNode drawn(15 + round,
                          {.binary = round % 2 == 1, .copies = round % 3 == 0, .strata = true},
                          RandomKey(302).child(round));
    std::map<std::uint32_t, std::pair<double, double>> total; // copies, sum
    for (const std::uint32_t row : drawn.numbers) {
      total[drawn.stratum(row)].first += drawn.rows.copies[row];
      total[drawn.stratum(row)].second += drawn.rows.copies[row] * drawn.value(row);
    }
    const auto deviation = [&](std::uint32_t row) {
      const auto& [count, sum] = total[drawn.stratum(row)];
      return drawn.value(row) - sum / count;
    };
    std::map<std::uint32_t, double> squares;
    for (const std::uint32_t row : drawn.numbers) {
      squares[drawn.stratum(row)] += drawn.rows.copies[row] * std::pow(deviation(row), 2);
    }
    drawn.for_each_cut(0, 1, [&](const Cut& cut, const std::vector<bool>& left) {
      double u = 0.0, variance = 0.0;
      std::map<std::uint32_t, double> on_left;
      for (std::size_t place = 0; place < left.size(); ++place) {
        const std::uint32_t row = drawn.numbers[place];
        u += left[place] ? drawn.rows.copies[row] * deviation(row) : 0.0;
        on_left[drawn.stratum(row)] += left[place] ? drawn.rows.copies[row] : 0.0;
      }
      for (const auto& [stratum, square] : squares) {
        const double n = total[stratum].first, here = on_left[stratum];
        variance += n > 1.0 ? here * (n - here) / (n * (n - 1.0)) * square : 0.0;
      }
      const double numerator =
          std::ldexp(drawn.node.numerator(cut.left.score), drawn.scale.exponent);
      EXPECT_NEAR(numerator, u, 1e-10 * (1.0 + std::fabs(u)));
      std::vector<std::uint32_t> places;
      for (std::size_t place = 0; place < left.size(); ++place) {
        if (left[place]) {
          places.push_back(static_cast<std::uint32_t>(place));
        }
      }
      EXPECT_NEAR(drawn.scale.real_square(drawn.node.stratified().of(places, scratch.copies_left)),
                  variance,
                  1e-10 * (1.0 + variance));
      ++cuts;
    });
  }
  EXPECT_GT(cuts, 500);
}

// With sampling weights that differ: subjects are permuted with what they weigh.
TEST(ValueNode, PermutationVarianceOfSamplingWeights) {
  for (Index round = 0; round < 30; ++round) {
    const ValueNode drawn(
        15 + round, {.copies = round % 2 == 1, .sampling = true}, RandomKey(303).child(round));
    double weight = 0.0, sum = 0.0, copies = 0.0, squares = 0.0;
    for (const std::uint32_t row : drawn.numbers) {
      const double u = drawn.rows.copies[row] * drawn.rows.sampling[row];
      weight += u;
      sum += u * drawn.value(row);
      copies += drawn.rows.copies[row];
    }
    for (const std::uint32_t row : drawn.numbers) {
      squares += drawn.rows.copies[row] *
                 std::pow(drawn.rows.sampling[row] * (drawn.value(row) - sum / weight), 2);
    }
    drawn.for_each_cut(0, 1, [&](const Cut& cut, const std::vector<bool>& left) {
      double u = 0.0, here = 0.0;
      for (std::size_t place = 0; place < left.size(); ++place) {
        const std::uint32_t row = drawn.numbers[place];
        here += left[place] ? drawn.rows.copies[row] : 0.0;
        u += left[place] ? drawn.rows.copies[row] * drawn.rows.sampling[row] *
                               (drawn.value(row) - sum / weight)
                         : 0.0;
      }
      const double variance = here * (copies - here) / (copies * (copies - 1.0)) * squares;
      const double gain = drawn.node.permutation_gain(cut.left.score, cut.left.counts.copies());
      EXPECT_NEAR(gain, u * u / variance, 1e-10 * (1.0 + gain));
    });
  }
}

// A row with two copies is two rows.
TEST(ValueNode, TwoCopiesAreTheRowTwice) {
  const ValueOutcome once{.value = {3.0, 1.0, 4.0, 1.5, 9.0}},
      twice{.value = {3.0, 1.0, 4.0, 1.5, 9.0, 4.0}};
  const ValueScale scale = ValueScale::of(once.value);
  const SurvivalRows two = value_rows(
      once, scale, CaseWeights::ones(5).with_times(std::vector<std::uint32_t>{1, 1, 2, 1, 1}));
  const SurvivalRows rows = value_rows(twice, scale, CaseWeights::ones(6));
  const std::vector<std::uint32_t> five{0, 1, 2, 3, 4}, six{0, 1, 2, 3, 4, 5};
  SurvivalNode copied, plain;
  copied.look_at(two, two.copies, five);
  plain.look_at(rows, rows.copies, six);
  // rows ascend in value: 1, 1.5, 3, 4, 9
  for (const Index left : {1, 2, 3, 4}) {
    std::int64_t score[2] = {0, 0};
    for (Index place = 0; place < left; ++place) {
      score[0] += copied.sums()[at(place)].score;
    }
    const Index wide = left == 4 ? 5 : left;
    for (Index place = 0; place < wide; ++place) {
      score[1] += plain.sums()[at(place)].score;
    }
    EXPECT_NEAR(
        copied.permutation_gain(score[0], wide), plain.permutation_gain(score[1], wide), 1e-12);
  }
  EXPECT_EQ(mean_value(two, two.copies, five), mean_value(rows, rows.copies, six));
}

TEST(ValueNode, EqualValuesAreFlatWhateverTheyAre) {
  for (const double value : {0.1, 1e300, -7.3}) {
    const ValueOutcome outcome{.value = {value, value, value, value + std::fabs(value), value}};
    const SurvivalRows rows =
        value_rows(outcome, ValueScale::of(outcome.value), CaseWeights::ones(5));
    const std::vector<std::uint32_t> all{0, 1, 2, 3, 4}, equal{0, 1, 2, 3};
    SurvivalNode node;
    node.look_at(rows, rows.copies, all);
    EXPECT_FALSE(node.flat());
    node.look_at(rows, rows.copies, equal);
    EXPECT_TRUE(node.flat());
  }
}

TEST(ValueScale, HoldsAnyRange) {
  const double largest = std::numeric_limits<double>::max();
  for (const auto& [low, high] : std::vector<std::pair<double, double>>{{0.0, 1.0},
                                                                        {-3.0, 5.0},
                                                                        {-largest, largest},
                                                                        {0.0, 1e-300},
                                                                        {1e9, 1e9 + 1.0},
                                                                        {7.0, 7.0}}) {
    const std::vector<double> values{high, low, low};
    const ValueScale scale = ValueScale::of(values);
    EXPECT_EQ(scale.standard(low), 0.0);
    EXPECT_GE(scale.standard(high), low < high ? 0.5 : 0.0);
    EXPECT_LE(scale.standard(high), 1.0);
    EXPECT_EQ(scale.real(scale.standard(low)), low);
    EXPECT_NEAR(scale.real(scale.standard(high)) / high, 1.0, 1e-15);
  }
  const ValueScale binary = ValueScale::of(std::vector<double>{0.0, 1.0, 1.0});
  EXPECT_EQ(binary.standard(1.0), 1.0);
  EXPECT_EQ(binary.exponent, 0);
}

// Concordance of cases first: cases x controls that are ordered rightly, ties 1/2.
TEST(ValueRows, ConcordanceOfCasesFirstIsTheAreaUnderTheCurve) {
  RandomStream draw(RandomKey(304));
  ValueOutcome outcome{.value = {}, .binary = true};
  Prediction prediction;
  for (Index subject = 0; subject < 80; ++subject) {
    outcome.value.push_back(static_cast<double>(draw.index_below(2)));
    prediction.score.push_back(static_cast<double>(draw.index_below(12)));
  }
  double pairs = 0.0, right = 0.0;
  for (std::size_t one = 0; one < 80; ++one) {
    for (std::size_t other = 0; other < 80; ++other) {
      if (outcome.value[one] > outcome.value[other]) {
        const double gap = prediction.score[one] - prediction.score[other];
        pairs += 1.0;
        right += gap > 0.0 ? 1.0 : gap == 0.0 ? 0.5 : 0.0;
      }
    }
  }
  const Outcome ordered = cases_first(outcome);
  const CaseWeights ones = CaseWeights::ones(80);
  const survival::CensoringWeights censoring(ordered, ones);
  EXPECT_NEAR(measure::harrell_c({.prediction = prediction,
                                  .outcome = ordered,
                                  .weights = ones,
                                  .centre = {},
                                  .censoring = censoring})
                  .value,
              right / pairs,
              1e-14);
}

TEST(ValueRules, ThoseOfOtherOutcomesAreRefused) {
  EXPECT_EQ(find_value_rule("", false).name, "variance");
  EXPECT_EQ(find_value_rule("", true).name, "gini");
  EXPECT_EQ(find_value_rule("maximally_selected", true).name, "maximally_selected");
  const Fault fault =
      test::fault_of<ConfigError>([] { static_cast<void>(find_value_rule("log_rank", false)); });
  EXPECT_NE(fault.expected.find("variance, random, maximally_selected"), std::string::npos);
  EXPECT_THROW(static_cast<void>(find_value_rule("gini", false)), ConfigError);
  EXPECT_THROW(static_cast<void>(find_split_rule("variance")), ConfigError);
  EXPECT_THROW(static_cast<void>(value_outcome(CountOutcome{.count = {1.0}}, "x")), ConfigError);
}

} // namespace
} // namespace vigil::forest
