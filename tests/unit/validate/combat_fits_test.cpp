// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Batches corrected inside each training set, by toy learners.
#include "vigil/base/error.hpp"
#include "vigil/validate/final_fit.hpp"
#include "vigil/validate/validate.hpp"

#include <gtest/gtest.h>

#include "tests/support/fault_of.hpp"
#include "tests/support/small_cohort.hpp"
#include "tests/support/toy_learner.hpp"
#include <algorithm>
#include <vector>

namespace vigil {
namespace {

using test::ToyLearner;

const std::vector<double> horizons{0.5};

/// Batches are the centres; markers of batch B are shifted and wide.
CohortParts batch_parts() {
  CohortParts parts = test::small_parts({.subjects = 90, .markers = 6, .clinical = 2});
  parts.batch = parts.centre;
  Scheduler scheduler(1);
  std::vector<Index> all{0, 1, 2, 3, 4, 5};
  std::vector<float> values = parts.features.columns(all, scheduler);
  for (Index cell = 0; cell < size_of(values); ++cell) {
    if (parts.batch.level[at(cell % 90)] == 1) {
      values[at(cell)] = 4.0F + 3.0F * values[at(cell)];
    }
  }
  std::vector<FeatureInfo> info;
  for (const Index marker : all) {
    info.push_back(parts.features.info(marker));
  }
  parts.features = FeatureMatrix(resident_source(90, 6, std::move(values), 4), std::move(info));
  return parts;
}

NamedLearner learner(std::vector<std::string> covariates = {"c1"}) {
  return {.name = "toy",
          .learner = AnyLearner(ToyLearner{}),
          .columns = {.kind = ColumnSelection::Kind::markers}, // the covariate is none of them
          .combat = CombatOptions{.batch = "site", .covariates = std::move(covariates)}};
}

std::vector<ResampleRecord> records_of(const Cohort& cohort,
                                       const ResamplePlan& plan,
                                       int threads,
                                       Index memory_bytes = Index{1} << 30) {
  Scheduler scheduler(threads);
  FitContext context{scheduler, memory_bytes};
  const std::vector<NamedLearner> learners{learner()};
  std::vector<ResampleRecord> records;
  validate(
      {.cohort = cohort, .plan = plan, .learners = learners, .request = {.horizons = horizons}},
      [&](const ResampleRecord& record) { records.push_back(record); },
      context);
  return records;
}

ResamplePlan folds_of(const Cohort& cohort) {
  return stratified_folds(
      cohort.data(), cohort.weights(), {.folds = 3, .repeats = 1}, RandomKey(5));
}

// What validation does, by hand: correct by the training subjects, fit, predict the corrected others.
TEST(CombatFits, CorrectByTheTrainingSubjectsOfEachResample) {
  const Cohort cohort{batch_parts()};
  const auto plan = folds_of(cohort);
  const auto records = records_of(cohort, plan, 2);
  ASSERT_EQ(records.size(), 3U);
  Scheduler scheduler(1);
  FitContext context{scheduler};
  for (Index fold = 0; fold < 3; ++fold) {
    const Resample resample = plan.at_number(fold);
    const TrainingData data = cohort.data();
    const Combat combat = Combat::fit(data, resample.train, *learner().combat, scheduler);
    const CorrectedColumns corrected = combat.correct(data.covariates(), scheduler, true);
    const ColumnView view(corrected.data(data), learner().columns);
    const TrainingData seen = view.data();
    const auto prepared = fit_preparations(seen, {&resample.train, 1}, {}, scheduler);
    const FitItem item{resample.train, prepared.front(), resample.key.child("fit").child("toy")};
    const auto model = fit(ToyLearner{}, seen, item, context);
    const auto expected =
        select_subjects(model.predict(seen.covariates(), {.horizons = horizons}, context),
                        records[at(fold)].subject);
    EXPECT_EQ(records[at(fold)].prediction.score, expected.score);
    EXPECT_EQ(records[at(fold)].selected.front().feature, model.selected().front().feature);
  }
}

TEST(CombatFits, DoNotDependOnThreads) {
  const Cohort cohort{batch_parts()};
  const auto plan = folds_of(cohort);
  const auto one = records_of(cohort, plan, 1), three = records_of(cohort, plan, 3);
  for (std::size_t fold = 0; fold < 3; ++fold) {
    EXPECT_EQ(one[fold].prediction.score, three[fold].prediction.score);
  }
}

// Where a second copy of the markers does not fit (90 x 6 x 4 bytes), they are corrected as they are read.
TEST(CombatFits, AreTheSameWithoutASecondCopyOfTheMarkers) {
  const Cohort cohort{batch_parts()};
  const auto plan = folds_of(cohort);
  const auto copied = records_of(cohort, plan, 2, 2 * 2160);
  const auto read = records_of(cohort, plan, 2, 2 * 2160 - 1);
  for (std::size_t fold = 0; fold < 3; ++fold) {
    EXPECT_EQ(copied[fold].prediction.score, read[fold].prediction.score);
    EXPECT_EQ(copied[fold].prediction.risk.value, read[fold].prediction.risk.value);
  }
}

// The subjects that test change no model: only their own scores move.
TEST(CombatFits, TestSubjectsChangeNoModel) {
  CohortParts parts = batch_parts();
  const Cohort cohort{parts};
  const auto plan = folds_of(cohort);
  const Resample resample = plan.at_number(0);
  auto& outcome = std::get<SurvivalOutcome>(*parts.outcome);
  const auto tests = resample.test.support();
  const Index moved = tests.front();
  outcome.time[at(moved)] += 1.0;
  outcome.event[at(moved)] = outcome.event[at(moved)] == 0 ? 1 : 0;
  const Cohort other{parts};
  Scheduler scheduler(1);
  FitContext context{scheduler};
  const auto fit_on = [&](const Cohort& data) {
    const std::vector<NamedLearner> learners{learner()};
    return std::move(fit_final({.cohort = data,
                                .weights = resample.train,
                                .learners = learners,
                                .request = {.horizons = horizons},
                                .key = RandomKey(1)},
                               context)
                         .front()
                         .model);
  };
  const auto left = fit_on(cohort).predict(cohort.covariates(), {.horizons = horizons}, context);
  const auto right = fit_on(other).predict(cohort.covariates(), {.horizons = horizons}, context);
  EXPECT_EQ(left.score, right.score);
}

TEST(CombatFits, AFinalModelKeepsItsCorrectionAndAsksForTheBatch) {
  const Cohort cohort{batch_parts()};
  Scheduler scheduler(1);
  FitContext context{scheduler};
  const std::vector<NamedLearner> learners{learner()};
  const auto models = fit_final({.cohort = cohort,
                                 .weights = cohort.weights(),
                                 .learners = learners,
                                 .request = {.horizons = horizons},
                                 .key = RandomKey(1)},
                                context);
  const AnyModel& model = models.front().model;
  ASSERT_TRUE(model.combat().has_value());
  EXPECT_EQ(model.record().record("combat").text("batch_column"), "site");
  CohortParts parts = batch_parts();
  parts.batch = {};
  const Cohort without{std::move(parts)};
  const Fault fault = test::fault_of<InputError>([&] {
    static_cast<void>(model.predict(without.covariates(), {.horizons = horizons}, context));
  });
  EXPECT_NE(fault.remedy.find("--batch"), std::string::npos);
}

} // namespace
} // namespace vigil
