// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/forest/survival_forest.hpp"
#include "vigil/measure/concordance.hpp"

#include <gtest/gtest.h>

#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace vigil::forest {
namespace {

/// A drawn cohort with missing cells and what a forest is grown with.
struct Grown {
  test::SurvivalCase drawn;
  CaseWeights weights;

  Grown(std::uint64_t seed, Index subjects, Index markers, bool missing = true)
      : drawn(RandomKey(seed), subjects, markers, 1), weights(CaseWeights::ones(subjects)) {
    for (Index marker = 0; missing && marker < markers; marker += 3) {
      for (Index subject = marker % 5; subject < subjects; subject += 7) {
        drawn.marker_values[at(marker * subjects + subject)] = std::nanf("");
      }
    }
    for (double& time : drawn.survival.time) {
      time = std::ceil(20.0 * time) / 20.0;
    }
  }
  SurvivalForest grow(const ForestOptions& options, int threads = 2) {
    const TrainingData data = drawn.data();
    Scheduler scheduler(threads);
    FitContext context{scheduler};
    const Preparation preparation(data.columns(), {});
    return SurvivalForest::grow(data, {weights, preparation, RandomKey(9)}, options, context);
  }
  Prediction predict(const SurvivalForest& forest, const PredictionRequest& request, int threads) {
    const TrainingData data = drawn.data();
    Scheduler scheduler(threads);
    FitContext context{scheduler};
    return forest.predict(data.covariates(), request, context);
  }
};

template <class Value>
bool same_bytes(const std::vector<Value>& left, const std::vector<Value>& right) {
  return left.size() == right.size() &&
         (left.empty() || std::memcmp(left.data(), right.data(), left.size() * sizeof(Value)) == 0);
}

void expect_same(const SurvivalForest& left, const SurvivalForest& right) {
  EXPECT_TRUE(same_bytes(left.out_of_bag().mortality, right.out_of_bag().mortality));
  EXPECT_TRUE(same_bytes(left.out_of_bag().risk.value, right.out_of_bag().risk.value));
  ASSERT_EQ(left.trees().size(), right.trees().size());
  for (std::size_t number = 0; number < left.trees().size(); ++number) {
    const Tree &one = left.trees()[number], &other = right.trees()[number];
    EXPECT_EQ(one.feature, other.feature);
    EXPECT_EQ(one.cut, other.cut);
    EXPECT_EQ(one.child, other.child);
    EXPECT_EQ(one.missing_left, other.missing_left);
    EXPECT_EQ(one.jump_time, other.jump_time);
    EXPECT_TRUE(same_bytes(one.jump, other.jump));
  }
}

const std::vector<double> horizons{0.2, 0.5, 1.0};

// Sum over the event times of the leaf's cumulative hazard: each jump counts at its own time and all later ones.
double mortality_of(const Tree& tree, Index leaf, Index event_times) {
  double sum = 0.0;
  for (Index time = 0; time < event_times; ++time) {
    for (auto jump = tree.jump_start[at(leaf)]; jump < tree.jump_start[at(leaf + 1)]; ++jump) {
      sum += tree.jump_time[jump] <= time ? tree.jump[jump] : 0.0;
    }
  }
  return sum;
}

TEST(SurvivalForest, BytesDoNotDependOnThreadsOrBlocks) {
  Grown grown(91, 150, 40);
  const ForestOptions options{.trees = 30, .horizons = horizons};
  const SurvivalForest one = grown.grow(options, 1);
  for (const int threads : {2, 8}) {
    expect_same(one, grown.grow(options, threads));
  }
  const Prediction first = grown.predict(one, {.horizons = horizons, .curves = true}, 1);
  grown.drawn.block_features = 7;
  expect_same(one, grown.grow(options, 3));
  const Prediction again = grown.predict(one, {.horizons = horizons, .curves = true}, 5);
  EXPECT_TRUE(same_bytes(first.score, again.score));
  EXPECT_TRUE(same_bytes(first.risk.value, again.risk.value));
  EXPECT_TRUE(same_bytes(first.curves->value, again.curves->value));
}

TEST(SurvivalForest, BytesOfEveryRuleDoNotDependOnThreads) {
  Grown grown(104, 300, 12);
  for (const SplitRule& rule : split_rule_table()) {
    const ForestOptions options{
        .trees = 12, .replace = true, .split_rule = std::string(rule.name), .horizons = horizons};
    const SurvivalForest one = grown.grow(options, 1);
    expect_same(one, grown.grow(options, 4));
    EXPECT_GT(one.trees().front().nodes(), 3) << rule.name;
  }
}

// 8,000 subjects at 150 times are 10 MB of votes: eight workers share one table, one has its own.
TEST(SurvivalForest, ASharedTableOfVotesHoldsTheSame) {
  Grown grown(103, 8000, 2);
  for (std::size_t subject = 0; subject < 8000; ++subject) {
    grown.drawn.survival.time[subject] += 1e-5 * static_cast<double>(subject); // many event times
  }
  const ForestOptions options{.trees = 12, .horizons = horizons};
  expect_same(grown.grow(options, 1), grown.grow(options, 8));
}

TEST(SurvivalForest, AMonotoneChangeOfAColumnChangesNoTree) {
  Grown grown(92, 120, 12);
  const ForestOptions options{.trees = 20, .horizons = horizons};
  const SurvivalForest before = grown.grow(options);
  for (float& value : grown.drawn.marker_values) {
    value = 3.0F * value - 100.0F;
  }
  for (double& value : grown.drawn.clinical[0]) {
    value = std::exp(value);
  }
  expect_same(before, grown.grow(options));
}

TEST(SurvivalForest, SubjectsOfWeightZeroAreNotThere) {
  Grown grown(93, 100, 10);
  std::vector<std::uint32_t> times(100, 1);
  for (std::size_t subject = 0; subject < 100; subject += 4) {
    times[subject] = 0;
  }
  grown.weights = grown.weights.with_times(times);
  const ForestOptions options{.trees = 15, .horizons = horizons};
  const SurvivalForest before = grown.grow(options);
  for (Index subject = 0; subject < 100; subject += 4) {
    EXPECT_TRUE(std::isnan(before.out_of_bag().mortality[at(subject)]));
    grown.drawn.survival.time[at(subject)] = 77.0;
    for (Index marker = 0; marker < 10; ++marker) {
      grown.drawn.marker_values[at(marker * 100 + subject)] =
          marker % 2 == 0 ? 1e30F : std::nanf("");
    }
  }
  expect_same(before, grown.grow(options));
}

// Everything of a forest from its trees, by plain sums: who is in which leaf, the leaf's curve, and the votes of the
// trees that did not see a subject.
TEST(SurvivalForest, OutOfBagVotesAreThoseOfTheLeaves) {
  Grown grown(94, 20, 5);
  const ForestOptions options{.trees = 12,
                              .features_per_split = 3,
                              .min_node = 4,
                              .min_leaf = 2,
                              .min_leaf_events = 1,
                              .horizons = horizons};
  const SurvivalForest forest = grown.grow(options, 1);
  const TrainingData data = grown.drawn.data();
  const SurvivalOutcome& outcome = grown.drawn.survival;
  Scheduler scheduler(1);
  const SurvivalRows rows = survival_rows(outcome, grown.weights);
  const RankColumns ranks(data.covariates(), rows.subject, scheduler);
  TreeGrower grower(rows,
                    ranks,
                    {.features_per_split = 3,
                     .min_node = 4,
                     .leaf = {.subjects = 2, .events = 1},
                     .rule = &find_split_rule("guarded_log_rank")});
  std::vector<double> mortality(20, 0.0), survival(60, 0.0);
  std::vector<Index> votes(20, 0);
  Index splits = 0;
  for (Index number = 0; number < 12; ++number) {
    const Tree tree = grower.grow(RandomKey(9).child("tree").child(number));
    EXPECT_EQ(tree.feature, forest.trees()[at(number)].feature);
    splits += tree.leaves() - 1;
    const std::vector<std::uint32_t> out(grower.out_of_bag().begin(), grower.out_of_bag().end());
    EXPECT_EQ(size_of(out), 20 - 13);           // 0.632 x 20 = 12.6
    std::map<Index, std::vector<Index>> inside; // leaf: subjects
    const auto leaf_of = [&](Index row) {
      return tree.leaf_of([&](std::uint32_t node) {
        const std::uint16_t rank = ranks.column(tree.feature[node])[at(row)];
        return rank == 0 ? tree.missing_left[node] != 0 : rank <= tree.cut[node];
      });
    };
    for (Index row = 0; row < 20; ++row) {
      const auto place = std::ranges::find(out, static_cast<std::uint32_t>(row));
      if (place == out.end()) {
        inside[leaf_of(row)].push_back(rows.subject[at(row)]);
      } else {
        EXPECT_EQ(grower.leaf()[static_cast<std::size_t>(place - out.begin())], leaf_of(row));
      }
    }
    EXPECT_EQ(size_of(inside), tree.leaves());
    for (const auto& [leaf, subjects] : inside) {
      if (tree.leaves() > 1) {
        EXPECT_GE(size_of(subjects), 2);
        EXPECT_TRUE(std::ranges::any_of(
            subjects, [&](Index subject) { return outcome.event[at(subject)] == 1; }));
      }
      double hazard = 0.0, sum = 0.0, km = 1.0;
      std::vector<double> at_horizon(3, 1.0);
      for (const double time : rows.event_time) {
        double at_risk = 0.0, died = 0.0;
        for (const Index subject : subjects) {
          at_risk += outcome.time[at(subject)] >= time ? 1.0 : 0.0;
          died += outcome.time[at(subject)] == time && outcome.event[at(subject)] == 1 ? 1.0 : 0.0;
        }
        hazard += died > 0.0 ? died / at_risk : 0.0;
        km *= died > 0.0 ? 1.0 - died / at_risk : 1.0;
        sum += hazard;
        for (std::size_t h = 0; h < 3; ++h) {
          at_horizon[h] = time <= horizons[h] ? km : at_horizon[h];
        }
      }
      EXPECT_NEAR(mortality_of(tree, leaf, size_of(rows.event_time)), sum, 1e-12);
      for (const std::uint32_t row : out) {
        if (leaf_of(row) == leaf) {
          const Index subject = rows.subject[row];
          mortality[at(subject)] += sum;
          ++votes[at(subject)];
          for (std::size_t h = 0; h < 3; ++h) {
            survival[h * 20 + at(subject)] += at_horizon[h];
          }
        }
      }
    }
  }
  EXPECT_GT(splits, 12);
  const double last = *std::ranges::max_element(outcome.time);
  for (Index subject = 0; subject < 20; ++subject) {
    ASSERT_EQ(forest.out_of_bag().trees[at(subject)], votes[at(subject)]);
    ASSERT_GT(votes[at(subject)], 0);
    const auto count = static_cast<double>(votes[at(subject)]);
    // votes are rounded to 2^-30
    EXPECT_NEAR(forest.out_of_bag().mortality[at(subject)], mortality[at(subject)] / count, 1e-9);
    for (Index h = 0; h < 3; ++h) {
      ASSERT_LE(horizons[at(h)], last);
      EXPECT_NEAR(forest.out_of_bag().risk.at_horizon(h)[at(subject)],
                  1.0 - survival[at(h * 20 + subject)] / count,
                  1e-9);
    }
  }
}

// A cut as a value sends the training subjects where the cut as a rank sent them, missing values too.
TEST(SurvivalForest, PredictsTrainingSubjectsByTheirValues) {
  Grown grown(95, 90, 8);
  const SurvivalForest forest = grown.grow({.trees = 25, .horizons = horizons});
  const Prediction found = grown.predict(forest, {.horizons = horizons}, 2);
  const TrainingData data = grown.drawn.data();
  Scheduler scheduler(1);
  const SurvivalRows rows = survival_rows(grown.drawn.survival, grown.weights);
  const RankColumns ranks(data.covariates(), rows.subject, scheduler);
  for (Index row = 0; row < 90; ++row) {
    double mortality = 0.0;
    for (const Tree& tree : forest.trees()) {
      const Index leaf = tree.leaf_of([&](std::uint32_t node) {
        const std::uint16_t rank = ranks.column(tree.feature[node])[at(row)];
        return rank == 0 ? tree.missing_left[node] != 0 : rank <= tree.cut[node];
      });
      mortality += mortality_of(tree, leaf, size_of(rows.event_time));
    }
    EXPECT_NEAR(found.score[at(rows.subject[at(row)])], mortality / 25.0, 1e-8);
  }
  EXPECT_FALSE(found.lower.has_value());
}

double concordance(std::vector<double> score, const SurvivalOutcome& survival) {
  Prediction prediction;
  prediction.score = std::move(score);
  const Outcome outcome = survival;
  const CaseWeights ones = CaseWeights::ones(size_of(survival.time));
  const survival::CensoringWeights censoring(outcome, ones);
  return measure::harrell_c({.prediction = prediction,
                             .outcome = outcome,
                             .weights = ones,
                             .centre = {},
                             .censoring = censoring})
      .value;
}

TEST(SurvivalForest, OrdersSubjectsWhereThereIsSignal) {
  Grown grown(96, 300, 20), fresh(97, 300, 20);
  const SurvivalForest forest = grown.grow({.trees = 100});
  // the drawn linear predictor orders by 0.76; 0.02 is a standard error
  EXPECT_GT(concordance(forest.out_of_bag().mortality, grown.drawn.survival), 0.66);
  EXPECT_GT(concordance(fresh.predict(forest, {}, 2).score, fresh.drawn.survival), 0.66);
}

// Outcomes of other subjects: no order on fresh data, and none out of the bag but the one against themselves.
TEST(SurvivalForest, FindsNothingInNoise) {
  constexpr Index data_sets = 60;
  std::vector<double> fresh_c, bag_c;
  for (Index number = 0; number < data_sets; ++number) {
    const auto seed = static_cast<std::uint64_t>(1000 + number);
    Grown grown(seed, 100, 6, false), fresh(seed + 1000, 100, 6, false);
    grown.drawn.survival = Grown(seed + 2000, 100, 6, false).drawn.survival;
    const SurvivalForest forest = grown.grow({.trees = 40});
    fresh_c.push_back(concordance(fresh.predict(forest, {}, 2).score, fresh.drawn.survival));
    bag_c.push_back(concordance(forest.out_of_bag().mortality, grown.drawn.survival));
  }
  const auto mean_and_error = [](const std::vector<double>& values) {
    const double count = static_cast<double>(values.size());
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
    double squares = 0.0;
    for (const double value : values) {
      squares += (value - mean) * (value - mean);
    }
    return std::pair(mean, std::sqrt(squares / (count - 1.0) / count));
  };
  const auto [fresh_mean, fresh_error] = mean_and_error(fresh_c);
  EXPECT_NEAR(fresh_mean, 0.5, 3.0 * fresh_error);
  const auto [bag_mean, bag_error] = mean_and_error(bag_c);
  EXPECT_LT(bag_mean, 0.5 + 3.0 * bag_error);
}

// Whether a value is there says who dies: the trees learn where missing values go.
TEST(SurvivalForest, LearnsTheWayOfMissingValues) {
  Grown grown(98, 200, 2, false);
  for (Index subject = 0; subject < 200; ++subject) {
    const bool high = subject % 2 == 0;
    grown.drawn.survival.time[at(subject)] =
        (high ? 0.2 : 2.0) + 0.001 * static_cast<double>(subject);
    grown.drawn.survival.event[at(subject)] = subject % 5 == 0 ? 0 : 1;
    // low values die early, and so do missing ones
    float& value = grown.drawn.marker_values[at(subject)];
    value = high ? -std::fabs(value) : std::fabs(value);
    if (high && subject % 3 == 0) {
      value = std::nanf("");
    }
  }
  const SurvivalForest forest = grown.grow({.trees = 30, .features_per_split = 3});
  const auto score = grown.predict(forest, {}, 1).score;
  double lowest_missing = HUGE_VAL, highest_late = 0.0;
  for (Index subject = 0; subject < 200; ++subject) {
    if (std::isnan(grown.drawn.marker_values[at(subject)])) {
      lowest_missing = std::min(lowest_missing, score[at(subject)]);
    } else if (subject % 2 == 1) {
      highest_late = std::max(highest_late, score[at(subject)]);
    }
  }
  EXPECT_GT(lowest_missing, highest_late);
}

TEST(SurvivalForest, IsUndefinedWithoutEventsOrFeatures) {
  Grown grown(99, 40, 3);
  std::ranges::fill(grown.drawn.survival.event, std::uint8_t{0});
  const SurvivalForest forest = grown.grow({.trees = 3, .horizons = {0.5}});
  EXPECT_EQ(forest.status(), FitStatus::undefined);
  EXPECT_EQ(forest.reason(), "no events");
  const Prediction prediction = grown.predict(forest, {.horizons = horizons}, 1);
  EXPECT_TRUE(std::isnan(prediction.score[0]) && std::isnan(prediction.risk.value[0]));
}

TEST(SurvivalForest, ConstantFeaturesGiveOneLeaf) {
  Grown grown(100, 40, 3, false);
  std::ranges::fill(grown.drawn.marker_values, 1.0F);
  std::ranges::fill(grown.drawn.clinical[0], 2.0);
  const SurvivalForest forest = grown.grow({.trees = 4});
  for (const Tree& tree : forest.trees()) {
    EXPECT_EQ(tree.leaves(), 1);
  }
  const double last = *std::ranges::max_element(grown.drawn.survival.time);
  const Prediction prediction =
      grown.predict(forest, {.horizons = std::vector{0.1, last + 1.0}}, 1);
  EXPECT_GT(prediction.risk.at_horizon(0)[0], 0.0);
  EXPECT_TRUE(std::isnan(prediction.risk.at_horizon(1)[0])); // nobody was seen for so long
}

TEST(SurvivalForest, SomebodyIsAlwaysOutOfTheBag) {
  Grown grown(102, 30, 3);
  for (const ForestOptions& options : {ForestOptions{.trees = 60, .sample_fraction = 1.0},
                                       ForestOptions{.trees = 60, .replace = true}}) {
    const SurvivalForest forest = grown.grow(options);
    const auto& trees = forest.out_of_bag().trees;
    EXPECT_GE(std::accumulate(trees.begin(), trees.end(), Index{0}), 60);
  }
}

TEST(SurvivalForest, RefusesWhatItCannotGrow) {
  Grown grown(101, 30, 3);
  const auto refused = [&](const ForestOptions& options) {
    EXPECT_THROW(static_cast<void>(grown.grow(options)), ConfigError);
  };
  refused({.trees = 0});
  refused({.features_per_split = 5}); // of four
  refused({.min_leaf = 0});
  refused({.sample_fraction = 0.0});
  refused({.sample_fraction = 1.1});
  refused({.split_rule = "logrank"});
}

} // namespace
} // namespace vigil::forest
