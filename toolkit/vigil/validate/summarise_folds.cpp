// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/tail.hpp"
#include "vigil/validate/intervals.hpp"
#include "vigil/validate/resample_values.hpp"

#include <algorithm>
#include <cmath>

namespace vigil {

namespace {

struct FoldValue {
  double value = not_available;
  double weight = 0.0;
  std::string because = record_missing;

  [[nodiscard]] bool defined() const noexcept { return because.empty(); }
};

/// Values of all folds, and the size of the folds.
struct FoldTable : ResampleValues<FoldValue> {
  using ResampleValues::ResampleValues;
  std::vector<double> train_total, test_total; ///< per resample
  std::vector<Index> test_events;              ///< per resample
  Counts tested;
};

FoldValue fold_value(const EvaluationSample& sample,
                     const MeasureCell& cell,
                     const Prediction& prediction,
                     std::span<const double> null_risk) {
  const measure::Estimate estimate =
      evaluate(sample, cell, {.prediction = prediction, .null_risk = null_risk});
  if (!estimate.undefined_because.empty()) {
    return {.because = estimate.undefined_because};
  }
  const double weight = fold_weight(sample, cell, prediction);
  if (!(weight > 0.0) || !std::isfinite(estimate.value)) {
    return {.because = "nothing to weigh the fold by"};
  }
  return {.value = estimate.value, .weight = weight, .because = ""};
}

void fill_resample(const ValidationResults& results,
                   const SummaryOptions& options,
                   const EvaluationSample& all,
                   Index number,
                   FoldTable& table) {
  const Resample resample = results.plan.at_number(number);
  table.train_total[at(number)] = resample.train.total();
  table.test_total[at(number)] = resample.test.total();
  table.test_events[at(number)] = counts_of(*all.outcome, resample.test, all.cause).events;
  EvaluationSample fold = all;
  fold.weights = resample.test;
  const std::vector<double> null_risk =
      null_risks(*all.outcome, resample.train, options.horizons, options.cause);
  table.fill(
      number, resample.test.subjects(), [&](const MeasureCell& cell, const Prediction& full) {
        return fold_value(fold, cell, full, null_risk);
      });
}

FoldTable
fold_table(const ValidationResults& results, const SummaryOptions& options, Scheduler& scheduler) {
  const Index resamples = results.plan.size();
  FoldTable table(results, options);
  table.train_total.assign(at(resamples), 0.0);
  table.test_total.assign(at(resamples), 0.0);
  table.test_events.assign(at(resamples), 0);
  const Outcome& outcome = results.cohort.data().outcome;
  const EvaluationSample all =
      own_sample(outcome, results.within, options.cause, options.censoring);
  scheduler.for_each(
      resamples, [&](Index number, Index) { fill_resample(results, options, all, number, table); });
  table.tested = counts_of(outcome, results.within, options.cause);
  return table;
}

/// Weighted mean over the folds that have a value, with the corrected standard error of the plain mean.
struct FoldMean {
  double mean = not_available;
  CorrectedMean corrected;
};

FoldMean fold_mean(const FoldTable& table, std::span<const FoldValue> folds) {
  std::vector<double> values;
  double weighted = 0.0, weight = 0.0, train = 0.0, test = 0.0;
  for (Index number = 0; number < size_of(folds); ++number) {
    const FoldValue& fold = folds[at(number)];
    if (fold.defined()) {
      values.push_back(fold.value);
      weighted += fold.weight * fold.value;
      weight += fold.weight;
      train += table.train_total[at(number)];
      test += table.test_total[at(number)];
    }
  }
  FoldMean result;
  if (!values.empty()) {
    result.mean = weighted / weight;
    result.corrected = nadeau_bengio(values, test / train);
  }
  return result;
}

PerformanceRow
fold_row(const FoldTable& table, Index learner, Index cell, const SummaryOptions& options) {
  const MeasureCell& what = table.cells[at(cell)];
  const auto& folds = table.value[at(learner)][at(cell)];
  PerformanceRow row = performance_row(table.learners[at(learner)].learner, what, options);
  table.count_undefined(learner, cell, row);
  row.subjects = table.tested.subjects;
  row.events = table.tested.events;
  row.small_folds = std::count_if(table.test_events.begin(),
                                  table.test_events.end(),
                                  [](Index events) { return events < few_events; });
  const FoldMean mean = fold_mean(table, folds);
  row.estimate = mean.mean;
  row.se = mean.corrected.se;
  if (mean.corrected.degrees_of_freedom > 0.0) {
    const double quantile =
        student_t_quantile(0.5 + 0.5 * options.level, mean.corrected.degrees_of_freedom);
    const auto interval = interval_on_scale(row.estimate, row.se, quantile, what.entry->scale);
    row.lower = interval.lower;
    row.upper = interval.upper;
    row.interval_method = "nadeau_bengio";
  }
  return row;
}

ComparisonRow fold_comparison(const FoldTable& table,
                              Index learner,
                              Index reference,
                              Index cell,
                              const SummaryOptions& options) {
  ComparisonRow row = table.comparison(learner, reference, cell, options);
  std::vector<FoldValue> differences = table.value[at(learner)][at(cell)];
  for (Index number = 0; number < size_of(differences); ++number) {
    FoldValue& fold = differences[at(number)];
    const FoldValue& other = table.value[at(reference)][at(cell)][at(number)];
    fold.value -= other.value;
    fold.weight = other.weight;
    fold.because = fold.defined() ? other.because : fold.because;
  }
  const FoldMean mean = fold_mean(table, differences);
  row.difference = mean.mean;
  row.se = mean.corrected.se;
  if (mean.corrected.degrees_of_freedom > 0.0) {
    const double freedom = mean.corrected.degrees_of_freedom;
    const double reach = student_t_quantile(0.5 + 0.5 * options.level, freedom) * row.se;
    row.lower = row.difference - reach;
    row.upper = row.difference + reach;
    row.p = row.se > 0.0 ? two_sided_student_t_p(row.difference / row.se, freedom) : not_available;
  }
  return row;
}

} // namespace

Summary summarise_folds(const ValidationResults& results,
                        const SummaryOptions& options,
                        Scheduler& scheduler) {
  const FoldTable table = fold_table(results, options, scheduler);
  return table.summary(
      options,
      [&](Index learner, Index cell) { return fold_row(table, learner, cell, options); },
      [&](Index learner, Index reference, Index cell) {
        return fold_comparison(table, learner, reference, cell, options);
      });
}

} // namespace vigil
