// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/split_rules.hpp"
#include "vigil/forest/survival_forest.hpp"
#include "vigil/measure/concordance.hpp"

#include <gtest/gtest.h>

#include "tests/support/grow_forest.hpp"
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace vigil::forest {
namespace {

// Also where some are NaN.
bool same_bytes(const std::vector<double>& left, const std::vector<double>& right) {
  return left.size() == right.size() &&
         std::memcmp(left.data(), right.data(), left.size() * sizeof(double)) == 0;
}

void take_strata(test::SurvivalCase& drawn, Index strata) {
  for (Index subject = 0; subject < drawn.subjects; ++subject) {
    drawn.stratum.push_back(subject % strata);
  }
}

void expect_same(const SurvivalForest& one, const SurvivalForest& other, const std::string& where) {
  EXPECT_TRUE(one.record().entries() == other.record().entries()) << where;
  EXPECT_TRUE(same_bytes(one.out_of_bag().mortality, other.out_of_bag().mortality)) << where;
  EXPECT_TRUE(same_bytes(one.out_of_bag().risk.value, other.out_of_bag().risk.value)) << where;
  ASSERT_EQ(one.importance().size(), other.importance().size()) << where;
  for (std::size_t row = 0; row < one.importance().size(); ++row) {
    EXPECT_EQ(one.importance()[row].importance, other.importance()[row].importance) << where;
  }
}

TEST(Strata, OneStratumChangesNoBit) {
  test::SurvivalCase drawn(RandomKey(221), 120, 10, 1);
  ForestOptions options{
      .trees = 20, .horizons = {0.3}, .importance = {ImportanceKind::permutation}};
  const SurvivalForest plain = test::grow_forest(drawn, options);
  drawn.stratum.assign(120, 4);
  expect_same(plain, test::grow_forest(drawn, options), "one stratum");
}

TEST(Strata, BytesDoNotDependOnThreads) {
  test::SurvivalCase drawn(RandomKey(222), 150, 10, 1);
  take_strata(drawn, 4);
  for (const SplitRule& rule : split_rule_table()) {
    const ForestOptions options{.trees = 12,
                                .split_rule = std::string(rule.name),
                                .horizons = {0.3},
                                .importance = {ImportanceKind::permutation},
                                .error_curve = true};
    const SurvivalForest one = test::grow_forest(drawn, options, 1);
    EXPECT_EQ(one.grown().strata, 4);
    EXPECT_FALSE(one.record().counts("columns").empty()) << rule.name;
    for (const int threads : {2, 8}) {
      const SurvivalForest other = test::grow_forest(drawn, options, threads);
      expect_same(one, other, std::string(rule.name) + ", threads " + std::to_string(threads));
      EXPECT_EQ(one.error().back().concordance, other.error().back().concordance);
    }
  }
}

// Trees of one leaf have no cut that strata could change: their curves are those of a forest without strata, also with
// entries.
TEST(Strata, LeavesHoldTheCurveOfAllTheirRows) {
  for (const bool entry : {false, true}) {
    test::SurvivalCase drawn(RandomKey(223), 150, 4, 1);
    RandomStream draw(RandomKey(224));
    for (const double time : drawn.survival.time) {
      if (entry) {
        drawn.survival.entry.push_back(time * draw.uniform());
      }
    }
    const ForestOptions options{.trees = 10, .min_node = 150, .horizons = {0.3}};
    const SurvivalForest plain = test::grow_forest(drawn, options);
    take_strata(drawn, 3);
    const SurvivalForest apart = test::grow_forest(drawn, options);
    EXPECT_TRUE(same_bytes(plain.out_of_bag().mortality, apart.out_of_bag().mortality));
    EXPECT_TRUE(same_bytes(plain.out_of_bag().risk.value, apart.out_of_bag().risk.value));
    EXPECT_EQ(plain.record().numbers("jump"), apart.record().numbers("jump"));
  }
}

TEST(Strata, TheErrorComparesWithinThem) {
  test::SurvivalCase drawn(RandomKey(225), 200, 6, 1);
  take_strata(drawn, 5);
  const SurvivalForest forest = test::grow_forest(drawn, {.trees = 50, .error_curve = true});
  Prediction prediction;
  prediction.score = forest.out_of_bag().mortality;
  const Outcome outcome = drawn.survival;
  const CaseWeights ones = CaseWeights::ones(200);
  const survival::CensoringWeights censoring(outcome, ones);
  const double within = measure::harrell_c({.prediction = prediction,
                                            .outcome = outcome,
                                            .weights = ones,
                                            .centre = drawn.stratum,
                                            .censoring = censoring})
                            .value;
  EXPECT_NEAR(forest.error().back().concordance, within, 1e-14);
}

/// Of the cuts of roots, the share of each column.
std::vector<double> shares_of_cuts(const SurvivalForest& forest, Index columns) {
  std::vector<double> shares(at(columns), 0.0);
  double cuts = 0.0;
  for (const Tree& tree : forest.trees()) {
    if (tree.feature[0] != Tree::no_feature) {
      shares[tree.feature[0]] += 1.0;
      cuts += 1.0;
    }
  }
  for (double& share : shares) {
    share /= cuts;
  }
  return shares;
}

/// Mean shares over data sets: of the column that is the centre, of one that measures it, of one that is noise.
struct CentreShares {
  double centre = 0.0, measured = 0.0, noise = 0.0;
};

// Four centres with hazards 1, 2, 4, 8, a column that is the centre, one that measures it with an error, eight of noise.
CentreShares centre_shares(const std::string& rule, bool strata) {
  CentreShares mean;
  constexpr Index sets = 60;
  for (Index set = 0; set < sets; ++set) {
    test::SurvivalCase drawn(RandomKey(226).child(set), 200, 10, 0);
    take_strata(drawn, 4);
    RandomStream draw(RandomKey(227).child(set));
    drawn.survival = {};
    for (Index subject = 0; subject < 200; ++subject) {
      const auto centre = static_cast<double>(drawn.stratum[at(subject)]);
      const double time = draw.exponential() * std::exp2(-centre);
      const double censoring = 0.8 * draw.exponential();
      drawn.survival.time.push_back(std::min(time, censoring));
      drawn.survival.event.push_back(time <= censoring ? 1 : 0);
      drawn.marker_values[at(subject)] = static_cast<float>(centre);
      drawn.marker_values[at(200 + subject)] = static_cast<float>(centre + 0.5 * draw.normal());
    }
    if (!strata) {
      drawn.stratum.clear();
    }
    const auto shares =
        shares_of_cuts(test::grow_forest(drawn, {.trees = 20, .split_rule = rule}), 10);
    mean.centre += shares[0] / sets;
    mean.measured += shares[1] / sets;
    for (std::size_t column = 2; column < 10; ++column) {
      mean.noise += shares[column] / 8.0 / sets;
    }
  }
  return mean;
}

// In strata the centre says nothing. What measures it has more cuts that differ than noise has, as each divides other strata:
// the exhaustive rule takes it twice as often as noise, maximally_selected as often.
TEST(Strata, AColumnOfTheStratumIsNoSignal) {
  for (const char* rule : {"guarded_log_rank", "maximally_selected"}) {
    const CentreShares apart = centre_shares(rule, true), plain = centre_shares(rule, false);
    EXPECT_EQ(apart.centre, 0.0) << rule;
    EXPECT_GT(plain.centre, 0.2) << rule;
    EXPECT_GT(plain.measured, 0.35) << rule;
    EXPECT_LT(apart.measured, 0.6 * plain.measured) << rule;
  }
  const CentreShares selected = centre_shares("maximally_selected", true);
  EXPECT_NEAR(selected.measured, selected.noise, 0.06); // 60 sets whose shares vary by about 0.15
}

} // namespace
} // namespace vigil::forest
