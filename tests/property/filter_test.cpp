// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Filters and cuts belong to a training set: what is kept there knows nothing of anybody else.
#include "vigil/penalized/cox_learner.hpp"
#include "vigil/penalized/penalized_learner.hpp"
#include "vigil/select/log_rank_cut.hpp"
#include "vigil/select/score_ranking.hpp"
#include "vigil/validate/final_fit.hpp"
#include "vigil/validate/fit_view.hpp"

#include <gtest/gtest.h>

#include "tests/support/small_cohort.hpp"
#include "tests/support/survival_case.hpp"
#include <memory>
#include <string>
#include <vector>

namespace vigil {
namespace {

PreparationOptions by_score(Index keep) {
  return {.filter = {.keep = keep, .ranking = std::make_shared<const select::ScoreRanking>()}};
}

/// What tells two penalized models apart.
struct Fitted {
  std::vector<std::string> features;
  std::vector<double> coefficient;
  double lambda = 0.0;
  bool operator==(const Fitted&) const = default;
};

/// cox-net on each weighting, in one batch; the filter is made anew in each inner fold.
std::vector<Fitted>
fit_net(const TrainingData& data, std::span<const CaseWeights> weightings, int threads) {
  const PreparationOptions preparation = by_score(8);
  penalized::PenalizedOptions net;
  net.grid.points = 20;
  net.inner.folds = 3;
  net.inner.preparation = preparation;
  net.interval_resamples = 0;
  Scheduler scheduler(threads);
  FitContext context{scheduler};
  const auto prepared = fit_preparations(data, weightings, preparation, scheduler);
  std::vector<FitItem> items;
  for (std::size_t item = 0; item < weightings.size(); ++item) {
    items.push_back({weightings[item], prepared[item], RandomKey(7)});
  }
  std::vector<Fitted> result;
  for (const auto& model : penalized::PenalizedLearner(net).fit_all({data, items}, context)) {
    const Record record = model.record();
    result.push_back(
        {record.texts("features"), record.numbers("coefficient"), record.number("lambda")});
  }
  return result;
}

CaseWeights without_every(Index step) {
  std::vector<std::uint32_t> times(120, 1);
  for (Index i = 0; i < 120; i += step) {
    times[at(i)] = 0;
  }
  return CaseWeights::ones(120).with_times(times);
}

TEST(Filter, SubjectsOutsideTrainingChangeNoModel) {
  test::SurvivalCase made(RandomKey(41), 120, 50, 2);
  const CaseWeights train = without_every(4);
  const auto before = fit_net(made.data(), {&train, 1}, 2).front();
  EXPECT_GT(before.features.size(), 2U);
  EXPECT_LE(before.features.size(), 10U); // eight markers, two clinical columns
  for (Index i = 0; i < 120; i += 4) {
    made.survival.time[at(i)] = 50.0 + static_cast<double>(i);
    made.survival.event[at(i)] = i % 8 == 0 ? 1 : 0;
    for (Index marker = 0; marker < 50; ++marker) {
      made.marker_values[at(marker * 120 + i)] = static_cast<float>(marker * i);
    }
    made.clinical[0][at(i)] = 1e3;
  }
  EXPECT_EQ(fit_net(made.data(), {&train, 1}, 2).front(), before);
}

TEST(Filter, AFitDoesNotDependOnItsNeighboursOrThreads) {
  test::SurvivalCase made(RandomKey(41), 120, 50, 2);
  const std::vector<CaseWeights> weightings{without_every(4), without_every(3), without_every(7)};
  const auto together = fit_net(made.data(), weightings, 3);
  for (std::size_t item = 0; item < weightings.size(); ++item) {
    EXPECT_EQ(fit_net(made.data(), {&weightings[item], 1}, 1).front(), together[item]);
  }
}

/// Survival that nothing is known about.
CohortParts noise(std::uint64_t seed, Index markers, Index clinical) {
  CohortParts parts = test::small_parts(
      {.subjects = 120, .markers = markers, .clinical = clinical, .centres = 0, .seed = seed});
  RandomStream draw(RandomKey(seed).child("noise"));
  SurvivalOutcome outcome;
  for (Index i = 0; i < 120; ++i) {
    const double event = draw.exponential(), censored = 1.6 * draw.exponential();
    outcome.time.push_back(0.01 + std::min(event, censored));
    outcome.event.push_back(event <= censored ? 1 : 0);
  }
  parts.outcome = std::move(outcome);
  return parts;
}

/// Harrell's C among the held-out subjects of each fold, all folds together; equal scores count a half.
double held_out_concordance(const Cohort& cohort, const NamedLearner& learner) {
  Scheduler scheduler(2);
  FitContext context{scheduler};
  const auto plan =
      stratified_folds(cohort.data(), cohort.weights(), {.folds = 5, .repeats = 1}, RandomKey(3));
  const TrainingData data = cohort.data();
  const auto& outcome = std::get<SurvivalOutcome>(data.outcome);
  double pairs = 0.0, concordant = 0.0;
  const auto count = [&](const ResampleRecord& record) {
    for (std::size_t one = 0; one < record.subject.size(); ++one) {
      for (std::size_t other = 0; other < record.subject.size(); ++other) {
        const auto first = at(record.subject[one]), second = at(record.subject[other]);
        if (outcome.event[first] != 0 && outcome.time[first] < outcome.time[second]) {
          pairs += 1.0;
          const double higher = record.prediction.score[one] - record.prediction.score[other];
          concordant += higher > 0.0 ? 1.0 : higher == 0.0 ? 0.5 : 0.0;
        }
      }
    }
  };
  const std::vector<double> horizons{0.5};
  validate({.cohort = cohort,
            .plan = plan,
            .learners = {&learner, 1},
            .request = {.horizons = horizons}},
           count,
           context);
  return concordant / pairs;
}

/// Names of the markers that the filter keeps of everybody: the mistake.
std::vector<std::string> filtered_outside(const Cohort& cohort, Index keep) {
  Scheduler scheduler(2);
  const CaseWeights all = cohort.weights();
  const TrainingData data = cohort.data();
  const auto prepared = fit_preparations(data, {&all, 1}, by_score(keep), scheduler).front();
  std::vector<std::string> names;
  for (Index column = 0; column < data.columns(); ++column) {
    if (prepared.keeps(column)) {
      names.push_back(data.covariates().info(column).name);
    }
  }
  return names;
}

// Markers without any signal: filtered by the outcome of everybody before cross-validation they predict, filtered inside
// each training set they do not. The mean of eight cohorts has a standard error of about 0.016 inside (0.045 for one
// cohort of 120), so that 0.5 +- 0.05 is three of them.
TEST(Filter, OnNoiseAFilterOutsideLeaksAndOneInsideDoesNot) {
  double outside = 0.0, inside = 0.0;
  constexpr int cohorts = 8;
  for (std::uint64_t seed = 1; seed <= cohorts; ++seed) {
    const Cohort cohort(noise(seed, 800, 0));
    const AnyLearner cox(penalized::CoxLearner{});
    inside +=
        held_out_concordance(cohort, {.name = "cox", .learner = cox, .preparation = by_score(5)}) /
        cohorts;
    outside += held_out_concordance(cohort,
                                    {.name = "cox",
                                     .learner = cox,
                                     .columns = {.kind = ColumnSelection::Kind::named,
                                                 .names = filtered_outside(cohort, 5)}}) /
               cohorts;
  }
  RecordProperty("inside", std::to_string(inside));
  RecordProperty("outside", std::to_string(outside));
  EXPECT_NEAR(inside, 0.5, 0.05) << inside;
  EXPECT_GT(outside, 0.65) << outside;
}

PreparationOptions cutting(std::vector<std::string> columns) {
  return {.cut = {.columns = std::move(columns),
                  .statistic = std::make_shared<const select::LogRankCut>()}};
}

/// What tells two models of cut columns apart: record entries, and the cut.
struct CutModel {
  std::vector<std::string> features;
  std::vector<double> coefficient;
  double cut = 0.0, p = 0.0;
  bool operator==(const CutModel&) const = default;
};

/// The learner on each weighting, in one batch, with m1 (a marker) and c0 (a clinical column) cut.
std::vector<CutModel> fit_cut(const TrainingData& data,
                              const AnyLearner& learner,
                              std::span<const CaseWeights> weightings,
                              int threads) {
  Scheduler scheduler(threads);
  FitContext context{scheduler};
  const NamedLearner named{.name = "one", .learner = learner, .preparation = cutting({"c0", "m1"})};
  const ColumnView view(data, ColumnSelection{});
  const std::vector<RandomKey> keys(weightings.size(), RandomKey(7));
  std::vector<CutModel> result;
  for (const AnyModel& model :
       fit_view(view, named, {.weights = weightings, .keys = keys}, context)) {
    const Record record = model.record();
    result.push_back({record.texts("features"),
                      record.numbers("coefficient"),
                      record.record("cuts").numbers("cut")[1],
                      record.record("cuts").numbers("p")[1]});
  }
  return result;
}

AnyLearner cut_net() {
  penalized::PenalizedOptions net;
  net.grid.points = 20;
  net.inner.folds = 3;
  net.inner.preparation = cutting({"c0", "m1"});
  net.interval_resamples = 0;
  return AnyLearner(penalized::PenalizedLearner(net));
}

TEST(Cut, SubjectsOutsideTrainingChangeNoModel) {
  for (const AnyLearner& learner : {AnyLearner(penalized::CoxLearner{}), cut_net()}) {
    test::SurvivalCase made(RandomKey(41), 120, 8, 2);
    const CaseWeights train = without_every(4);
    const auto before = fit_cut(made.data(), learner, {&train, 1}, 2).front();
    EXPECT_GT(before.features.size(), 4U);
    for (Index i = 0; i < 120; i += 4) {
      made.survival.time[at(i)] = 50.0 + static_cast<double>(i);
      made.survival.event[at(i)] = i % 8 == 0 ? 1 : 0;
      made.marker_values[at(120 + i)] = static_cast<float>(i);
      made.clinical[0][at(i)] =
          0.01 * static_cast<double>(i) - 0.6; // candidates between those of training
    }
    EXPECT_EQ(fit_cut(made.data(), learner, {&train, 1}, 2).front(), before);
  }
}

TEST(Cut, AFitDoesNotDependOnItsNeighboursOrThreads) {
  test::SurvivalCase made(RandomKey(42), 120, 8, 2);
  const std::vector<CaseWeights> weightings{without_every(4), without_every(3), without_every(7)};
  const auto together = fit_cut(made.data(), cut_net(), weightings, 3);
  for (std::size_t item = 0; item < weightings.size(); ++item) {
    EXPECT_EQ(fit_cut(made.data(), cut_net(), {&weightings[item], 1}, 1).front(), together[item]);
  }
}

/// The cohort with its clinical columns cut where the outcome of everybody says so: the mistake.
Cohort cut_outside(CohortParts parts, const NamedLearner& learner) {
  const Cohort cohort(parts);
  Scheduler scheduler(2);
  FitContext context{scheduler};
  const CaseWeights all = cohort.weights();
  const auto model =
      fit_final({cohort, all, {&learner, 1}, {{}}, RandomKey(1)}, context).front().model;
  const CorrectedColumns cut = model.cuts()->apply(cohort.covariates(), scheduler);
  const ClinicalBlock& columns = cut.covariates().clinical;
  parts.clinical = ClinicalBlock(cohort.subjects());
  for (Index column = 0; column < columns.columns(); ++column) {
    if (columns.info(column).cut) {
      const auto values = columns.column(column);
      FeatureInfo info{.name = columns.info(column).name, .marker = false, .penalized = false};
      parts.clinical.add(std::move(info), {values.begin(), values.end()});
    }
  }
  return Cohort(std::move(parts));
}

// Five columns without any signal. Cut where everybody's outcome is parted best, and cross-validated after that, they
// predict; cut inside each training set they do not. The mean of 16 cohorts has a standard error of about 0.011 (0.045 for
// one), so that 0.5 +- 0.035 is three of them.
TEST(Cut, OnNoiseACutOutsideLeaksAndOneInsideDoesNot) {
  double outside = 0.0, inside = 0.0;
  constexpr int cohorts = 16;
  for (std::uint64_t seed = 1; seed <= cohorts; ++seed) {
    const auto parts = noise(seed, 0, 5);
    const NamedLearner cox{.name = "cox",
                           .learner = AnyLearner(penalized::CoxLearner{}),
                           .preparation = cutting({"c1", "c2", "c3", "c4", "c5"})};
    inside += held_out_concordance(Cohort(parts), cox) / cohorts;
    outside +=
        held_out_concordance(cut_outside(parts, cox), {.name = "cox", .learner = cox.learner}) /
        cohorts;
  }
  RecordProperty("inside", std::to_string(inside));
  RecordProperty("outside", std::to_string(outside));
  EXPECT_NEAR(inside, 0.5, 0.035) << inside;
  EXPECT_GT(outside, 0.55) << outside;
}

} // namespace
} // namespace vigil
