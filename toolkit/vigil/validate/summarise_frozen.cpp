// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/tail.hpp"
#include "vigil/validate/schemes.hpp"

#include <cmath>

namespace vigil {

namespace {

PerformanceRow
frozen_row(const FrozenScores& scores, Index learner, Index cell, const SummaryOptions& options) {
  const measure::Estimate& estimate = scores.estimate[at(learner)][at(cell)];
  const MeasureCell& what = scores.cells[at(cell)];
  PerformanceRow row = performance_row(scores.learners[at(learner)], what, options);
  const Counts counts =
      counts_of(*scores.sample.outcome, scores.sample.weights, scores.sample.cause);
  row.subjects = counts.subjects;
  row.events = counts.events;
  row.resamples = 1;
  row.undefined_because = estimate.undefined_because;
  row.undefined = estimate.undefined_because.empty() ? 0 : 1;
  row.estimate = estimate.value;
  row.se = measure::standard_error(estimate, scores.sample.weights);
  if (std::isfinite(row.se)) {
    const auto interval =
        measure::normal_interval(row.estimate, row.se, options.level, what.entry->scale);
    row.lower = interval.lower;
    row.upper = interval.upper;
    row.interval_method = "influence";
  }
  return row;
}

/// Difference of two estimates on the same subjects: values and influence values are subtracted.
measure::Estimate difference_of(const measure::Estimate& left, const measure::Estimate& right) {
  for (const measure::Estimate* one : {&left, &right}) {
    if (!one->undefined_because.empty()) {
      return measure::undefined(one->undefined_because);
    }
  }
  measure::Estimate difference{.value = left.value - right.value};
  if (!left.influence.empty() && !right.influence.empty()) {
    difference.influence = left.influence;
    for (Index subject = 0; subject < size_of(right.influence); ++subject) {
      difference.influence[at(subject)] -= right.influence[at(subject)];
    }
  }
  return difference;
}

ComparisonRow frozen_comparison(const FrozenScores& scores,
                                Index learner,
                                Index reference,
                                Index cell,
                                const SummaryOptions& options) {
  const MeasureCell& what = scores.cells[at(cell)];
  const measure::Estimate difference = difference_of(scores.estimate[at(learner)][at(cell)],
                                                     scores.estimate[at(reference)][at(cell)]);
  ComparisonRow row{.learner = scores.learners[at(learner)],
                    .reference = scores.learners[at(reference)],
                    .measure = std::string(what.entry->name),
                    .horizon = horizon_of(what),
                    .threshold = what.threshold,
                    .resampling = options.resampling,
                    .difference = difference.value,
                    .se = measure::standard_error(difference, scores.sample.weights)};
  if (std::isfinite(row.se)) {
    const auto interval = measure::normal_interval(
        row.difference, row.se, options.level, measure::IntervalScale::identity);
    row.lower = interval.lower;
    row.upper = interval.upper;
    row.p = row.se > 0.0 ? two_sided_normal_p(row.difference / row.se) : not_available;
  }
  return row;
}

} // namespace

FrozenScores frozen_scores(const EvaluationSample& sample,
                           std::span<const FrozenPrediction> predictions,
                           std::span<const double> null_risk,
                           const SummaryOptions& options,
                           Scheduler& scheduler) {
  FrozenScores scores{
      .learners = {}, .cells = measure_cells(options), .sample = sample, .estimate = {}};
  for (const FrozenPrediction& one : predictions) {
    scores.learners.push_back(one.learner);
  }
  const Index cells = size_of(scores.cells);
  scores.estimate.assign(predictions.size(), std::vector<measure::Estimate>(at(cells)));
  scheduler.for_each(size_of(predictions) * cells, [&](Index task, Index) {
    const FrozenPrediction& one = predictions[at(task / cells)];
    scores.estimate[at(task / cells)][at(task % cells)] =
        one.status == FitStatus::undefined
            ? measure::undefined(model_undefined)
            : evaluate(sample,
                       scores.cells[at(task % cells)],
                       {.prediction = *one.prediction, .null_risk = null_risk});
  });
  return scores;
}

Summary frozen_summary(const FrozenScores& scores, const SummaryOptions& options) {
  Summary summary;
  const Index reference = reference_number(scores.learners, options);
  for (Index learner = 0; learner < size_of(scores.learners); ++learner) {
    for (Index cell = 0; cell < size_of(scores.cells); ++cell) {
      summary.performance.push_back(frozen_row(scores, learner, cell, options));
      if (learner != reference) {
        summary.comparisons.push_back(frozen_comparison(scores, learner, reference, cell, options));
      }
    }
  }
  return summary;
}

Summary summarise_split(const ValidationResults& results,
                        const SummaryOptions& options,
                        Scheduler& scheduler) {
  const Resample resample = results.plan.at_number(0);
  const Outcome& outcome = results.cohort.data().outcome;
  std::vector<Prediction> full;
  std::vector<FrozenPrediction> predictions;
  const std::vector<LearnerRecords> learners = by_learner(results);
  for (const LearnerRecords& learner : learners) {
    const ResampleRecord* record = learner.by_resample.front();
    full.push_back(record == nullptr ? Prediction{} : scattered(*record, resample.test.subjects()));
    predictions.push_back({.learner = learner.learner,
                           .status = record == nullptr ? FitStatus::undefined : record->status});
  }
  for (Index learner = 0; learner < size_of(learners); ++learner) {
    predictions[at(learner)].prediction = &full[at(learner)];
  }
  const auto null = null_risks(outcome, resample.train, options.horizons, options.cause);
  return frozen_summary(
      frozen_scores(own_sample(outcome, resample.test, options.cause, options.censoring),
                    predictions,
                    null,
                    options,
                    scheduler),
      options);
}

std::vector<PerformanceRow> apparent_rows(const ValidationResults& results,
                                          const SummaryOptions& options,
                                          Scheduler& scheduler) {
  std::vector<Prediction> full;
  std::vector<FrozenPrediction> predictions;
  for (const ResampleRecord& record : results.apparent) {
    full.push_back(scattered(record, results.within.subjects()));
    predictions.push_back({.learner = record.learner, .status = record.status});
  }
  for (Index learner = 0; learner < size_of(full); ++learner) {
    predictions[at(learner)].prediction = &full[at(learner)];
  }
  const Outcome& outcome = results.cohort.data().outcome;
  SummaryOptions named = options;
  named.resampling = "apparent";
  named.reference.clear();
  const auto null = null_risks(outcome, results.within, options.horizons, options.cause);
  const FrozenScores scores =
      frozen_scores(own_sample(outcome, results.within, options.cause, options.censoring),
                    predictions,
                    null,
                    named,
                    scheduler);
  std::vector<PerformanceRow> rows = frozen_summary(scores, named).performance;
  for (PerformanceRow& row : rows) {
    row.se = row.lower = row.upper = not_available;
    row.interval_method = "none";
  }
  return rows;
}

} // namespace vigil
