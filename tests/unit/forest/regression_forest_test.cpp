// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/forest/regression_forest.hpp"
#include "vigil/forest/value_rules.hpp"

#include <gtest/gtest.h>

#include "tests/support/fault_of.hpp"
#include "tests/support/value_case.hpp"
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace vigil::forest {
namespace {

using test::ValueCase;

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Cases x controls that are ordered rightly, ties 1/2.
double area(const std::vector<double>& score, const std::vector<std::uint8_t>& label) {
  double pairs = 0.0, right = 0.0;
  for (std::size_t one = 0; one < score.size(); ++one) {
    for (std::size_t other = 0; other < score.size(); ++other) {
      if (label[one] > label[other]) {
        pairs += 1.0;
        right += score[one] > score[other] ? 1.0 : score[one] == score[other] ? 0.5 : 0.0;
      }
    }
  }
  return right / pairs;
}

TEST(RegressionForest, BytesDoNotDependOnThreadsOrBlocks) {
  for (const bool binary : {false, true}) {
    for (const ValueRule& each : value_rule_table()) {
      if (!(binary ? each.binary : each.continuous)) {
        continue;
      }
      ValueCase drawn = test::holed_case(400, 150, 20, binary);
      const ForestOptions options{.trees = 25,
                                  .replace = binary,
                                  .split_rule = std::string(each.rule.name),
                                  .importance = {ImportanceKind::permutation},
                                  .error_curve = true};
      const RegressionForest one = drawn.grow(options, 1);
      EXPECT_GT(one.trees().front().leaves(), 1) << each.rule.name;
      for (const int threads : {2, 8}) {
        drawn.block_features = threads == 8 ? 3 : 0;
        const RegressionForest other = drawn.grow(options, threads);
        EXPECT_EQ(one.record().entries(), other.record().entries());
        EXPECT_TRUE(test::same_bytes(one.out_of_bag().value, other.out_of_bag().value));
        EXPECT_TRUE(test::same_bytes(drawn.scores(one, 1), drawn.scores(one, threads)));
        EXPECT_EQ(one.error().back().squared_error, other.error().back().squared_error);
        EXPECT_EQ(one.error().back().se, other.error().back().se);
        for (std::size_t row = 0; row < one.importance().size(); ++row) {
          EXPECT_EQ(one.importance()[row].importance, other.importance()[row].importance);
          EXPECT_EQ(one.importance()[row].se, other.importance()[row].se);
        }
      }
    }
  }
}

// Everything out of the bag from the trees, by plain means: who is in which leaf, the mean of the leaf, and the votes of the
// trees that did not see a subject.
TEST(RegressionForest, OutOfBagVotesAreThoseOfTheLeaves) {
  for (const bool binary : {false, true}) {
    ValueCase drawn = test::holed_case(401, 20, 4, binary);
    std::vector<double> sampling;
    for (Index subject = 0; subject < 20; ++subject) {
      sampling.push_back(1.0 + static_cast<double>(subject % 3));
    }
    drawn.weights = drawn.weights.with_sampling(sampling);
    const ForestOptions options{
        .trees = 12, .features_per_split = 3, .min_node = 4, .min_leaf = 2, .error_curve = true};
    const RegressionForest forest = drawn.grow(options, 1);
    const TrainingData data = drawn.data();
    const ValueOutcome outcome = value_outcome(drawn.outcome, "test");
    Scheduler scheduler(1);
    const SurvivalRows rows = value_rows(outcome, forest.scale(), drawn.weights);
    const RankColumns ranks(data.covariates(), rows.subject, scheduler);
    TreeGrower grower(rows,
                      ranks,
                      {.features_per_split = 3,
                       .min_node = 4,
                       .leaf = {.subjects = 2, .events = 0},
                       .rule = &find_value_rule("", binary)});
    std::vector<double> sum(20, 0.0);
    std::vector<Index> votes(20, 0);
    for (Index number = 0; number < 12; ++number) {
      const Tree tree = grower.grow(RandomKey(9).child("tree").child(number));
      const std::vector<std::uint32_t> out(grower.out_of_bag().begin(), grower.out_of_bag().end());
      EXPECT_EQ(size_of(out), 20 - 13); // 0.632 x 20 = 12.6
      const auto leaf_of = [&](Index row) {
        return tree.leaf_of([&](std::uint32_t node) {
          const std::uint16_t rank = ranks.column(tree.feature[node])[at(row)];
          return rank == 0 ? tree.missing_left[node] != 0 : rank <= tree.cut[node];
        });
      };
      std::map<Index, std::pair<double, double>> leaves; // weight, weighted sum
      std::map<Index, Index> inside;
      for (Index row = 0; row < 20; ++row) {
        if (std::ranges::find(out, static_cast<std::uint32_t>(row)) == out.end()) {
          const Index subject = rows.subject[at(row)];
          auto& [weight, total] = leaves[leaf_of(row)];
          weight += sampling[at(subject)];
          total += sampling[at(subject)] * outcome.value[at(subject)];
          ++inside[leaf_of(row)];
        }
      }
      EXPECT_EQ(size_of(leaves), tree.leaves());
      for (const auto& [leaf, count] : inside) {
        EXPECT_GE(count, 2);
      }
      for (const std::uint32_t row : out) {
        const auto& [weight, total] = leaves[leaf_of(row)];
        sum[at(rows.subject[row])] += total / weight;
        ++votes[at(rows.subject[row])];
      }
    }
    double errors = 0.0, deviations = 0.0, weight = 0.0, mean = 0.0;
    for (std::size_t subject = 0; subject < 20; ++subject) {
      ASSERT_EQ(forest.out_of_bag().trees[subject], votes[subject]);
      ASSERT_GT(votes[subject], 0);
      const double value = sum[subject] / static_cast<double>(votes[subject]);
      // votes are rounded to 2^-31 of a range of at most 16
      EXPECT_NEAR(forest.out_of_bag().value[subject], value, 16.0 * std::ldexp(1.0, -31));
      weight += sampling[subject];
      mean += sampling[subject] * outcome.value[subject];
      errors += sampling[subject] * std::pow(outcome.value[subject] - value, 2);
    }
    for (std::size_t subject = 0; subject < 20; ++subject) {
      deviations += sampling[subject] * std::pow(outcome.value[subject] - mean / weight, 2);
    }
    const ErrorPoint& last = forest.error().back();
    EXPECT_NEAR(last.squared_error, errors / weight, 1e-7);
    EXPECT_GT(last.squared_error_se, 0.0);
    if (binary) {
      EXPECT_TRUE(std::isnan(last.r_squared));
    } else {
      EXPECT_NEAR(last.r_squared, 1.0 - errors / deviations, 1e-8);
      EXPECT_TRUE(std::isnan(last.concordance));
    }
  }
}

TEST(RegressionForest, ErrorOfABinaryOutcomeIsTheAreaUnderTheCurve) {
  ValueCase drawn = test::holed_case(402, 120, 6, true);
  const RegressionForest forest = drawn.grow({.trees = 60, .error_curve = true});
  EXPECT_NEAR(
      forest.error().back().concordance, area(forest.out_of_bag().value, drawn.labels()), 1e-14);
  EXPECT_GT(forest.error().back().se, 0.0);
  for (const double value : forest.out_of_bag().value) {
    EXPECT_GE(value, 0.0);
    EXPECT_LE(value, 1.0);
  }
}

TEST(RegressionForest, FindsSignalOnFreshData) {
  ValueCase drawn(RandomKey(403), 300, 6, false), fresh(RandomKey(404), 300, 6, false);
  const RegressionForest forest =
      drawn.grow({.trees = 150, .min_node = 5, .min_leaf = 2, .error_curve = true});
  const auto scores = fresh.scores(forest);
  double errors = 0.0, deviations = 0.0;
  for (std::size_t subject = 0; subject < 300; ++subject) {
    errors += std::pow(fresh.values()[subject] - scores[subject], 2);
    deviations += std::pow(fresh.values()[subject] - mean_of(fresh.values()), 2);
  }
  // six sevenths of the variance can be known, half of it by a constant per quarter of x0
  EXPECT_GT(1.0 - errors / deviations, 0.5);
  // what the bag says of itself is what fresh data say, but for the error of 300 subjects
  EXPECT_NEAR(forest.error().back().r_squared, 1.0 - errors / deviations, 0.1);
  ValueCase binary(RandomKey(403), 300, 6, true), fresh_binary(RandomKey(404), 300, 6, true);
  const RegressionForest probabilities = binary.grow({.trees = 150, .error_curve = true});
  EXPECT_GT(area(fresh_binary.scores(probabilities), fresh_binary.labels()), 0.8);
}

// Outcomes of other subjects: nothing is explained, and no order on fresh data.
TEST(RegressionForest, FindsNothingInNoise) {
  constexpr Index data_sets = 40;
  std::vector<double> areas, explained;
  for (Index number = 0; number < data_sets; ++number) {
    const auto seed = static_cast<std::uint64_t>(2000 + number);
    ValueCase drawn(RandomKey(seed), 80, 5, true), fresh(RandomKey(seed + 500), 80, 5, true);
    drawn.outcome = ValueCase(RandomKey(seed + 1000), 80, 5, true).outcome;
    areas.push_back(area(fresh.scores(drawn.grow({.trees = 30})), fresh.labels()));
    ValueCase values(RandomKey(seed), 80, 5, false);
    values.outcome = ValueCase(RandomKey(seed + 1000), 80, 5, false).outcome;
    explained.push_back(values.grow({.trees = 30, .error_curve = true}).error().back().r_squared);
  }
  double squares = 0.0;
  for (const double each : areas) {
    squares += std::pow(each - mean_of(areas), 2);
  }
  EXPECT_NEAR(mean_of(areas), 0.5, 3.0 * std::sqrt(squares / (data_sets - 1.0) / data_sets));
  EXPECT_LT(mean_of(explained), 0.0);
}

TEST(RegressionForest, LeavesHaveTheirSizeAndStrataAreLeftOut) {
  ValueCase drawn(RandomKey(405), 120, 4, false);
  drawn.stratum.resize(120);
  for (Index subject = 0; subject < 120; ++subject) {
    // the last marker is the centre, which moves the outcome far
    drawn.stratum[at(subject)] = subject % 4;
    drawn.values()[at(subject)] += 30.0 * static_cast<double>(subject % 4);
    drawn.marker_values[at(3 * 120 + subject)] = static_cast<float>(subject % 4);
  }
  const auto share = [&](const RegressionForest& forest) {
    double cuts = 0.0, of_centre = 0.0;
    for (const Tree& tree : forest.trees()) {
      if (tree.feature.front() != Tree::no_feature) {
        cuts += 1.0;
        of_centre += tree.feature.front() == 3 ? 1.0 : 0.0;
      }
    }
    return of_centre / cuts;
  };
  const ForestOptions options{.trees = 30, .features_per_split = 4};
  for (const char* rule : {"variance", "maximally_selected", "random"}) {
    ForestOptions asked = options;
    asked.split_rule = rule;
    EXPECT_EQ(share(drawn.grow(asked)), 0.0) << rule; // no cut between strata says anything
    EXPECT_EQ(drawn.grow(asked, 1).record().entries(), drawn.grow(asked, 4).record().entries());
  }
  drawn.stratum.clear();
  EXPECT_EQ(share(drawn.grow(options)), 1.0);
}

TEST(RegressionForest, ConstantOutcomesAreUndefinedForAReason) {
  ValueCase drawn(RandomKey(406), 30, 3, false), binary(RandomKey(406), 30, 3, true);
  drawn.values().assign(30, 4.5);
  binary.labels().assign(30, 1);
  ValueCase bare(RandomKey(406), 30, 0, false);
  for (const auto& [forest, reason] : std::vector<std::pair<RegressionForest, std::string>>{
           {drawn.grow({.trees = 5}), "one outcome value only"},
           {binary.grow({.trees = 5}), "one class only"},
           {bare.grow({.trees = 5}), "no features"}}) {
    EXPECT_EQ(forest.status(), FitStatus::undefined);
    EXPECT_EQ(forest.reason(), reason);
    EXPECT_TRUE(forest.error().empty());
    EXPECT_TRUE(std::isnan(forest.out_of_bag().value.front()));
    const RegressionForest read = RegressionForest::from_record(forest.record());
    EXPECT_EQ(read.reason(), reason);
    EXPECT_TRUE(std::isnan(drawn.scores(read).front()));
  }
}

// Nothing to cut by: predictions are means of bags. Two subjects: each is predicted by the other.
TEST(RegressionForest, SmallestAndFlatCases) {
  ValueCase two(RandomKey(407), 2, 2, false);
  two.values() = {1.0, 3.0};
  const RegressionForest pair =
      two.grow({.trees = 20, .min_node = 1, .min_leaf = 1, .error_curve = true});
  EXPECT_EQ(pair.status(), FitStatus::converged);
  EXPECT_EQ(pair.out_of_bag().value, (std::vector<double>{3.0, 1.0}));
  EXPECT_EQ(pair.error().back().squared_error, 4.0);
  EXPECT_EQ(pair.error().back().r_squared, -3.0);
  for (const bool binary : {false, true}) {
    ValueCase flat(RandomKey(408), 60, 3, binary);
    std::ranges::fill(flat.marker_values, 1.5F);
    const RegressionForest forest = flat.grow({.trees = 40, .error_curve = true});
    const ErrorPoint& error = forest.error().back();
    EXPECT_EQ(forest.trees().front().leaves(), 1);
    EXPECT_TRUE(std::isfinite(error.squared_error));
    if (binary) {
      EXPECT_EQ(error.undefined_because, "no tree cuts any column");
      EXPECT_TRUE(std::isnan(error.concordance));
    } else {
      // means of trees that lack the subject: a little beyond the variance
      EXPECT_LT(error.r_squared, 0.0);
      EXPECT_GT(error.r_squared, -0.2);
    }
  }
}

TEST(RegressionForest, SubjectsOfWeightZeroAreNotThere) {
  ValueCase drawn = test::holed_case(409, 90, 6, false);
  std::vector<std::uint32_t> times(90, 1);
  for (std::size_t subject = 0; subject < 90; subject += 4) {
    times[subject] = 0;
  }
  drawn.weights = drawn.weights.with_times(times);
  const ForestOptions options{.trees = 15, .error_curve = true};
  const RegressionForest before = drawn.grow(options);
  for (std::size_t subject = 0; subject < 90; subject += 4) {
    EXPECT_TRUE(std::isnan(before.out_of_bag().value[subject]));
    drawn.values()[subject] = 1e12;
    for (std::size_t marker = 0; marker < 6; ++marker) {
      drawn.marker_values[marker * 90 + subject] = marker % 2 == 0 ? 1e30F : std::nanf("");
    }
  }
  const RegressionForest after = drawn.grow(options);
  EXPECT_EQ(before.record().entries(), after.record().entries());
  EXPECT_EQ(before.error().back().r_squared, after.error().back().r_squared);
}

TEST(RegressionForest, AShiftOfTheOutcomeShiftsScores) {
  ValueCase drawn = test::holed_case(410, 100, 6, false);
  const RegressionForest before = drawn.grow({.trees = 20, .error_curve = true});
  for (double& value : drawn.values()) {
    value = 64.0 * value + 1024.0;
  }
  const RegressionForest after = drawn.grow({.trees = 20, .error_curve = true});
  for (std::size_t subject = 0; subject < 100; ++subject) {
    // votes are rounded to 2^-31 of a range of at most 16
    EXPECT_NEAR(after.out_of_bag().value[subject],
                64.0 * before.out_of_bag().value[subject] + 1024.0,
                64.0 * 1e-8);
  }
  EXPECT_NEAR(after.error().back().r_squared, before.error().back().r_squared, 1e-7);
}

TEST(RegressionForest, GrowsUntilTheErrorIsSmall) {
  ValueCase drawn(RandomKey(412), 150, 5, false);
  const RegressionForest forest = drawn.grow({.trees = 2000, .target_error = 0.02});
  EXPECT_LT(size_of(forest.trees()), 2000);
  EXPECT_GE(size_of(forest.trees()), 100);
  EXPECT_LE(forest.error().back().error(), 0.02);
}

TEST(RegressionForest, OutcomesAndRulesOfOthersAreRefused) {
  ValueCase drawn(RandomKey(418), 40, 3, false);
  EXPECT_THROW(static_cast<void>(drawn.grow({.split_rule = "log_rank"})), ConfigError);
  EXPECT_THROW(static_cast<void>(drawn.grow({.split_rule = "gini"})), ConfigError);
  drawn.outcome = CountOutcome{.count = std::vector<double>(40, 2.0)};
  const Fault fault =
      test::fault_of<ConfigError>([&] { static_cast<void>(drawn.grow({.trees = 5})); });
  EXPECT_NE(fault.found.find("poisson"), std::string::npos);
}

} // namespace
} // namespace vigil::forest
