// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/validate/null_verdict.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/leaky_learner.hpp"
#include "tests/support/near.hpp"
#include "tests/support/small_cohort.hpp"
#include "tests/support/validation_run.hpp"
#include <algorithm>
#include <cmath>
#include <map>

namespace vigil {
namespace {

using test::small_cohort;
using test::SmallCohort;
using test::ToyLearner;
using testing::HasSubstr;

ResamplePlan folds_of(const Cohort& cohort) {
  return stratified_folds(
      cohort.data(), cohort.weights(), {.folds = 4, .repeats = 2}, RandomKey(5));
}

NamedLearner named(AnyLearner learner) {
  return {.name = "one", .learner = std::move(learner)};
}

/// In the order of the units.
std::vector<NullTally>
tallies_of(const NullCheckTask& task, std::span<const NullUnit> units, FitContext& context) {
  std::map<std::pair<Index, Index>, NullTally> found;
  compute_null_units(
      task,
      units,
      [&](const NullUnit& unit, const NullTally& tally) {
        found[{unit.learner, unit.permutation}] = tally;
      },
      [] {},
      context);
  std::vector<NullTally> tallies;
  for (const auto& [unit, tally] : found) {
    tallies.push_back(tally);
  }
  return tallies;
}

NullCheck check_of(const Cohort& cohort,
                   const NamedLearner& learner,
                   Index permutations = 20,
                   int threads = 1) {
  Scheduler scheduler(threads);
  FitContext context{scheduler};
  const ResamplePlan plan = folds_of(cohort);
  const std::vector<NamedLearner> learners{learner};
  std::vector<ResampleRecord> records;
  validate(
      {.cohort = cohort, .plan = plan, .learners = learners, .request = {.horizons = {}}},
      [&](const ResampleRecord& record) { records.push_back(record); },
      context);
  const NullCheckTask task{.cohort = cohort,
                           .plan = plan,
                           .learners = learners,
                           .records = records,
                           .permutations = permutations,
                           .key = RandomKey(3)};
  return judge_null_check(task, tallies_of(task, null_units(task), context));
}

NullCheckVerdict verdict_of(const Cohort& cohort, AnyLearner learner, Index permutations = 20) {
  return check_of(cohort, named(std::move(learner)), permutations).verdicts.front();
}

TEST(permuted_outcome, keeps_rows_whole_and_stays_within_the_centre) {
  CohortParts parts = test::small_parts({});
  auto& outcome = std::get<SurvivalOutcome>(*parts.outcome);
  for (const double time : outcome.time) {
    outcome.entry.push_back(0.5 * time); // to be recognised by
  }
  const Cohort cohort(std::move(parts));
  const TrainingData data = cohort.data();
  const auto& before = std::get<SurvivalOutcome>(data.outcome);
  const auto made = permuted_outcome(data, cohort.weights(), RandomKey(1));
  const auto& after = std::get<SurvivalOutcome>(made);
  std::map<std::pair<Index, double>, int> rows;
  Index moved = 0;
  for (Index i = 0; i < data.subjects(); ++i) {
    EXPECT_EQ(after.entry[at(i)], 0.5 * after.time[at(i)]);
    ++rows[{data.centre[at(i)], before.time[at(i)] + 1000.0 * before.event[at(i)]}];
    --rows[{data.centre[at(i)], after.time[at(i)] + 1000.0 * after.event[at(i)]}];
    moved += after.time[at(i)] != before.time[at(i)] ? 1 : 0;
  }
  for (const auto& [row, count] : rows) {
    EXPECT_EQ(count, 0) << "an outcome changed its centre";
  }
  EXPECT_GT(moved, data.subjects() / 2);
}

TEST(permuted_outcome, leaves_who_does_not_take_part) {
  const Cohort cohort = small_cohort({.centres = 0});
  std::vector<std::uint32_t> times(60, 1);
  times[7] = times[30] = 0;
  const auto within = CaseWeights::ones(60).with_times(times);
  const auto made = permuted_outcome(cohort.data(), within, RandomKey(1));
  const auto& before = std::get<SurvivalOutcome>(cohort.data().outcome);
  EXPECT_EQ(std::get<SurvivalOutcome>(made).time[7], before.time[7]);
  EXPECT_EQ(std::get<SurvivalOutcome>(made).time[30], before.time[30]);
}

// R 4.2.2: qbinom(0.001 / m, B, q, lower.tail = FALSE) is the smallest k with P(X > k) <= 0.001 / m.
TEST(selection_limit, is_the_binomial_quantile) {
  EXPECT_EQ(selection_limit(20, 0.02, 1000), 6);
  EXPECT_EQ(selection_limit(20, 0.02, 1), 3);
  EXPECT_EQ(selection_limit(100, 0.1, 500), 26);
  EXPECT_EQ(selection_limit(100, 0.5, 6), 68);
  EXPECT_EQ(selection_limit(20, 0.0, 10), 0);
  EXPECT_EQ(selection_limit(20, 1.0, 10), 20);
}

TEST(null_check, gives_the_pairs_within_centre_and_fold) {
  const Cohort cohort = small_cohort({.subjects = 80});
  const AnyLearner learner(ToyLearner{.only = 0});
  const auto check = check_of(cohort, named(learner), 3);
  const ResamplePlan plan = folds_of(cohort);
  Scheduler scheduler(1);
  FitContext context{scheduler};
  for (Index permutation = 0; permutation < 3; ++permutation) {
    CohortParts parts = test::small_parts({.subjects = 80});
    parts.outcome = permuted_outcome(
        cohort.data(), cohort.weights(), RandomKey(3).child("permutation").child(permutation));
    const Cohort permuted(std::move(parts));
    const auto& outcome = std::get<SurvivalOutcome>(permuted.data().outcome);
    const std::vector<NamedLearner> learners{named(learner)};
    double concordant = 0.0, pairs = 0.0;
    validate(
        {.cohort = permuted, .plan = plan, .learners = learners, .request = {.horizons = {}}},
        [&](const ResampleRecord& record) {
          for (Index centre = 0; centre < 3 && record.resample < 4; ++centre) {
            std::vector<Index> subjects;
            std::vector<double> scores;
            for (std::size_t row = 0; row < record.subject.size(); ++row) {
              if (permuted.data().centre[at(record.subject[row])] == centre) {
                subjects.push_back(record.subject[row]);
                scores.push_back(record.prediction.score[row]);
              }
            }
            const auto c = test::plain_c(outcome, subjects, scores);
            if (c.pairs > 0.0) {
              concordant += c.value * c.pairs;
              pairs += c.pairs;
            }
          }
        },
        context);
    EXPECT_NEAR(check.rows[at(permutation)].within_centre_concordance,
                concordant / pairs,
                test::rounding(1.0, 8));
  }
}

TEST(null_check, passes_an_honest_learner_that_selects) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const auto verdict = verdict_of(small_cohort({.subjects = 90, .markers = 40, .seed = seed}),
                                    AnyLearner(ToyLearner{}));
    EXPECT_FALSE(verdict.failed) << verdict.because;
    EXPECT_EQ(verdict.because, "");
    EXPECT_EQ(verdict.permutations, 20);
    EXPECT_NEAR(verdict.concordance, 0.5, 3.0 * verdict.se);
    EXPECT_EQ(verdict.limit, 0.5 + 3.0 * verdict.se);
  }
}

