// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/resample/plan.hpp"

#include <gtest/gtest.h>

#include "tests/support/small_cohort.hpp"
#include <algorithm>
#include <map>
#include <set>

namespace vigil {
namespace {

using test::small_cohort;

Index event_of(const TrainingData& data, Index subject) {
  return std::get<SurvivalOutcome>(data.outcome).event[at(subject)];
}

/// Largest minus smallest number of subjects over the folds, per label.
template <class Label>
Index largest_spread(const std::vector<Index>& fold_of, Index folds, const Label& label) {
  std::map<Index, std::vector<Index>> count;
  for (Index i = 0; i < size_of(fold_of); ++i) {
    if (fold_of[at(i)] > 0) {
      auto& row = count[label(i)];
      row.resize(at(folds), 0);
      ++row[at(fold_of[at(i)] - 1)];
    }
  }
  Index worst = 0;
  for (const auto& [name, row] : count) {
    worst = std::max(worst,
                     *std::max_element(row.begin(), row.end()) -
                         *std::min_element(row.begin(), row.end()));
  }
  return worst;
}

TEST(draw_folds, are_balanced_within_strata_events_and_in_total) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Cohort cohort = small_cohort({.subjects = 97, .centres = 4, .seed = seed});
    const TrainingData data = cohort.data();
    const auto fold_of = draw_folds(data, CaseWeights::ones(97), 5, RandomKey(seed));
    EXPECT_EQ(std::count(fold_of.begin(), fold_of.end(), 0), 0);
    const auto stratum = [&](Index i) { return 2 * data.centre[at(i)] + event_of(data, i); };
    EXPECT_LE(largest_spread(fold_of, 5, stratum), 1) << "seed " << seed;
    EXPECT_LE(largest_spread(fold_of, 5, [&](Index i) { return event_of(data, i); }), 1);
    EXPECT_LE(largest_spread(fold_of, 5, [](Index) { return Index{0}; }), 1);
  }
}

TEST(draw_folds, balance_the_classes_of_a_binary_outcome_within_centres) {
  CohortParts parts = test::small_parts({.subjects = 97, .centres = 4});
  BinaryOutcome outcome;
  for (Index i = 0; i < 97; ++i) {
    outcome.label.push_back(i % 7 < 2 ? 1 : 0);
  }
  parts.outcome = outcome;
  const Cohort cohort(parts);
  const TrainingData data = cohort.data();
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const auto fold_of = draw_folds(data, CaseWeights::ones(97), 5, RandomKey(seed));
    const auto label = [&](Index i) { return Index{outcome.label[at(i)]}; };
    const auto stratum = [&](Index i) { return 2 * data.centre[at(i)] + label(i); };
    EXPECT_LE(largest_spread(fold_of, 5, stratum), 1) << "seed " << seed;
    EXPECT_LE(largest_spread(fold_of, 5, label), 1);
    EXPECT_LE(largest_spread(fold_of, 5, [](Index) { return Index{0}; }), 1);
  }
}

TEST(draw_folds, balance_the_centres_alone_of_counts_and_continuous_outcomes) {
  CohortParts parts = test::small_parts({.subjects = 60, .centres = 4});
  std::vector<double> values;
  for (Index i = 0; i < 60; ++i) {
    values.push_back(static_cast<double>(i % 13));
  }
  parts.outcome = ContinuousOutcome{values, "1"};
  const Cohort continuous(parts);
  parts.outcome = CountOutcome{values};
  const Cohort counts(parts);
  const auto within = CaseWeights::ones(60);
  const auto fold_of = draw_folds(continuous.data(), within, 5, RandomKey(2));
  const auto centre = [&](Index i) { return continuous.data().centre[at(i)]; };
  EXPECT_LE(largest_spread(fold_of, 5, centre), 1);
  EXPECT_EQ(fold_of, draw_folds(counts.data(), within, 5, RandomKey(2)))
      << "values must not move a subject";
  std::reverse(values.begin(), values.end());
  parts.outcome = ContinuousOutcome{values, "1"};
  EXPECT_EQ(fold_of, draw_folds(Cohort(parts).data(), within, 5, RandomKey(2)));
}

