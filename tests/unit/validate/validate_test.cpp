// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/validate/final_fit.hpp"
#include "vigil/validate/validate.hpp"

#include <gtest/gtest.h>

#include "tests/support/small_cohort.hpp"
#include "tests/support/toy_learner.hpp"
#include <algorithm>
#include <map>
#include <memory>

namespace vigil {
namespace {

using test::small_cohort;
using test::ToyLearner;

const std::vector<double> horizons{0.5, 1.0};

std::vector<NamedLearner> two_learners() {
  return {{.name = "all", .learner = AnyLearner(ToyLearner{})},
          {.name = "clinical",
           .learner = AnyLearner(ToyLearner{}),
           .columns = {.kind = ColumnSelection::Kind::clinical}}};
}

ResamplePlan folds_of(const Cohort& cohort) {
  return stratified_folds(
      cohort.data(), cohort.weights(), {.folds = 4, .repeats = 2}, RandomKey(5));
}

std::vector<ResampleRecord>
records_of(const Cohort& cohort, const ResamplePlan& plan, int threads, Shard shard = {}) {
  Scheduler scheduler(threads);
  FitContext context{scheduler};
  const auto learners = two_learners();
  std::vector<ResampleRecord> records;
  validate(
      {.cohort = cohort,
       .plan = plan,
       .learners = learners,
       .request = {.horizons = horizons},
       .shard = shard},
      [&](const ResampleRecord& record) { records.push_back(record); },
      context);
  return records;
}

/// Equality of every number, bit by bit (no NaN occurs in these records).
void expect_same(const ResampleRecord& left, const ResampleRecord& right) {
  EXPECT_EQ(left.learner, right.learner);
  EXPECT_EQ(left.resample, right.resample);
  EXPECT_EQ(left.subject, right.subject);
  EXPECT_EQ(left.role, right.role);
  EXPECT_EQ(left.prediction.score, right.prediction.score);
  EXPECT_EQ(left.prediction.risk.value, right.prediction.risk.value);
  EXPECT_EQ(left.status, right.status);
  ASSERT_EQ(left.selected.size(), right.selected.size());
  for (std::size_t i = 0; i < left.selected.size(); ++i) {
    EXPECT_EQ(left.selected[i].feature, right.selected[i].feature);
    EXPECT_EQ(left.selected[i].coefficient, right.selected[i].coefficient);
  }
}

TEST(validate, gives_one_record_per_learner_and_resample_for_test_subjects) {
  const Cohort cohort = small_cohort({});
  const ResamplePlan plan = folds_of(cohort);
  const auto records = records_of(cohort, plan, 1);
  ASSERT_EQ(records.size(), 16U);
  for (Index r = 0; r < 16; ++r) {
    const ResampleRecord& record = records[at(r)];
    EXPECT_EQ(record.learner, r < 8 ? "all" : "clinical");
    EXPECT_EQ(record.resample, r % 8);
    const Resample resample = plan.at_number(r % 8);
    EXPECT_TRUE(std::ranges::equal(record.subject, resample.test.support()));
    EXPECT_EQ(std::count(record.role.begin(), record.role.end(), FoldRole::train), 0);
    EXPECT_EQ(record.prediction.score.size(), record.subject.size());
    EXPECT_EQ(record.prediction.risk.horizon, horizons);
  }
}

TEST(validate, is_the_same_for_any_number_of_threads) {
  const Cohort cohort = small_cohort({});
  const ResamplePlan plan = folds_of(cohort);
  const auto one = records_of(cohort, plan, 1);
  for (const int threads : {2, 7}) {
    const auto more = records_of(cohort, plan, threads);
    ASSERT_EQ(one.size(), more.size());
    for (std::size_t r = 0; r < one.size(); ++r) {
      expect_same(one[r], more[r]);
    }
  }
}

TEST(validate, in_shards_gives_the_records_of_one_run) {
  const Cohort cohort = small_cohort({});
  const ResamplePlan plan = folds_of(cohort);
  std::map<std::pair<std::string, Index>, ResampleRecord> whole;
  for (auto& record : records_of(cohort, plan, 1)) {
    whole.emplace(std::pair(record.learner, record.resample), record);
  }
  for (const Index count : {3, 8}) {
    std::size_t seen = 0;
    for (Index number = 0; number < count; ++number) {
      for (const auto& record : records_of(cohort, plan, 2, {.number = number, .count = count})) {
        expect_same(record, whole.at({record.learner, record.resample}));
        ++seen;
      }
    }
    EXPECT_EQ(seen, whole.size());
  }
}

TEST(validate, does_not_depend_on_which_learners_stand_beside) {
  const Cohort cohort = small_cohort({});
  const ResamplePlan plan = folds_of(cohort);
  const auto both = records_of(cohort, plan, 1);
  Scheduler scheduler(1);
  FitContext context{scheduler};
  const auto learners = two_learners();
  std::vector<ResampleRecord> alone;
  validate(
      {.cohort = cohort,
       .plan = plan,
       .learners = std::span(learners).subspan(1),
       .request = {.horizons = horizons}},
      [&](const ResampleRecord& record) { alone.push_back(record); },
      context);
  ASSERT_EQ(alone.size(), 8U);
  for (std::size_t r = 0; r < alone.size(); ++r) {
    expect_same(alone[r], both[8 + r]);
  }
}

TEST(work_units, are_numbered_alike_for_every_number_of_shards) {
  const Cohort cohort = small_cohort({});
  const ResamplePlan plan = folds_of(cohort);
  const auto learners = two_learners();
  const auto units = [&](Shard shard) {
    return work_units({.cohort = cohort,
                       .plan = plan,
                       .learners = learners,
                       .request = {.horizons = horizons},
                       .shard = shard});
  };
  const auto all = units({});
  ASSERT_EQ(all.size(), 4U) << "two learners, two blocks of four folds";
  EXPECT_EQ(all[3].number, 3);
  EXPECT_EQ(all[3].learner, 1);
  EXPECT_EQ(all[3].first, 4);
  EXPECT_EQ(all[3].last, 8);
  const auto third = units({.number = 2, .count = 3});
  ASSERT_EQ(third.size(), 1U);
  EXPECT_EQ(third[0].number, 2);
  EXPECT_EQ(third[0].first, all[2].first);
}

TEST(validate, numbers_selected_columns_as_in_the_whole_cohort) {
  const Cohort cohort = small_cohort({}); // markers 0 to 5, clinical 6 and 7
  for (const auto& record : records_of(cohort, folds_of(cohort), 1)) {
    ASSERT_EQ(record.selected.size(), 1U);
    if (record.learner == "clinical") {
      EXPECT_GE(record.selected[0].feature, 6);
    }
  }
}

TEST(validate, predicts_training_subjects_of_a_bootstrap_too) {
  const Cohort cohort = small_cohort({});
  const ResamplePlan plan = bootstrap(cohort.data(), cohort.weights(), 3, RandomKey(1));
  for (const auto& record : records_of(cohort, plan, 1)) {
    const Resample resample = plan.at_number(record.resample);
    ASSERT_EQ(size_of(record.subject), 60);
    for (Index i = 0; i < 60; ++i) {
      EXPECT_EQ(record.role[at(i)], resample.train.times(i) > 0 ? FoldRole::train : FoldRole::test);
    }
  }
}

/// A cohort in which the listed subjects have other outcomes and other values in every column.
Cohort with_garbage(const SurvivalOutcome& outcome,
                    const CohortParts& parts,
                    std::span<const Index> listed,
                    bool in_features) {
  CohortParts changed = parts;
  SurvivalOutcome other = outcome;
  Scheduler scheduler(1);
  std::vector<Index> every(at(parts.features.features()));
  std::vector<FeatureInfo> info;
  for (Index j = 0; j < size_of(every); ++j) {
    every[at(j)] = j;
    info.push_back(parts.features.info(j));
  }
  auto values = parts.features.columns(every, scheduler);
  ClinicalBlock clinical(parts.clinical.subjects());
  const Index n = parts.clinical.subjects();
  for (const Index i : listed) {
    other.time[at(i)] = 1e6 + static_cast<double>(i);
    other.event[at(i)] = static_cast<std::uint8_t>(1 - other.event[at(i)]);
    for (Index j = 0; in_features && j < size_of(every); ++j) {
      values[at(j * n + i)] = j % 2 == 0 ? 1e9F : std::nanf("");
    }
  }
  for (Index j = 0; j < parts.clinical.columns(); ++j) {
    const auto column = parts.clinical.column(j);
    std::vector<double> copy(column.begin(), column.end());
    for (const Index i : listed) {
      copy[at(i)] = in_features ? -1e9 : copy[at(i)];
    }
    clinical.add(parts.clinical.info(j), std::move(copy));
  }
  changed.outcome = std::move(other);
  changed.features =
      FeatureMatrix(resident_source(n, size_of(every), std::move(values), 4), std::move(info));
  changed.clinical = std::move(clinical);
  return Cohort(std::move(changed));
}

// The leak tripwire. Fold 0 neither trains nor tests: garbage in its outcome and features leaves every record
// alone, predictions included. Garbage in the outcome of the test fold leaves the records alone too, and garbage
// in its features leaves the model alone (its selection and coefficient), though not its own predictions.
TEST(leak_tripwire, weight_zero_subjects_change_nothing) {
  const CohortParts parts = test::small_parts({});
  const Cohort cohort(parts);
  const auto& outcome = std::get<SurvivalOutcome>(*parts.outcome);
  std::vector<Index> fold_of(60, 0);
  std::vector<Index> absent, testing;
  for (Index i = 0; i < 60; ++i) {
    fold_of[at(i)] = i % 5;
    if (i % 5 == 0) {
      absent.push_back(i);
    }
    if (i % 5 == 1) {
      testing.push_back(i);
    }
  }
  const auto plan = imported_folds(cohort.weights(), {fold_of}, RandomKey(1));
  const auto base = records_of(cohort, plan, 1);
  const auto with_absent = records_of(with_garbage(outcome, parts, absent, true), plan, 1);
  for (std::size_t r = 0; r < base.size(); ++r) {
    expect_same(base[r], with_absent[r]);
  }
  const auto with_outcome = records_of(with_garbage(outcome, parts, testing, false), plan, 1);
  const auto with_features = records_of(with_garbage(outcome, parts, testing, true), plan, 1);
  for (std::size_t r = 0; r < base.size(); ++r) {
    if (base[r].resample == 0) { // the resample in which fold 1 tests
      expect_same(base[r], with_outcome[r]);
      EXPECT_EQ(base[r].selected[0].feature, with_features[r].selected[0].feature);
      EXPECT_EQ(base[r].selected[0].coefficient, with_features[r].selected[0].coefficient);
    } else {
      EXPECT_NE(base[r].selected[0].coefficient, with_outcome[r].selected[0].coefficient)
          << "where fold 1 trains, its outcome must matter: the wire is live";
    }
  }
}

TEST(fit_final, trains_on_all_weights_and_predicts_another_cohort_by_name) {
  const Cohort cohort = small_cohort({}), other = small_cohort({.subjects = 25, .seed = 4});
  Scheduler scheduler(2);
  FitContext context{scheduler};
  const auto learners = two_learners();
  const CaseWeights weights = cohort.weights();
  const auto models = fit_final({.cohort = cohort,
                                 .weights = weights,
                                 .learners = learners,
                                 .request = {.horizons = horizons},
                                 .key = RandomKey(1)},
                                context);
  ASSERT_EQ(models.size(), 2U);
  EXPECT_EQ(models[0].apparent.resample, no_index);
  EXPECT_EQ(size_of(models[0].apparent.subject), 60);
  const auto external = predict_external(models, other, {.horizons = horizons}, context);
  ASSERT_EQ(external.size(), 2U);
  EXPECT_EQ(external[1].learner, "clinical");
  EXPECT_EQ(external[1].status, FitStatus::converged);
  EXPECT_EQ(external[1].prediction.score.size(), 25U);
  const Cohort lacking = small_cohort({.clinical = 0});
  EXPECT_THROW((void)predict_external(models, lacking, {.horizons = horizons}, context),
               InputError);
}

/// A ToyLearner that counts the items which ask for diagnostics.
struct Asked {
  using Model = test::ToyModel;
  std::shared_ptr<std::vector<bool>> items = std::make_shared<std::vector<bool>>();
  [[nodiscard]] std::vector<test::ToyModel> fit_all(const FitBatch& batch,
                                                    FitContext& context) const {
    for (const FitItem& item : batch.items) {
      items->push_back(item.with_diagnostics);
    }
    return ToyLearner{}.fit_all(batch, context);
  }
};

// They may take as long as the fit itself: those of resamples would be thrown away.
TEST(fit_final, alone_asks_for_diagnostics) {
  const Cohort cohort = small_cohort({});
  Scheduler scheduler(1);
  FitContext context{scheduler};
  const Asked asked;
  const std::vector<NamedLearner> learners{{.name = "asked", .learner = AnyLearner(asked)}};
  validate(
      {.cohort = cohort,
       .plan = folds_of(cohort),
       .learners = learners,
       .request = {.horizons = horizons}},
      [](const ResampleRecord&) {},
      context);
  EXPECT_EQ(*asked.items, std::vector<bool>(8, false));
  static_cast<void>(fit_final({.cohort = cohort,
                               .weights = cohort.weights(),
                               .learners = learners,
                               .request = {.horizons = horizons},
                               .key = RandomKey(1)},
                              context));
  ASSERT_EQ(asked.items->size(), 9U);
  EXPECT_TRUE(asked.items->back());
}

} // namespace
} // namespace vigil