TEST(null_check, passes_a_marker_that_acts_and_says_what_it_reached) {
  NamedLearner learner = named(AnyLearner(ToyLearner{.only = 0}));
  learner.columns = {.kind = ColumnSelection::Kind::named, .names = {"m1"}};
  const auto verdict = check_of(small_cohort({.subjects = 90}), learner).verdicts.front();
  EXPECT_FALSE(verdict.failed) << verdict.because;
  EXPECT_GT(verdict.study_concordance, 0.6);
  EXPECT_EQ(verdict.study_selected, 1.0);
}

TEST(null_check, fails_a_learner_that_reads_the_outcome_of_test_subjects) {
  const Cohort cohort = small_cohort({});
  const auto whole = verdict_of(cohort, AnyLearner(test::OutcomeReader{}));
  EXPECT_TRUE(whole.failed);
  EXPECT_EQ(whole.concordance, 1.0);
  EXPECT_THAT(whole.because, HasSubstr("concordance 1.000 on outcomes that mean nothing"));
  EXPECT_TRUE(verdict_of(cohort, AnyLearner(test::OutcomeReader{.share = 0.5})).failed);
  EXPECT_FALSE(verdict_of(cohort, AnyLearner(test::OutcomeReader{.share = 0.0})).failed);
}

TEST(null_check, fails_a_filter_that_saw_all_subjects) {
  const Cohort cohort = small_cohort({.markers = 300, .clinical = 0});
  EXPECT_FALSE(verdict_of(cohort, AnyLearner(ToyLearner{})).failed);
  const auto verdict = verdict_of(cohort, AnyLearner(test::FilterOnEverybody{}));
  EXPECT_TRUE(verdict.failed);
  EXPECT_GT(verdict.concordance, 0.55);
}

