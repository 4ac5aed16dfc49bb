// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/learner.hpp"
#include "vigil/penalized/penalized_learner.hpp"
#include "vigil/resample/fold_pairs.hpp"
#include "vigil/validate/scoring.hpp"

#include "tests/support/coverage_population.hpp"
#include "tests/support/interval_coverage.hpp"
#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vigil::test {

/// Number of subjects of a training set and of a test set.
inline constexpr Index coverage_subjects = 150;

/// The cells of these measures at the design's horizon and threshold.
template <class Design>
[[nodiscard]] SummaryOptions coverage_options(const Design& design,
                                              std::span<const std::string_view> measures) {
  SummaryOptions options{
      .measures = {}, .horizons = {design.horizon()}, .thresholds = {design.threshold()}};
  options.tau = design.horizon();
  for (const std::string_view name : measures) {
    options.measures.push_back(&measure::find(name));
  }
  return options;
}

struct CoveragePenalty {
  double l1_ratio = 0.0; ///< 0: ridge, whose scores differ without signal too
  Index points = 50;
};

/// One model for each weighting.
[[nodiscard]] inline std::vector<penalized::PenalizedModel>
coverage_fits(const Cohort& cohort,
              std::span<const CaseWeights> weights,
              const CoveragePenalty& penalty,
              const RandomKey& key,
              FitContext& context) {
  const TrainingData data = cohort.data();
  const auto preparations = fit_preparations(data, weights, {}, context.scheduler);
  std::vector<FitItem> items;
  for (Index number = 0; number < size_of(weights); ++number) {
    items.push_back({.weights = weights[at(number)],
                     .preparation = preparations[at(number)],
                     .key = key.child(number)});
  }
  const penalized::PenalizedLearner learner({.l1_ratio = {penalty.l1_ratio},
                                             .grid = {.points = penalty.points},
                                             .interval_resamples = 0});
  return learner.fit_all({data, items}, context);
}

/// A ridge model of one training set, judged by one test set: intervals of `external:<id>` and `split`.
[[nodiscard]] inline std::vector<IntervalCase>
held_out_cases(const CoveragePopulation& population,
               std::span<const std::string_view> measures,
               const RandomKey& key,
               FitContext& context) {
  const CoverageDesign& design = population.design();
  const auto train = design.draw(coverage_subjects, key.child("train"));
  const auto tested = design.draw(coverage_subjects, key.child("test"));
  const std::vector<CaseWeights> ones{CaseWeights::ones(coverage_subjects)};
  const auto models = coverage_fits(train.observed, ones, {}, key.child("fit"), context);
  const std::vector<double> horizons{design.horizon()};
  const auto on_test =
      models.front().predict(tested.observed.covariates(), {.horizons = horizons}, context);
  const auto on_all =
      models.front().predict(population.covariates(), {.horizons = horizons}, context);
  const auto null = null_risks(train.observed.data().outcome, ones.front(), horizons, 1);
  const Outcome& outcome = tested.observed.data().outcome;
  const EvaluationSample sample = own_sample(outcome, ones.front(), 1);
  const std::vector<double> truth = population.values(measures, on_all, null.front());
  const std::vector<MeasureCell> cells = measure_cells(coverage_options(design, measures));
  std::vector<IntervalCase> cases;
  for (std::size_t number = 0; number < cells.size(); ++number) {
    const MeasureCell& cell = cells[number];
    const auto estimate = evaluate(sample, cell, {.prediction = on_test, .null_risk = null});
    IntervalCase one{.estimate = estimate.value,
                     .se = measure::standard_error(estimate, ones.front()),
                     .truth = truth[number]};
    if (std::isfinite(one.se)) {
      const auto interval = measure::normal_interval(one.estimate, one.se, 0.95, cell.entry->scale);
      one.lower = interval.lower;
      one.upper = interval.upper;
    }
    cases.push_back(one);
  }
  return cases;
}

/// The record of a fold model: its predictions of the fold's test subjects.
[[nodiscard]] inline ResampleRecord fold_record(const penalized::PenalizedModel& model,
                                                const Cohort& cohort,
                                                const Resample& resample,
                                                Index number,
                                                const PredictionRequest& request,
                                                FitContext& context) {
  const auto support = resample.test.support();
  ResampleRecord record;
  record.learner = "cox-net";
  record.resample = number;
  record.status = model.status();
  record.subject.assign(support.begin(), support.end());
  record.role.assign(record.subject.size(), FoldRole::test);
  record.prediction =
      select_subjects(model.predict(cohort.covariates(), request, context), record.subject);
  return record;
}

