// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/numeric/quantile.hpp"
#include "vigil/numeric/sums.hpp"
#include "vigil/numeric/tail.hpp"
#include "vigil/validate/schemes.hpp"

#include <cmath>

namespace vigil {

namespace {

/// One replicate: its model on the sample it was fitted on, and on the original subjects.
struct Replicate {
  double drawn = not_available, original = not_available;
  std::string because = record_missing;
};

struct BootstrapTable {
  std::vector<LearnerRecords> learners;
  std::vector<MeasureCell> cells;
  std::vector<std::vector<double>> apparent;                  ///< [learner][cell]
  std::vector<std::vector<std::vector<Replicate>>> replicate; ///< [learner][cell][resample]
  Counts counts;
};

Replicate replicate_of(const EvaluationSample& drawn,
                       const EvaluationSample& original,
                       const MeasureCell& cell,
                       const Judged& judged) {
  const measure::Estimate on_drawn = evaluate(drawn, cell, judged);
  const measure::Estimate on_original = evaluate(original, cell, judged);
  return {.drawn = on_drawn.value,
          .original = on_original.value,
          .because = on_drawn.undefined_because.empty() ? on_original.undefined_because
                                                        : on_drawn.undefined_because};
}

void fill_replicate(const ValidationResults& results,
                    const EvaluationSample& original,
                    const SummaryOptions& options,
                    Index number,
                    BootstrapTable& table) {
  const Resample resample = results.plan.at_number(number);
  const EvaluationSample drawn = own_sample(*original.outcome, resample.train, options.cause);
  const auto null = null_risks(*original.outcome, resample.train, options.horizons, options.cause);
  for (Index learner = 0; learner < size_of(table.learners); ++learner) {
    const ResampleRecord* record = table.learners[at(learner)].by_resample[at(number)];
    if (record == nullptr) {
      continue;
    }
    const Prediction full = scattered(*record, resample.train.subjects());
    for (Index cell = 0; cell < size_of(table.cells); ++cell) {
      Replicate& replicate = table.replicate[at(learner)][at(cell)][at(number)];
      if (record->status == FitStatus::undefined) {
        replicate.because = model_undefined;
      } else {
        replicate = replicate_of(
            drawn, original, table.cells[at(cell)], {.prediction = full, .null_risk = null});
      }
    }
  }
}

BootstrapTable bootstrap_table(const ValidationResults& results,
                               const SummaryOptions& options,
                               Scheduler& scheduler) {
  BootstrapTable table;
  table.learners = by_learner(results);
  table.cells = measure_cells(options);
  const Outcome& outcome = results.cohort.data().outcome;
  const EvaluationSample original = own_sample(outcome, results.within, options.cause);
  table.counts = counts_of(outcome, results.within, options.cause);
  table.replicate.assign(table.learners.size(),
                         std::vector<std::vector<Replicate>>(
                             table.cells.size(), std::vector<Replicate>(at(results.plan.size()))));
  scheduler.for_each(results.plan.size(), [&](Index number, Index) {
    fill_replicate(results, original, options, number, table);
  });
  const auto null = null_risks(outcome, results.within, options.horizons, options.cause);
  for (const LearnerRecords& learner : table.learners) {
    table.apparent.emplace_back(table.cells.size(), not_available);
    if (learner.apparent == nullptr || learner.apparent->status == FitStatus::undefined) {
      continue;
    }
    const Prediction full = scattered(*learner.apparent, results.within.subjects());
    for (Index cell = 0; cell < size_of(table.cells); ++cell) {
      table.apparent.back()[at(cell)] =
          evaluate(original, table.cells[at(cell)], {.prediction = full, .null_risk = null}).value;
    }
  }
  return table;
}

/// Optimism-corrected value with the shifted percentile interval (Efron 1983; Noma et al. 2021).
struct Corrected {
  double estimate = not_available, se = not_available, lower = not_available, upper = not_available;
  std::string problem = {};
};

Corrected
correct(double apparent, std::span<const Replicate> replicates, const SummaryOptions& options) {
  std::vector<double> drawn, optimism;
  for (const Replicate& one : replicates) {
    if (one.because.empty()) {
      drawn.push_back(one.drawn);
      optimism.push_back(one.drawn - one.original);
    }
  }
  Corrected result;
  if (std::isnan(apparent)) {
    result.problem = "no value of the final model";
    return result;
  }
  if (size_of(drawn) < options.smallest_bootstrap) {
    result.problem = number_text(size_of(drawn)) + " replicates with a value, at least " +
                     number_text(options.smallest_bootstrap) + " needed";
    return result;
  }
  const auto count = static_cast<double>(drawn.size());
  const double shift = sum(optimism) / count;
  const double mean = sum(drawn) / count;
  double squares = 0.0;
  for (const double value : drawn) {
    squares += (value - mean) * (value - mean);
  }
  const std::vector<double> ones(drawn.size(), 1.0);
  result.estimate = apparent - shift;
  result.se = std::sqrt(squares / (count - 1.0));
  result.lower = weighted_quantile(drawn, ones, 0.5 - 0.5 * options.level) - shift;
  result.upper = weighted_quantile(drawn, ones, 0.5 + 0.5 * options.level) - shift;
  return result;
}

PerformanceRow bootstrap_row(const BootstrapTable& table,
                             Index learner,
                             Index cell,
                             const SummaryOptions& options) {
  const auto& replicates = table.replicate[at(learner)][at(cell)];
  PerformanceRow row =
      performance_row(table.learners[at(learner)].learner, table.cells[at(cell)], options);
  Reasons reasons;
  for (const Replicate& one : replicates) {
    if (!one.because.empty()) {
      reasons.add(one.because);
    }
  }
  const Corrected corrected = correct(table.apparent[at(learner)][at(cell)], replicates, options);
  row.estimate = corrected.estimate;
  row.se = corrected.se;
  row.lower = corrected.lower;
  row.upper = corrected.upper;
  row.interval_method = corrected.problem.empty() ? "bootstrap_shifted_percentile" : "none";
  row.subjects = table.counts.subjects;
  row.events = table.counts.events;
  row.resamples = size_of(replicates);
  row.undefined = reasons.count();
  row.undefined_because = reasons.text();
  if (!corrected.problem.empty()) {
    row.undefined_because += (row.undefined_because.empty() ? "" : "; ") + corrected.problem;
  }
  return row;
}

ComparisonRow bootstrap_comparison(const BootstrapTable& table,
                                   Index learner,
                                   Index reference,
                                   Index cell,
                                   const SummaryOptions& options) {
  const MeasureCell& what = table.cells[at(cell)];
  std::vector<Replicate> difference = table.replicate[at(learner)][at(cell)];
  for (Index number = 0; number < size_of(difference); ++number) {
    const Replicate& other = table.replicate[at(reference)][at(cell)][at(number)];
    Replicate& one = difference[at(number)];
    one.drawn -= other.drawn;
    one.original -= other.original;
    one.because = one.because.empty() ? other.because : one.because;
  }
  const Corrected corrected =
      correct(table.apparent[at(learner)][at(cell)] - table.apparent[at(reference)][at(cell)],
              difference,
              options);
  return {.learner = table.learners[at(learner)].learner,
          .reference = table.learners[at(reference)].learner,
          .measure = std::string(what.entry->name),
          .horizon = horizon_of(what),
          .threshold = what.threshold,
          .resampling = options.resampling,
          .difference = corrected.estimate,
          .se = corrected.se,
          .lower = corrected.lower,
          .upper = corrected.upper,
          .p = corrected.se > 0.0 ? two_sided_normal_p(corrected.estimate / corrected.se)
                                  : not_available};
}

} // namespace

Summary summarise_bootstrap(const ValidationResults& results,
                            const SummaryOptions& options,
                            Scheduler& scheduler) {
  const BootstrapTable table = bootstrap_table(results, options, scheduler);
  std::vector<std::string> names;
  for (const LearnerRecords& learner : table.learners) {
    names.push_back(learner.learner);
  }
  Summary summary;
  const Index reference = reference_number(names, options);
  for (Index learner = 0; learner < size_of(names); ++learner) {
    for (Index cell = 0; cell < size_of(table.cells); ++cell) {
      summary.performance.push_back(bootstrap_row(table, learner, cell, options));
      if (learner != reference) {
        summary.comparisons.push_back(
            bootstrap_comparison(table, learner, reference, cell, options));
      }
    }
  }
  return summary;
}

} // namespace vigil