TEST(stratified_folds, need_no_events_where_an_outcome_has_none) {
  CohortParts parts = test::small_parts({.subjects = 20, .centres = 0});
  const auto within = CaseWeights::ones(20);
  const FoldOptions five{.folds = 5, .repeats = 1};
  parts.outcome = CountOutcome{std::vector<double>(20, 0.0)};
  EXPECT_EQ(stratified_folds(Cohort(parts).data(), within, five, RandomKey(1)).size(), 5);
  parts.outcome = ContinuousOutcome{std::vector<double>(20, 0.5), "1"};
  EXPECT_EQ(stratified_folds(Cohort(parts).data(), within, five, RandomKey(1)).size(), 5);
}

TEST(draw_folds, keep_groups_whole) {
  const Cohort cohort = small_cohort({.subjects = 60, .centres = 0, .group_size = 3});
  const TrainingData data = cohort.data();
  const auto fold_of = draw_folds(data, CaseWeights::ones(60), 4, RandomKey(3));
  std::map<Index, std::set<Index>> folds_of_group;
  for (Index i = 0; i < 60; ++i) {
    folds_of_group[data.group[at(i)]].insert(fold_of[at(i)]);
  }
  EXPECT_EQ(folds_of_group.size(), 20U);
  for (const auto& [group, folds] : folds_of_group) {
    EXPECT_EQ(folds.size(), 1U) << "group " << group;
  }
}

TEST(draw_folds, touch_the_support_only) {
  const Cohort cohort = small_cohort({});
  std::vector<std::uint32_t> times(60, 1);
  times[7] = times[20] = times[59] = 0;
  times[3] = 2;
  const auto within = CaseWeights::ones(60).with_times(times);
  const auto fold_of = draw_folds(cohort.data(), within, 5, RandomKey(1));
  for (Index i = 0; i < 60; ++i) {
    EXPECT_EQ(fold_of[at(i)] == 0, times[at(i)] == 0) << "subject " << i;
  }
}

TEST(draw_folds, depend_on_the_key_alone) {
  const Cohort cohort = small_cohort({});
  const auto within = CaseWeights::ones(60);
  const auto first = draw_folds(cohort.data(), within, 5, RandomKey(1));
  EXPECT_EQ(first, draw_folds(cohort.data(), within, 5, RandomKey(1)));
  EXPECT_NE(first, draw_folds(cohort.data(), within, 5, RandomKey(2)));
}