/// A lasso in 5 x 5 folds of one set of subjects, with its records and what its models are worth.
struct FoldStudy {
  Cohort cohort;
  ResamplePlan plan;
  std::vector<ResampleRecord> records = {}, pairs = {};
  std::vector<double> of_folds = {},
                      of_all = {}; ///< truths: mean of the fold models, model of all subjects
};

/// nested: pairs of folds are left out too, and a model of all subjects is fitted.
[[nodiscard]] inline FoldStudy fold_study(const CoveragePopulation& population,
                                          std::span<const std::string_view> measures,
                                          const RandomKey& key,
                                          bool nested,
                                          FitContext& context) {
  const CoverageDesign& design = population.design();
  const Cohort cohort = design.draw(coverage_subjects, key.child("train")).observed;
  const CaseWeights within = cohort.weights();
  const FoldOptions options{.folds = 5, .repeats = 5};
  const RandomKey folds = key.child("folds");
  FoldStudy study{.cohort = cohort,
                  .plan = stratified_folds(cohort.data(), within, options, folds)};
  const ResamplePlan work =
      nested ? folds_and_pairs(cohort.data(), within, options, folds) : study.plan;
  std::vector<CaseWeights> training;
  for (Index number = 0; number < work.size(); ++number) {
    training.push_back(work.at_number(number).train);
  }
  if (nested) {
    training.push_back(within);
  }
  const auto models =
      coverage_fits(cohort, training, {.l1_ratio = 1.0, .points = 30}, key.child("fit"), context);
  const std::vector<double> horizons{design.horizon()};
  const PredictionRequest request{.horizons = horizons};
  const auto worth = [&](const penalized::PenalizedModel& model) {
    return population.values(
        measures, model.predict(population.covariates(), request, context), not_available);
  };
  study.of_folds.assign(measures.size(), 0.0);
  for (Index number = 0; number < work.size(); ++number) {
    const auto& model = models[at(number)];
    const bool pair = number >= study.plan.size();
    (pair ? study.pairs : study.records)
        .push_back(fold_record(model, cohort, work.at_number(number), number, request, context));
    const std::vector<double> values = pair ? std::vector<double>() : worth(model);
    for (std::size_t cell = 0; cell < values.size(); ++cell) {
      study.of_folds[cell] += values[cell] / static_cast<double>(study.plan.size());
    }
  }
  if (nested) {
    study.of_all = worth(models.back());
  }
  return study;
}

/// Intervals of `repeated-cv` and `nested-cv`, beside the mean of the fold models' values. With `nested`, then those of Bates,
/// Hastie and Tibshirani, of the measures that have losses of subjects, beside the value of the model of all subjects.
[[nodiscard]] inline std::vector<IntervalCase>
fold_cases(const CoveragePopulation& population,
           std::span<const std::string_view> measures,
           const RandomKey& key,
           FitContext& context,
           bool nested = false) {
  const FoldStudy study = fold_study(population, measures, key, nested, context);
  const CaseWeights within = study.cohort.weights();
  const Summary summary = summarise({.cohort = study.cohort,
                                     .within = within,
                                     .plan = study.plan,
                                     .records = study.records,
                                     .apparent = {},
                                     .pairs = study.pairs},
                                    coverage_options(population.design(), measures),
                                    context.scheduler);
  std::vector<IntervalCase> cases;
  for (const PerformanceRow& row : summary.performance) {
    const auto place = static_cast<std::size_t>(
        std::find(measures.begin(), measures.end(), row.measure) - measures.begin());
    const bool of_all = row.interval_method == "bates_hastie_tibshirani";
    cases.push_back({.estimate = row.estimate,
                     .se = row.se,
                     .lower = row.lower,
                     .upper = row.upper,
                     .truth = of_all ? study.of_all[place] : study.of_folds[place]});
  }
  return cases;
}

/// All replicates on all workers, added in their order: one result for each measure.
template <class Cases>
[[nodiscard]] std::vector<IntervalCoverage> coverage_of(Index replicates,
                                                        Index measures,
                                                        const RandomKey& key,
                                                        Scheduler& scheduler,
                                                        const Cases& cases) {
  std::vector<std::vector<IntervalCase>> made(at(replicates));
  scheduler.for_each(replicates, [&](Index replicate, Index) {
    FitContext context{scheduler};
    made[at(replicate)] = cases(key.child(replicate), context);
  });
  std::vector<IntervalCoverage> result(at(measures));
  for (const auto& replicate : made) {
    for (std::size_t cell = 0; cell < result.size(); ++cell) {
      result[cell].add(replicate[cell]);
    }
  }
  return result;
}

} // namespace vigil::test