TEST(null_check, fails_a_choice_that_no_outcome_made) {
  const auto verdict = verdict_of(small_cohort({.markers = 50, .centres = 0}),
                                  AnyLearner(test::FixedChoice{.column = 4}));
  EXPECT_TRUE(verdict.failed);
  EXPECT_EQ(verdict.concordance, 0.5) << "equal scores: every pair counts a half";
  EXPECT_EQ(verdict.most_selected, 20);
  EXPECT_EQ(verdict.candidates, 50) << "the clinical columns are not chosen";
  EXPECT_THAT(verdict.because, HasSubstr("of 20 permutations: m5 (20)"));
}

// Centres of different risk, and a marker that tells them apart: nothing leaks, though pairs across centres say 0.8.
TEST(null_check, is_not_misled_by_centres_of_different_risk) {
  CohortParts parts = test::small_parts({.subjects = 120, .markers = 0, .clinical = 0});
  std::vector<float> marker; // then noise, so that there is a choice
  auto& outcome = std::get<SurvivalOutcome>(*parts.outcome);
  RandomStream noise(RandomKey(9));
  for (Index i = 0; i < 120; ++i) {
    const auto level = static_cast<double>(parts.centre.level[at(i)]);
    outcome.time[at(i)] *= std::exp(-2.0 * level);
    marker.push_back(static_cast<float>(level + 0.2 * noise.normal()));
  }
  std::vector<FeatureInfo> info{{.name = "site"}};
  for (Index column = 1; column < 30; ++column) {
    info.push_back({.name = "noise" + number_text(column)});
    for (Index i = 0; i < 120; ++i) {
      marker.push_back(static_cast<float>(noise.normal()));
    }
  }
  parts.features = FeatureMatrix(resident_source(120, 30, marker, 4), info);
  const auto with_centres = verdict_of(Cohort(parts), AnyLearner(ToyLearner{}));
  EXPECT_FALSE(with_centres.failed) << with_centres.because;
  EXPECT_NEAR(with_centres.concordance, 0.5, 0.05);
  EXPECT_EQ(with_centres.most_selected, 20) << "rightly so: it tells the centres apart";
}

TEST(null_check, is_the_same_for_any_number_of_threads) {
  const Cohort cohort = small_cohort({});
  const auto one = check_of(cohort, named(AnyLearner(ToyLearner{})), 12, 1);
  const auto seven = check_of(cohort, named(AnyLearner(ToyLearner{})), 12, 7);
  ASSERT_EQ(one.rows.size(), 12U);
  for (std::size_t row = 0; row < one.rows.size(); ++row) {
    EXPECT_EQ(one.rows[row].permutation, static_cast<Index>(row) + 1);
    EXPECT_EQ(one.rows[row].within_centre_concordance, seven.rows[row].within_centre_concordance);
    EXPECT_EQ(one.rows[row].selected, seven.rows[row].selected);
  }
  EXPECT_EQ(one.verdicts.front().concordance, seven.verdicts.front().concordance);
}

