// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/validate/error_632.hpp"
#include "vigil/validate/resample_values.hpp"

#include <cmath>

namespace vigil {

namespace {

constexpr const char* no_such_error =
    "no .632 estimate: defined for the Brier score, concordance and AUC";

bool is_brier(const MeasureCell& cell) {
  return cell.entry->name == "brier";
}

/// Of these 1 - value is an error, 0.5 without information.
bool is_ranking(const MeasureCell& cell) {
  return cell.entry->fold_weight == measure::FoldWeight::pairs ||
         cell.entry->fold_weight == measure::FoldWeight::cases_by_controls;
}

/// Ranking of the subjects that one replicate left out.
struct LeftOut {
  double value = not_available, weight = 0.0;
  std::string because = record_missing;
};

struct LeftOutTable : ResampleValues<LeftOut> {
  EvaluationSample all;
  Counts counts;

  LeftOutTable(const ValidationResults& results, const SummaryOptions& options)
      : ResampleValues(results, options),
        all(own_sample(
            results.cohort.data().outcome, results.within, options.cause, options.censoring)),
        counts(counts_of(results.cohort.data().outcome, results.within, options.cause)) {}
};

/// An error of the final model, of the models of replicates on whom they left out, and without information.
struct Errors {
  double apparent = not_available, left_out = not_available, gamma = 0.5;
  std::string problem = {};
};

void fill_replicate(const ValidationResults& results, Index number, LeftOutTable& table) {
  const Resample resample = results.plan.at_number(number);
  EvaluationSample sample = table.all;
  sample.weights = resample.test;
  table.fill(number,
             resample.test.subjects(),
             [&](const MeasureCell& cell, const Prediction& full) -> LeftOut {
               if (!is_ranking(cell)) {
                 return {.because = ""};
               }
               const auto found = evaluate(sample, cell, {.prediction = full});
               if (!found.undefined_because.empty()) {
                 return {.because = found.undefined_because};
               }
               return {
                   .value = found.value, .weight = fold_weight(sample, cell, full), .because = ""};
             });
}

/// What the Brier score at a horizon needs of each subject; empty `problem`: it can be had.
struct HorizonOutcome {
  std::vector<double> weight, inverse, happened;
};

HorizonOutcome horizon_outcome(const EvaluationSample& sample, double horizon) {
  const auto values = sample.weights.values();
  HorizonOutcome result{.weight = {values.begin(), values.end()},
                        .inverse = sample.censoring->weights_at(horizon),
                        .happened = {}};
  for (Index subject = 0; subject < size_of(result.weight); ++subject) {
    result.happened.push_back(event_by(sample, subject, horizon) ? 1.0 : 0.0);
  }
  return result;
}

/// Leave-one-out bootstrap: the mean over subjects of the mean loss over the replicates that left them out.
double left_out_brier(const HorizonOutcome& outcome,
                      const LearnerRecords& learner,
                      const MeasureCell& cell) {
  const Index subjects = size_of(outcome.weight);
  std::vector<double> loss(at(subjects), 0.0), times(at(subjects), 0.0);
  for (const ResampleRecord* record : learner.by_resample) {
    if (record == nullptr || record->status == FitStatus::undefined) {
      continue;
    }
    const auto risk = record->prediction.risk.at_horizon(cell.horizon_number);
    for (Index row = 0; row < size_of(record->subject); ++row) {
      if (record->role[at(row)] == FoldRole::test && !std::isnan(risk[at(row)])) {
        const Index subject = record->subject[at(row)];
        const double gap = outcome.happened[at(subject)] - risk[at(row)];
        loss[at(subject)] += gap * gap;
        times[at(subject)] += 1.0;
      }
    }
  }
  double total = 0.0, weight = 0.0;
  for (Index subject = 0; subject < subjects; ++subject) {
    if (times[at(subject)] > 0.0) {
      total += outcome.weight[at(subject)] * outcome.inverse[at(subject)] * loss[at(subject)] /
               times[at(subject)];
      weight += outcome.weight[at(subject)];
    }
  }
  return weight > 0.0 ? total / weight : not_available;
}

Errors
brier_errors(const LeftOutTable& table, const LearnerRecords& learner, const MeasureCell& cell) {
  if (!table.all.censoring->supports(cell.horizon)) {
    return {.problem = "nobody is observed at the horizon"};
  }
  const HorizonOutcome outcome = horizon_outcome(table.all, cell.horizon);
  const Prediction full = scattered(*learner.apparent, size_of(outcome.weight));
  const auto apparent = evaluate(table.all, cell, {.prediction = full});
  if (!apparent.undefined_because.empty()) {
    return {.problem = apparent.undefined_because};
  }
  HorizonOutcome present; // subjects with weight, in their order
  std::vector<double> risk;
  for (const Index subject : table.all.weights.support()) {
    present.weight.push_back(outcome.weight[at(subject)]);
    present.inverse.push_back(outcome.inverse[at(subject)]);
    present.happened.push_back(outcome.happened[at(subject)]);
    risk.push_back(full.risk.at_horizon(cell.horizon_number)[at(subject)]);
  }
  return {.apparent = apparent.value,
          .left_out = left_out_brier(outcome, learner, cell),
          .gamma = no_information_brier(present.weight, present.inverse, present.happened, risk)};
}

Errors ranking_errors(const LeftOutTable& table, Index learner, Index cell) {
  const MeasureCell& what = table.cells[at(cell)];
  const Prediction full =
      scattered(*table.learners[at(learner)].apparent, table.all.weights.subjects());
  const auto apparent = evaluate(table.all, what, {.prediction = full});
  double total = 0.0, weight = 0.0;
  for (const LeftOut& one : table.value[at(learner)][at(cell)]) {
    if (one.because.empty() && one.weight > 0.0) {
      total += one.weight * (1.0 - one.value);
      weight += one.weight;
    }
  }
  return {.apparent = 1.0 - apparent.value,
          .left_out = weight > 0.0 ? total / weight : not_available,
          .gamma = 0.5,
          .problem = apparent.undefined_because};
}

/// The estimate of one learner in one cell, or why there is none.
struct Point {
  double value = not_available;
  std::string problem = {};
};

Point point_of(const LeftOutTable& table,
               Index learner,
               Index cell,
               const SummaryOptions& options) {
  const MeasureCell& what = table.cells[at(cell)];
  const LearnerRecords& records = table.learners[at(learner)];
  if (!is_brier(what) && !is_ranking(what)) {
    return {.problem = no_such_error};
  }
  if (records.apparent == nullptr || records.apparent->status == FitStatus::undefined) {
    return {.problem = "no value of the final model"};
  }
  Index defined = 0;
  for (const LeftOut& one : table.value[at(learner)][at(cell)]) {
    defined += one.because.empty() ? 1 : 0;
  }
  if (defined < options.smallest_bootstrap) {
    return {.problem = number_text(defined) + " replicates with a value, at least " +
                       number_text(options.smallest_bootstrap) + " needed"};
  }
  const Errors errors =
      is_brier(what) ? brier_errors(table, records, what) : ranking_errors(table, learner, cell);
  if (!errors.problem.empty()) {
    return {.problem = errors.problem};
  }
  const double error = options.estimator == BootstrapEstimator::point_632
                           ? error_632(errors.apparent, errors.left_out)
                           : error_632_plus(errors.apparent, errors.left_out, errors.gamma);
  if (std::isnan(error)) {
    return {.problem = "no subject that a model left out has a prediction"};
  }
  return {.value = is_ranking(what) ? 1.0 - error : error};
}

/// Intervals of the optimism-corrected values, moved to these ones: both shift the percentiles of
/// theta(model_b, sample_b) by the apparent value less the estimate.
void borrow_intervals(const Summary& optimism, Summary& summary) {
  for (std::size_t row = 0; row < optimism.performance.size(); ++row) {
    const PerformanceRow& from = optimism.performance[row];
    PerformanceRow& to = summary.performance[row];
    if (!std::isnan(to.estimate) && !std::isnan(from.estimate)) {
      to.se = from.se;
      to.lower = from.lower - from.estimate + to.estimate;
      to.upper = from.upper - from.estimate + to.estimate;
      to.interval_method = from.interval_method;
    }
  }
  for (std::size_t row = 0; row < optimism.comparisons.size(); ++row) {
    const ComparisonRow& from = optimism.comparisons[row];
    ComparisonRow& to = summary.comparisons[row];
    to.se = std::isnan(to.difference) ? not_available : from.se;
    to.lower = from.lower - from.difference + to.difference;
    to.upper = from.upper - from.difference + to.difference;
  }
}

} // namespace

Summary summarise_632(const ValidationResults& results,
                      const SummaryOptions& options,
                      Scheduler& scheduler) {
  LeftOutTable table(results, options);
  scheduler.for_each(results.plan.size(),
                     [&](Index number, Index) { fill_replicate(results, number, table); });
  const Index cells = size_of(table.cells);
  std::vector<Point> points(table.learners.size() * table.cells.size());
  scheduler.for_each(size_of(points), [&](Index number, Index) {
    points[at(number)] = point_of(table, number / cells, number % cells, options);
  });
  const auto point = [&](Index learner, Index cell) -> const Point& {
    return points[at(learner * cells + cell)];
  };
  const auto row_of = [&](Index learner, Index cell) {
    PerformanceRow row =
        performance_row(table.learners[at(learner)].learner, table.cells[at(cell)], options);
    table.count_undefined(learner, cell, row);
    row.estimate = point(learner, cell).value;
    row.subjects = table.counts.subjects;
    row.events = table.counts.events;
    const std::string& problem = point(learner, cell).problem;
    row.undefined_because +=
        (row.undefined_because.empty() || problem.empty() ? "" : "; ") + problem;
    return row;
  };
  const auto compare = [&](Index learner, Index reference, Index cell) {
    ComparisonRow row = table.comparison(learner, reference, cell, options);
    row.difference = point(learner, cell).value - point(reference, cell).value;
    return row;
  };
  Summary summary = table.summary(options, row_of, compare);
  if (results.plan.scheme() == "bootstrap") {
    borrow_intervals(summarise_bootstrap(results, options, scheduler), summary);
  }
  return summary;
}

} // namespace vigil
