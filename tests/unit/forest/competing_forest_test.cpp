// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/survival_forest.hpp"
#include "vigil/measure/concordance.hpp"

#include <gtest/gtest.h>

#include "tests/support/competing_case.hpp"
#include "tests/support/grow_forest.hpp"
#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace vigil::forest {
namespace {

void expect_same_trees(const SurvivalForest& left, const SurvivalForest& right) {
  ASSERT_EQ(left.trees().size(), right.trees().size());
  for (std::size_t number = 0; number < left.trees().size(); ++number) {
    const Tree &one = left.trees()[number], &other = right.trees()[number];
    EXPECT_EQ(one.feature, other.feature);
    EXPECT_EQ(one.cut, other.cut);
    EXPECT_EQ(one.child, other.child);
    EXPECT_EQ(one.missing_left, other.missing_left);
  }
}

void expect_same(const SurvivalForest& left, const SurvivalForest& right) {
  expect_same_trees(left, right);
  EXPECT_TRUE(test::same_bytes(left.out_of_bag().mortality, right.out_of_bag().mortality));
  EXPECT_TRUE(test::same_bytes(left.out_of_bag().risk.value, right.out_of_bag().risk.value));
  for (std::size_t number = 0; number < left.trees().size(); ++number) {
    EXPECT_EQ(left.trees()[number].jump_time, right.trees()[number].jump_time);
    EXPECT_TRUE(test::same_bytes(left.trees()[number].jump, right.trees()[number].jump));
  }
  ASSERT_EQ(left.error().size(), right.error().size());
  for (std::size_t point = 0; point < left.error().size(); ++point) {
    EXPECT_TRUE(test::same_bytes(
        std::vector<double>{left.error()[point].concordance, left.error()[point].se},
        {right.error()[point].concordance, right.error()[point].se}));
  }
  ASSERT_EQ(left.importance().size(), right.importance().size());
  for (std::size_t row = 0; row < left.importance().size(); ++row) {
    EXPECT_TRUE(test::same_bytes(std::vector<double>{left.importance()[row].importance},
                                 {right.importance()[row].importance}));
  }
}

/// Ties, missing cells, and no event yet of a second cause.
test::SurvivalCase tied_case(std::uint64_t seed, Index subjects, Index markers) {
  test::SurvivalCase drawn(RandomKey(seed), subjects, markers, 1);
  for (std::size_t cell = 0; cell < drawn.marker_values.size(); cell += 13) {
    drawn.marker_values[cell] = std::nanf("");
  }
  for (double& time : drawn.survival.time) {
    time = std::ceil(20.0 * time) / 20.0;
  }
  return drawn;
}

SurvivalForest grow_weighted(test::SurvivalCase& drawn,
                             const CaseWeights& weights,
                             const ForestOptions& options,
                             int threads = 2) {
  const TrainingData data = drawn.data();
  Scheduler scheduler(threads);
  FitContext context{scheduler};
  const Preparation preparation(data.columns(), {});
  return SurvivalForest::grow(data, {weights, preparation, RandomKey(9)}, options, context);
}

// Where the second cause never comes nothing changes, in any byte: for every split rule and every rule for other causes, with
// copies, sampling weights, entries and strata.
TEST(CompetingForest, OneCauseIsTheOrdinaryForest) {
  for (const SplitRule& rule : split_rule_table()) {
    for (const CompetingRuleName& competing : competing_rule_table()) {
      for (const int kind : {0, 1, 2, 3}) {
        if (kind == 2 && competing.rule == CompetingRule::gray) {
          continue; // refuses entries
        }
        test::SurvivalCase drawn = tied_case(301, 70, 8);
        std::vector<std::uint32_t> times;
        std::vector<double> weight;
        RandomStream draw(RandomKey(302));
        for (Index subject = 0; subject < 70; ++subject) {
          times.push_back(kind == 1 ? static_cast<std::uint32_t>(draw.index_below(3)) : 1);
          weight.push_back(kind == 1 ? 0.3 + draw.exponential() : 1.0);
          if (kind == 2) {
            drawn.survival.entry.push_back(drawn.survival.time[at(subject)] * draw.uniform());
          }
          if (kind == 3) {
            drawn.stratum.push_back(draw.index_below(3));
          }
        }
        const CaseWeights weights = CaseWeights::ones(70).with_times(times).with_sampling(weight);
        ForestOptions options{.trees = 5,
                              .replace = kind == 0,
                              .split_rule = std::string(rule.name),
                              .horizons = test::competing_horizons,
                              .importance = {ImportanceKind::permutation},
                              .error_curve = true};
        if (kind == 1) {
          options.importance_on.brier_horizon = 0.5;
        }
        const SurvivalForest plain = grow_weighted(drawn, weights, options);
        const Prediction before = test::predict_cause(drawn, plain);
        drawn.cause = drawn.survival.event;
        options.causes.rule = competing.rule;
        const SurvivalForest causes = grow_weighted(drawn, weights, options);
        const Prediction after = test::predict_cause(drawn, causes),
                         second = test::predict_cause(drawn, causes, 2);
        const std::string where = std::string(rule.name) + ", " + std::string(competing.name) +
                                  ", " + std::to_string(kind);
        SCOPED_TRACE(where);
        expect_same(plain, causes);
        EXPECT_TRUE(test::same_bytes(before.score, after.score));
        EXPECT_TRUE(test::same_bytes(before.risk.value, after.risk.value));
        EXPECT_TRUE(test::same_bytes(before.curves->value, after.curves->value));
        EXPECT_EQ(*std::ranges::max_element(second.score), 0.0);
      }
    }
  }
}

TEST(CompetingForest, ACompositeOfOneCauseIsCauseSpecific) {
  test::SurvivalCase drawn = tied_case(303, 120, 10);
  drawn.draw_causes(RandomKey(304));
  for (const SplitRule& rule : split_rule_table()) {
    ForestOptions options{
        .trees = 15, .split_rule = std::string(rule.name), .horizons = test::competing_horizons};
    const SurvivalForest specific = test::grow_forest(drawn, options);
    options.causes = {.rule = CompetingRule::composite, .weights = {1.0, 0.0}};
    SCOPED_TRACE(rule.name);
    expect_same(specific, test::grow_forest(drawn, options));
  }
}

// Equal weights cut where a forest of any event cuts.
TEST(CompetingForest, TheCompositeOfEqualWeightsCutsByAnyEvent) {
  test::SurvivalCase drawn = tied_case(305, 120, 10);
  const SurvivalForest any = test::grow_forest(drawn, {.trees = 15});
  drawn.draw_causes(RandomKey(306));
  const SurvivalForest composite =
      test::grow_forest(drawn, {.trees = 15, .causes = {.rule = CompetingRule::composite}});
  const SurvivalForest specific = test::grow_forest(drawn, {.trees = 15});
  expect_same_trees(any, composite);
  EXPECT_NE(any.trees()[0].feature, specific.trees()[0].feature);
}

TEST(CompetingForest, BytesDoNotDependOnThreads) {
  test::SurvivalCase drawn = tied_case(307, 150, 12);
  drawn.draw_causes(RandomKey(308));
  for (std::size_t subject = 0; subject < 150; ++subject) {
    drawn.follow_up_end.push_back(
        drawn.survival.time[subject] +
        (drawn.cause[subject] == 0 ? 0.0 : 0.01 * static_cast<double>(subject % 30)));
  }
  for (const CompetingRuleName& competing : competing_rule_table()) {
    const ForestOptions options{.trees = 20,
                                .replace = true,
                                .split_rule = "maximally_selected",
                                .horizons = test::competing_horizons,
                                .importance = {ImportanceKind::permutation,
                                               ImportanceKind::conditional,
                                               ImportanceKind::minimal_depth,
                                               ImportanceKind::impurity_corrected,
                                               ImportanceKind::shadow,
                                               ImportanceKind::hold_out},
                                .error_curve = true,
                                .causes = {.of_interest = "death", .rule = competing.rule}};
    const SurvivalForest one = test::grow_forest(drawn, options, 1);
    EXPECT_GT(one.trees().front().nodes(), 1);
    for (const int threads : {2, 8}) {
      expect_same(one, test::grow_forest(drawn, options, threads));
    }
  }
}

/// Sums over the out-of-bag trees of one cause, by subject and horizon.
struct Aggregate {
  std::vector<double> mortality, incidence, free;
};

// Everything from the trees by plain sums, 20 subjects: who is in which leaf, Aalen and Johansen's estimate there.
TEST(CompetingForest, OutOfBagVotesAreThoseOfTheLeaves) {
  for (const CompetingRuleName& competing : competing_rule_table()) {
    SCOPED_TRACE(competing.name);
    test::SurvivalCase drawn = tied_case(309, 20, 5);
    drawn.draw_causes(RandomKey(310));
    for (std::size_t subject = 0; subject < 20; ++subject) {
      drawn.follow_up_end.push_back(drawn.survival.time[subject] +
                                    (drawn.cause[subject] == 0 ? 0.0 : 0.3));
    }
    const CauseOptions causes{.of_interest = "2", .rule = competing.rule};
    const SurvivalForest forest = test::grow_forest(drawn,
                                                    {.trees = 12,
                                                     .features_per_split = 3,
                                                     .min_node = 4,
                                                     .min_leaf = 2,
                                                     .min_leaf_events = 1,
                                                     .horizons = test::competing_horizons,
                                                     .causes = causes});
    const TrainingData data = drawn.data();
    const CaseWeights ones = CaseWeights::ones(20);
    const SurvivalRows rows = forest_rows(data.outcome, ones, {}, causes);
    const ComparedRows compared =
        compared_rows(rows, std::get<CompetingRisksOutcome>(data.outcome), causes);
    Scheduler scheduler(1);
    const RankColumns ranks(data.covariates(), rows.subject, scheduler);
    TreeGrower grower(rows,
                      ranks,
                      {.features_per_split = 3,
                       .min_node = 4,
                       .leaf = {.subjects = 2, .events = 1},
                       .rule = &find_split_rule("guarded_log_rank"),
                       .compared = &compared});
    const auto& time = drawn.survival.time;
    std::vector<double> mortality(20, 0.0), incidence(60, 0.0);
    std::vector<Index> votes(20, 0);
    Index splits = 0;
    for (Index number = 0; number < 12; ++number) {
      const Tree tree = grower.grow(RandomKey(9).child("tree").child(number));
      EXPECT_EQ(tree.feature, forest.trees()[at(number)].feature);
      splits += tree.leaves() - 1;
      const auto out = grower.out_of_bag();
      std::map<Index, std::vector<Index>> inside; // leaf: subjects
      const auto leaf_of = [&](Index row) {
        return tree.leaf_of([&](std::uint32_t node) {
          const std::uint16_t rank = ranks.column(tree.feature[node])[at(row)];
          return rank == 0 ? tree.missing_left[node] != 0 : rank <= tree.cut[node];
        });
      };
      for (Index row = 0; row < 20; ++row) {
        if (std::ranges::find(out, static_cast<std::uint32_t>(row)) == out.end()) {
          inside[leaf_of(row)].push_back(rows.subject[at(row)]);
        }
      }
      for (const auto& [leaf, subjects] : inside) {
        double hazard = 0.0, sum = 0.0, free = 1.0, reached = 0.0;
        std::vector<double> at_horizon(3, 0.0);
        for (const double moment : rows.event_time) {
          double at_risk = 0.0, died = 0.0, of_cause = 0.0;
          for (const Index subject : subjects) {
            const bool here = time[at(subject)] == moment;
            at_risk += time[at(subject)] >= moment ? 1.0 : 0.0;
            died += here && drawn.cause[at(subject)] != 0 ? 1.0 : 0.0;
            of_cause += here && drawn.cause[at(subject)] == 2 ? 1.0 : 0.0;
          }
          if (at_risk > 0.0) {
            hazard += of_cause / at_risk;
            reached += free * of_cause / at_risk;
            free *= 1.0 - died / at_risk;
          }
          sum += hazard;
          for (std::size_t h = 0; h < 3; ++h) {
            at_horizon[h] = moment <= test::competing_horizons[h] ? reached : at_horizon[h];
          }
        }
        for (const std::uint32_t row : out) {
          if (leaf_of(row) == leaf) {
            const Index subject = rows.subject[row];
            mortality[at(subject)] += sum;
            ++votes[at(subject)];
            for (std::size_t h = 0; h < 3; ++h) {
              incidence[h * 20 + at(subject)] += at_horizon[h];
            }
          }
        }
      }
    }
    EXPECT_GT(splits, 6);
    for (Index subject = 0; subject < 20; ++subject) {
      ASSERT_EQ(forest.out_of_bag().trees[at(subject)], votes[at(subject)]);
      ASSERT_GT(votes[at(subject)], 0);
      const auto count = static_cast<double>(votes[at(subject)]);
      // votes are rounded to 2^-30
      EXPECT_NEAR(forest.out_of_bag().mortality[at(subject)], mortality[at(subject)] / count, 1e-9);
      for (Index h = 0; h < 3; ++h) {
        EXPECT_NEAR(forest.out_of_bag().risk.at_horizon(h)[at(subject)],
                    incidence[at(h * 20 + subject)] / count,
                    1e-9);
      }
    }
  }
}

/// Mean over trees of the leaves' freedom from every event at a time.
double
free_of_all(const SurvivalForest& forest, test::SurvivalCase& drawn, Index subject, double time) {
  const TrainingData data = drawn.data();
  Scheduler scheduler(1);
  const CutColumns columns = forest.read_columns(data.covariates(), scheduler);
  double sum = 0.0;
  for (const Tree& tree : forest.trees()) {
    const auto leaf = at(columns.leaf_of(tree, subject));
    double free = 1.0, hazards = 0.0;
    for (auto jump = tree.jump_start[leaf]; jump < tree.jump_start[leaf + 1]; ++jump) {
      if (forest.event_times()[tree.jump_time[jump]] > time) {
        break;
      }
      hazards += tree.jump[jump];
      const bool last =
          jump + 1 == tree.jump_start[leaf + 1] || tree.jump_time[jump + 1] != tree.jump_time[jump];
      free *= last ? 1.0 - hazards : 1.0;
      hazards = last ? 0.0 : hazards;
    }
    sum += free;
  }
  return sum / static_cast<double>(forest.trees().size());
}

TEST(CompetingForest, RisksOfAllCausesAndFreedomAddUpToOne) {
  test::SurvivalCase drawn = tied_case(311, 100, 6);
  drawn.draw_causes(RandomKey(312));
  const SurvivalForest forest =
      test::grow_forest(drawn, {.trees = 20, .causes = {.rule = CompetingRule::composite}});
  const Prediction one = test::predict_cause(drawn, forest, 1),
                   two = test::predict_cause(drawn, forest, 2);
  EXPECT_TRUE(test::same_bytes(one.risk.value, test::predict_cause(drawn, forest).risk.value));
  for (const Index subject : {0, 13, 57, 99}) {
    for (Index horizon = 0; horizon < 3; ++horizon) {
      const double sum = one.risk.at_horizon(horizon)[at(subject)] +
                         two.risk.at_horizon(horizon)[at(subject)] +
                         free_of_all(forest, drawn, subject, test::competing_horizons[at(horizon)]);
      EXPECT_NEAR(sum, 1.0, 4e-9); // votes of two causes, rounded to 2^-30
    }
  }
}

double concordance_of(const std::vector<double>& score, const Outcome& outcome, int cause) {
  Prediction prediction;
  prediction.score = score;
  const CaseWeights ones = CaseWeights::ones(size_of(score));
  const survival::CensoringWeights censoring(outcome, ones);
  return measure::harrell_c({.prediction = prediction,
                             .outcome = outcome,
                             .weights = ones,
                             .centre = {},
                             .censoring = censoring,
                             .cause = cause})
      .value;
}

TEST(CompetingForest, TheErrorIsTheConcordanceForTheCause) {
  test::SurvivalCase drawn = tied_case(313, 200, 8);
  drawn.draw_causes(RandomKey(314));
  for (const int cause : {1, 2}) {
    const SurvivalForest forest = test::grow_forest(
        drawn,
        {.trees = 60, .error_curve = true, .causes = {.of_interest = std::to_string(cause)}});
    const TrainingData data = drawn.data();
    EXPECT_EQ(forest.error().back().concordance,
              concordance_of(forest.out_of_bag().mortality, data.outcome, cause));
    EXPECT_GT(forest.error().back().concordance, 0.6);
  }
}

// A leaf before its first entry says what the root says of both causes.
TEST(CompetingForest, LateEntriesBorrowTheHazardsOfAllCauses) {
  test::SurvivalCase drawn(RandomKey(320), 200, 1, 0);
  RandomStream draw(RandomKey(321));
  drawn.survival = {};
  for (Index subject = 0; subject < 200; ++subject) {
    const bool late = subject % 2 == 1;
    drawn.marker_values[at(subject)] = late ? 1.0F : 0.0F;
    drawn.survival.entry.push_back(late ? 5.0 : 0.0);
    drawn.survival.time.push_back(late ? 5.0 + 2.0 * draw.exponential()
                                       : 12.0 * draw.exponential());
    drawn.survival.event.push_back(draw.uniform() < 0.8 ? 1 : 0);
  }
  drawn.draw_causes(RandomKey(322));
  const SurvivalForest forest = test::grow_forest(drawn, {.trees = 20});
  const auto before = static_cast<std::uint32_t>(
      std::ranges::lower_bound(forest.event_times(), 5.0) - forest.event_times().begin());
  Index split = 0;
  for (const Tree& tree : forest.trees()) {
    if (tree.leaves() != 2) {
      continue;
    }
    ++split;
    const auto early = [&](std::uint32_t child) {
      const auto leaf = tree.child[tree.child[0] + child];
      std::vector<std::pair<std::uint32_t, std::pair<int, double>>> jumps;
      for (auto jump = tree.jump_start[leaf]; jump < tree.jump_start[leaf + 1U]; ++jump) {
        if (tree.jump_time[jump] < before) {
          jumps.push_back({tree.jump_time[jump], {int{tree.jump_cause[jump]}, tree.jump[jump]}});
        }
      }
      return jumps;
    };
    const auto of_early_rows = early(0), of_late_rows = early(1);
    EXPECT_GT(of_late_rows.size(), 5U);
    EXPECT_EQ(of_early_rows, of_late_rows);
  }
  EXPECT_GT(split, 5);
}

TEST(CompetingForest, WithoutTheCauseThereIsNone) {
  test::SurvivalCase drawn = test::two_causes(323, 60);
  std::ranges::replace(drawn.cause, std::uint8_t{2}, std::uint8_t{1});
  const SurvivalForest forest =
      test::grow_forest(drawn, {.trees = 5, .causes = {.of_interest = "2"}});
  EXPECT_EQ(forest.status(), FitStatus::undefined);
  EXPECT_EQ(forest.reason(), "no events of cause death");
  EXPECT_EQ(SurvivalForest::from_record(forest.record()).causes().of_interest, 2);
}

} // namespace
} // namespace vigil::forest