TEST(null_check, gives_a_permutation_the_same_tally_whoever_computes_it) {
  const Cohort cohort = small_cohort({});
  const ResamplePlan plan = folds_of(cohort);
  const std::vector<NamedLearner> learners{
      {.name = "one", .learner = AnyLearner(ToyLearner{})},
      {.name = "two", .learner = AnyLearner(ToyLearner{.only = 0})}};
  const auto task_of = [&](Index permutations) {
    return NullCheckTask{.cohort = cohort,
                         .plan = plan,
                         .learners = learners,
                         .permutations = permutations,
                         .key = RandomKey(3)};
  };
  Scheduler scheduler(3);
  FitContext context{scheduler};
  const auto whole = tallies_of(task_of(7), null_units(task_of(7)), context);
  ASSERT_EQ(whole.size(), 14U);
  std::vector<int> seen(14, 0);
  for (Index shard = 0; shard < 3; ++shard) {
    const auto units = null_units(task_of(7), {.number = shard, .count = 3});
    const auto own = tallies_of(task_of(7), units, context);
    for (std::size_t place = 0; place < own.size(); ++place) {
      const auto number = at(units[place].learner * 7 + units[place].permutation);
      ++seen[number];
      EXPECT_EQ(own[place].concordant, whole[number].concordant);
      EXPECT_EQ(own[place].selected.size(), whole[number].selected.size());
    }
  }
  EXPECT_EQ(seen, std::vector<int>(14, 1)) << "each unit belongs to one shard";
  const auto fewer = tallies_of(task_of(2), null_units(task_of(2)), context);
  EXPECT_EQ(fewer[1].concordant, whole[1].concordant) << "quick is the beginning of full";
  EXPECT_EQ(fewer[2].concordant, whole[7].concordant);
}

// What is finished is told before a stop ends the rest.
TEST(null_check, tells_of_each_finished_unit_until_it_is_stopped) {
  const Cohort cohort = small_cohort({});
  const ResamplePlan plan = folds_of(cohort);
  const std::vector<NamedLearner> learners{named(AnyLearner(ToyLearner{}))};
  const NullCheckTask task{
      .cohort = cohort, .plan = plan, .learners = learners, .permutations = 5, .key = RandomKey(3)};
  Scheduler scheduler(1);
  FitContext context{scheduler};
  std::vector<Index> finished;
  EXPECT_THROW(
      compute_null_units(
          task,
          null_units(task),
          [&](const NullUnit& unit, const NullTally&) { finished.push_back(unit.permutation); },
          [&] {
            if (finished.size() == 2) {
              throw Stopped{};
            }
          },
          context),
      Stopped);
  EXPECT_EQ(finished, (std::vector<Index>{0, 1}));
}

TEST(null_check, says_why_it_cannot_judge) {
  CohortParts parts = test::small_parts({});
  parts.centre = make_grouping(parts.subject_ids); // a centre for each subject: no pair within one
  const auto verdict = verdict_of(Cohort(std::move(parts)), AnyLearner(ToyLearner{}));
  EXPECT_FALSE(verdict.failed);
  EXPECT_THAT(verdict.because, HasSubstr("permutations have a concordance: "));
  EXPECT_TRUE(std::isnan(verdict.limit));
}

TEST(null_check, runs_on_one_repeat) {
  const Cohort cohort = small_cohort({});
  EXPECT_EQ(null_check_resamples(folds_of(cohort)), (std::vector<Index>{0, 1, 2, 3}));
  const auto data = cohort.data();
  EXPECT_EQ(null_check_resamples(bootstrap(data, cohort.weights(), 30, RandomKey(1))).size(), 5U);
  EXPECT_EQ(null_check_resamples(leave_one_centre_out(data, cohort.weights(), RandomKey(1))).size(),
            3U);
}

} // namespace
} // namespace vigil