TEST(draw_folds, with_as_many_folds_as_subjects_leave_one_out) {
  const Cohort cohort = small_cohort({.subjects = 12});
  auto fold_of = draw_folds(cohort.data(), CaseWeights::ones(12), 12, RandomKey(1));
  std::sort(fold_of.begin(), fold_of.end());
  EXPECT_EQ(fold_of, (std::vector<Index>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
}

TEST(draw_folds, refuse_fewer_than_two_and_more_than_subjects) {
  const Cohort cohort = small_cohort({.subjects = 12});
  const auto within = CaseWeights::ones(12);
  EXPECT_THROW((void)draw_folds(cohort.data(), within, 1, RandomKey(1)), ConfigError);
  EXPECT_THROW((void)draw_folds(cohort.data(), within, 13, RandomKey(1)), ConfigError);
}

TEST(stratified_folds, test_each_subject_once_in_each_repeat) {
  const Cohort cohort = small_cohort({});
  const auto plan = stratified_folds(
      cohort.data(), CaseWeights::ones(60), {.folds = 5, .repeats = 3}, RandomKey(9));
  ASSERT_EQ(plan.size(), 15);
  EXPECT_EQ(plan.scheme(), "repeated-cv");
  std::map<Index, std::vector<Index>> tested;
  for (Index r = 0; r < plan.size(); ++r) {
    const Resample resample = plan.at_number(r);
    EXPECT_EQ(resample.repeat, r / 5 + 1);
    EXPECT_EQ(resample.fold, r % 5 + 1);
    for (Index i = 0; i < 60; ++i) {
      EXPECT_EQ(resample.train[i] + resample.test[i], 1.0);
    }
    auto& all = tested[resample.repeat];
    all.insert(all.end(), resample.test.support().begin(), resample.test.support().end());
  }
  for (auto& [repeat, subjects] : tested) {
    std::sort(subjects.begin(), subjects.end());
    EXPECT_EQ(size_of(subjects), 60);
    EXPECT_EQ(std::unique(subjects.begin(), subjects.end()), subjects.end());
  }
  EXPECT_FALSE(
      std::ranges::equal(plan.at_number(0).test.support(), plan.at_number(5).test.support()))
      << "repeats must differ";
}

TEST(stratified_folds, carry_the_weights_they_are_drawn_within) {
  const Cohort cohort = small_cohort({});
  std::vector<double> sampling(60, 0.5);
  std::vector<std::uint32_t> times(60, 1);
  times[4] = 3;
  times[5] = 0;
  const auto within = CaseWeights::ones(60).with_times(times).with_sampling(sampling);
  const auto plan =
      stratified_folds(cohort.data(), within, {.folds = 4, .repeats = 1}, RandomKey(2));
  for (Index r = 0; r < plan.size(); ++r) {
    const Resample resample = plan.at_number(r);
    EXPECT_EQ(resample.train[4] + resample.test[4], 1.5);
    EXPECT_EQ(resample.train[5] + resample.test[5], 0.0);
  }
}

TEST(stratified_folds, are_the_same_in_any_order_and_have_their_own_keys) {
  const Cohort cohort = small_cohort({});
  const auto within = CaseWeights::ones(60);
  const auto plan = stratified_folds(cohort.data(), within, {}, RandomKey(4));
  const auto again = stratified_folds(cohort.data(), within, {}, RandomKey(4));
  for (Index r = plan.size() - 1; r >= 0; --r) {
    EXPECT_TRUE(
        std::ranges::equal(plan.at_number(r).test.support(), again.at_number(r).test.support()));
    EXPECT_EQ(plan.at_number(r).key, again.at_number(r).key);
  }
  EXPECT_FALSE(plan.at_number(0).key == plan.at_number(1).key);
}

TEST(stratified_folds, have_a_digest_of_all_they_depend_on) {
  const Cohort cohort = small_cohort({}), other = small_cohort({.seed = 2});
  const auto ones = CaseWeights::ones(60);
  const auto digest = [&](const Cohort& c, const CaseWeights& w, FoldOptions options, Index seed) {
    return stratified_folds(c.data(), w, options, RandomKey(static_cast<std::uint64_t>(seed)))
        .digest();
  };
  const std::string base = digest(cohort, ones, {}, 1);
  EXPECT_EQ(base, digest(cohort, ones, {}, 1));
  EXPECT_NE(base, digest(cohort, ones, {}, 2));
  EXPECT_NE(base, digest(cohort, ones, {.folds = 4}, 1));
  EXPECT_NE(base, digest(cohort, ones, {.repeats = 9}, 1));
  EXPECT_NE(base, digest(other, ones, {}, 1)) << "events differ";
  EXPECT_NE(base, digest(cohort, ones.with_sampling(std::vector<double>(60, 2.0)), {}, 1));
}

TEST(stratified_folds, refuse_what_cannot_be_evaluated) {
  CohortParts parts = test::small_parts({.subjects = 20, .centres = 0});
  auto& event = std::get<SurvivalOutcome>(*parts.outcome).event;
  std::fill(event.begin(), event.end(), std::uint8_t{0});
  const auto within = CaseWeights::ones(20);
  EXPECT_THROW((void)stratified_folds(Cohort(parts).data(), within, {}, RandomKey(1)), InputError);
  event[3] = 1;
  EXPECT_THROW((void)stratified_folds(Cohort(parts).data(), within, {}, RandomKey(1)), InputError);
  event[4] = event[5] = 1;
  try {
    (void)stratified_folds(Cohort(parts).data(), within, {.folds = 5}, RandomKey(1));
    FAIL() << "5 folds for 3 events must be refused";
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.fault().remedy, "set folds to at most 3, or use the bootstrap");
  }
  EXPECT_EQ(stratified_folds(Cohort(parts).data(), within, {.folds = 3}, RandomKey(1)).size(), 30);
  EXPECT_THROW((void)stratified_folds(
                   Cohort(parts).data(), within, {.folds = 3, .repeats = 0}, RandomKey(1)),
               ConfigError);
}

} // namespace
} // namespace vigil
