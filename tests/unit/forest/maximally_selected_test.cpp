// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/forest/split_rules.hpp"
#include "vigil/numeric/tail.hpp"
#include "vigil/survival/maximally_selected.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <vector>

namespace vigil::forest {
namespace {

using survival::log_p_of_selected;

// One cut is a usual test, at any distance.
TEST(MaximallySelected, OneCutIsATwoSidedTest) {
  const std::vector<double> half{0.0};
  for (const double b : {0.2, 0.9, 1.5, 4.0, 12.0, 19.0}) {
    EXPECT_NEAR(log_p_of_selected(b, half), std::log(two_sided_normal_p(b)), 1e-12 * (1.0 + b * b));
  }
  // beyond the range of double: log 2 phi(b) / b
  EXPECT_NEAR(log_p_of_selected(60.0, half),
              -1800.0 - std::log(30.0 * std::sqrt(2.0 * std::acos(-1.0))),
              1e-9);
}

// Cuts that are far from each other are independent: the p-values add up. Ten at one place are one.
TEST(MaximallySelected, FarCutsAddUpAndEqualOnesAreOne) {
  const std::vector<double> far{0.0, 30.0, 60.0}, equal(10, 0.4);
  EXPECT_NEAR(std::exp(log_p_of_selected(3.0, far)), 3.0 * two_sided_normal_p(3.0), 1e-3 * 0.0081);
  EXPECT_NEAR(log_p_of_selected(3.0, equal), std::log(two_sided_normal_p(3.0)), 1e-12);
}

// Very close ones: the tail of the continuous process, 2 {1 - Phi(b)} + 2 b phi(b) times its length.
TEST(MaximallySelected, CloseCutsAreTheContinuousProcess) {
  std::vector<double> times;
  for (int step = 0; step <= 4'000'000; ++step) {
    times.push_back(5e-7 * step);
  }
  const double b = 3.0, density = std::exp(-4.5) / std::sqrt(2.0 * std::acos(-1.0));
  const double p = two_sided_normal_p(b) + 2.0 * b * density * 2.0;
  EXPECT_NEAR(std::exp(log_p_of_selected(b, times)), p, 0.002 * p); // nu is 1 - 0.0017 here
}

TEST(MaximallySelected, FallsAsTheStatisticGrows) {
  std::vector<double> times;
  for (int left = 10; left <= 90; ++left) {
    times.push_back(0.5 * std::log(left / (100.0 - left)));
  }
  double before = 0.0;
  for (double b = 0.05; b < 60.0; b += 0.05) {
    const double log_p = log_p_of_selected(b, times);
    EXPECT_TRUE(log_p < before || log_p == 0.0) << b;
    before = log_p;
  }
  EXPECT_LT(before, -1700.0);
}

// Pure noise: 150 subjects, columns that are continuous, binary and of five levels, ten each. In strata of a hazard of their
// own the continuous ones are higher in the later strata.
struct Noise {
  SurvivalRows rows;
  std::vector<std::uint32_t> numbers;
  std::vector<std::vector<std::uint16_t>> columns;

  explicit Noise(const RandomKey& key, bool strata = false) {
    constexpr Index subjects = 150;
    RandomStream draw(key);
    SurvivalOutcome outcome;
    for (Index subject = 0; subject < subjects; ++subject) {
      const double hazard = strata ? 1.0 + static_cast<double>(subject % 4) : 1.0;
      const double time = draw.exponential() / hazard, censored = draw.exponential();
      outcome.time.push_back(std::min(time, censored));
      outcome.event.push_back(time <= censored ? 1 : 0);
      numbers.push_back(static_cast<std::uint32_t>(subject));
    }
    std::vector<Index> stratum;
    for (Index subject = 0; strata && subject < subjects; ++subject) {
      stratum.push_back(subject % 4);
    }
    rows = survival_rows(outcome, CaseWeights::ones(subjects), stratum);
    for (const Index levels : {subjects, Index{2}, Index{5}}) {
      for (int copy = 0; copy < 10; ++copy) {
        auto& ranks = columns.emplace_back(at(subjects));
        for (Index row = 0; row < subjects; ++row) {
          ranks[at(row)] =
              static_cast<std::uint16_t>(1 + (levels == subjects ? row : draw.index_below(levels)));
        }
        for (Index row = subjects - 1; row > 0 && levels == subjects; --row) {
          std::swap(ranks[at(row)], ranks[at(draw.index_below(row + 1))]);
        }
        for (Index row = 0; row < subjects && levels == subjects && strata; ++row) {
          ranks[at(row)] = static_cast<std::uint16_t>(ranks[at(row)] + 40 * rows.stratum[at(row)]);
        }
      }
    }
  }
};

struct Shares {
  std::array<double, 3> chosen = {}; ///< continuous, binary, five levels
  std::array<double, 3> below = {};  ///< p-values below 0.05
  double split = 0.0;
};

Shares shares_of(std::string_view name, Index rounds, bool strata = false) {
  Shares shares;
  SplitScratch scratch;
  scratch.cells.resize(65'536);
  const SplitRule& rule = find_split_rule(name);
  const LeafLimits limits;
  for (Index round = 0; round < rounds; ++round) {
    const Noise noise(RandomKey(99).child(round), strata);
    SurvivalNode node;
    node.look_at(noise.rows, noise.rows.copies, noise.numbers);
    const NodeSearch search{
        .node = node, .limits = limits, .key = RandomKey(100).child(round), .scratch = scratch};
    if (rule.prepare != nullptr) {
      rule.prepare(search);
    }
    Split best;
    for (Index feature = 0; feature < size_of(noise.columns); ++feature) {
      const auto& ranks = noise.columns[at(feature)];
      const CutColumn column{feature, ranks, *std::ranges::max_element(ranks)};
      Split alone;
      rule.search(search, column, alone);
      rule.search(search, column, best);
      shares.below[at(feature / 10)] +=
          std::exp(-alone.gain) < 0.05 ? 0.1 / static_cast<double>(rounds) : 0.0;
    }
    shares.chosen[at(best.feature / 10)] += 1.0 / static_cast<double>(rounds);
    shares.split +=
        rule.accepts != nullptr && rule.accepts(search) ? 1.0 / static_cast<double>(rounds) : 0.0;
  }
  return shares;
}

// No kind of column is chosen more often; exhaustive rules choose the continuous ones (docs/methods/survival_forest.md).
TEST(SplitRules, OfRandomAndSelectedCutsFavourNoKindOfNoise) {
  constexpr Index rounds = 600;
  for (const char* name : {"random_log_rank", "maximally_selected"}) {
    const Shares shares = shares_of(name, rounds);
    for (const double share : shares.chosen) {
      EXPECT_NEAR(share, 1.0 / 3.0, 3.0 * std::sqrt(2.0 / 9.0 / rounds)) << name;
    }
  }
  EXPECT_GT(shares_of("guarded_log_rank", rounds).chosen[0], 0.65);
}

TEST(SplitRules, SelectedCutsOfNoiseAreNoDiscovery) {
  constexpr Index rounds = 600;
  for (const bool strata : {false, true}) {
    const Shares shares = shares_of("maximally_selected", rounds, strata);
    for (const double share : shares.below) {
      EXPECT_LT(share, 0.05 + 3.0 * std::sqrt(0.05 * 0.95 / (10 * rounds))) << strata;
      EXPECT_GT(share, 0.035) << strata;
    }
    EXPECT_NEAR(shares.split, 0.5, 3.0 * std::sqrt(0.25 / rounds))
        << strata; // of the nodes of noise
  }
}

} // namespace
} // namespace vigil::forest
