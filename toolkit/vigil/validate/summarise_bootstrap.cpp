// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/numeric/quantile.hpp"
#include "vigil/numeric/sums.hpp"
#include "vigil/numeric/tail.hpp"
#include "vigil/validate/resample_values.hpp"

#include <cmath>
#include <set>

namespace vigil {

namespace {

/// One replicate: its model on the sample it was fitted on, and on the original subjects.
struct Replicate {
  double drawn = not_available, original = not_available;
  std::string because = record_missing;
};

struct BootstrapTable : ResampleValues<Replicate> {
  using ResampleValues::ResampleValues;
  std::vector<std::vector<double>> apparent; ///< [learner][cell]
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
  const EvaluationSample drawn =
      own_sample(*original.outcome, resample.train, options.cause, options.censoring);
  const auto null = null_risks(*original.outcome, resample.train, options.horizons, options.cause);
  table.fill(
      number, resample.train.subjects(), [&](const MeasureCell& cell, const Prediction& full) {
        return replicate_of(drawn, original, cell, {.prediction = full, .null_risk = null});
      });
}

BootstrapTable bootstrap_table(const ValidationResults& results,
                               const SummaryOptions& options,
                               Scheduler& scheduler) {
  BootstrapTable table(results, options);
  const Outcome& outcome = results.cohort.data().outcome;
  const EvaluationSample original =
      own_sample(outcome, results.within, options.cause, options.censoring);
  table.counts = counts_of(outcome, results.within, options.cause);
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

/// Optimism-corrected value with its percentile interval.
struct Corrected {
  double estimate = not_available, se = not_available, lower = not_available, upper = not_available;
  std::string problem = {};
};

/// A fit makes these 1 or 0 on its own sample, whichever that is: percentiles of theta(model_b, sample_b) would have next to no width.
bool fixed_by_the_fit(const MeasureCell& cell) {
  return cell.entry->better == measure::Better::nearer_one ||
         cell.entry->better == measure::Better::nearer_zero;
}

/// Percentiles of theta(model_b, sample_b), shifted by the optimism (Efron 1983; Noma et al. 2021); of what the fit itself fixes, the
/// apparent value less percentiles of the optimism.
Corrected correct(double apparent,
                  std::span<const Replicate> replicates,
                  bool by_optimism,
                  const SummaryOptions& options) {
  std::vector<double> spread, optimism;
  for (const Replicate& one : replicates) {
    if (one.because.empty()) {
      spread.push_back(by_optimism ? one.original - one.drawn : one.drawn);
      optimism.push_back(one.drawn - one.original);
    }
  }
  Corrected result;
  if (std::isnan(apparent)) {
    result.problem = "no value of the final model";
    return result;
  }
  if (size_of(spread) < options.smallest_bootstrap) {
    result.problem = number_text(size_of(spread)) + " replicates with a value, at least " +
                     number_text(options.smallest_bootstrap) + " needed";
    return result;
  }
  const auto count = static_cast<double>(spread.size());
  const double shift = sum(optimism) / count;
  const double mean = sum(spread) / count;
  double squares = 0.0;
  for (const double value : spread) {
    squares += (value - mean) * (value - mean);
  }
  const std::vector<double> ones(spread.size(), 1.0);
  const double from = by_optimism ? apparent : -shift;
  result.estimate = apparent - shift;
  result.se = std::sqrt(squares / (count - 1.0));
  result.lower = from + weighted_quantile(spread, ones, 0.5 - 0.5 * options.level);
  result.upper = from + weighted_quantile(spread, ones, 0.5 + 0.5 * options.level);
  return result;
}

PerformanceRow bootstrap_row(const BootstrapTable& table,
                             Index learner,
                             Index cell,
                             const SummaryOptions& options) {
  PerformanceRow row =
      performance_row(table.learners[at(learner)].learner, table.cells[at(cell)], options);
  table.count_undefined(learner, cell, row);
  const bool by_optimism = fixed_by_the_fit(table.cells[at(cell)]);
  const Corrected corrected = correct(table.apparent[at(learner)][at(cell)],
                                      table.value[at(learner)][at(cell)],
                                      by_optimism,
                                      options);
  row.estimate = corrected.estimate;
  row.se = corrected.se;
  row.lower = corrected.lower;
  row.upper = corrected.upper;
  row.interval_method = !corrected.problem.empty() ? "none"
                        : by_optimism              ? "bootstrap_optimism_percentile"
                                                   : "bootstrap_shifted_percentile";
  row.subjects = table.counts.subjects;
  row.events = table.counts.events;
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
  std::vector<Replicate> difference = table.value[at(learner)][at(cell)];
  for (Index number = 0; number < size_of(difference); ++number) {
    const Replicate& other = table.value[at(reference)][at(cell)][at(number)];
    Replicate& one = difference[at(number)];
    one.drawn -= other.drawn;
    one.original -= other.original;
    one.because = one.because.empty() ? other.because : one.because;
  }
  const Corrected corrected =
      correct(table.apparent[at(learner)][at(cell)] - table.apparent[at(reference)][at(cell)],
              difference,
              fixed_by_the_fit(table.cells[at(cell)]),
              options);
  ComparisonRow row = table.comparison(learner, reference, cell, options);
  row.difference = corrected.estimate;
  row.se = corrected.se;
  row.lower = corrected.lower;
  row.upper = corrected.upper;
  row.p =
      corrected.se > 0.0 ? two_sided_normal_p(corrected.estimate / corrected.se) : not_available;
  return row;
}

Index centres_in(const ValidationResults& results) {
  std::set<Index> centres;
  for (const Index subject : results.within.support()) {
    centres.insert(results.cohort.data().centre[at(subject)]);
  }
  return size_of(centres);
}

/// What percentiles and SD of samples of few centres fall short of: the SD of k draws from k has the divisor k, and t with
/// k - 1 degrees of freedom is longer than the normal (Hesterberg 2015, Am. Stat. 69:371; quantiles as far out as there would need thousands
/// of replicates, so that limits are moved away from the estimate instead).
struct FewCentres {
  double deviation, reach; ///< factors of SEs, and of the distances of limits

  FewCentres(double centres, double level)
      : deviation(std::sqrt(centres / (centres - 1.0))),
        reach(deviation * student_t_quantile(0.5 + 0.5 * level, centres - 1.0) /
              normal_quantile(0.5 + 0.5 * level)) {}

  void apply(double estimate, double& se, double& lower, double& upper) const {
    se *= deviation;
    lower = estimate - reach * (estimate - lower);
    upper = estimate + reach * (upper - estimate);
  }
};

/// Values of the models on the centres that they left out: without intervals, since the values of replicates scatter with the few
/// centres that each is tested on, not as the estimate does.
Summary left_out_rows(const ValidationResults& results,
                      const SummaryOptions& options,
                      Scheduler& scheduler) {
  SummaryOptions named = options;
  named.resampling += left_out_suffix;
  Summary summary = summarise_folds(results, named, scheduler);
  for (PerformanceRow& row : summary.performance) {
    row.se = row.lower = row.upper = not_available;
    row.interval_method = "none";
  }
  for (ComparisonRow& row : summary.comparisons) {
    row.se = row.lower = row.upper = row.p = not_available;
  }
  return summary;
}

} // namespace

Summary summarise_drawn_centres(const ValidationResults& results,
                                const SummaryOptions& options,
                                Scheduler& scheduler) {
  Summary summary = summarise_bootstrap(results, options, scheduler);
  const auto centres = static_cast<double>(centres_in(results)); // so many independent draws
  const FewCentres few(centres, options.level);
  for (PerformanceRow& row : summary.performance) {
    if (row.interval_method != "none") {
      row.interval_method = "centre_" + row.interval_method;
      few.apply(row.estimate, row.se, row.lower, row.upper);
    }
  }
  for (ComparisonRow& row : summary.comparisons) {
    few.apply(row.difference, row.se, row.lower, row.upper);
    row.p = row.se > 0.0 ? two_sided_student_t_p(row.difference / row.se, centres - 1.0)
                         : not_available;
  }
  const Summary left_out = left_out_rows(results, options, scheduler);
  summary.performance.insert(
      summary.performance.end(), left_out.performance.begin(), left_out.performance.end());
  summary.comparisons.insert(
      summary.comparisons.end(), left_out.comparisons.begin(), left_out.comparisons.end());
  return summary;
}

Summary summarise_bootstrap(const ValidationResults& results,
                            const SummaryOptions& options,
                            Scheduler& scheduler) {
  const BootstrapTable table = bootstrap_table(results, options, scheduler);
  return table.summary(
      options,
      [&](Index learner, Index cell) { return bootstrap_row(table, learner, cell, options); },
      [&](Index learner, Index reference, Index cell) {
        return bootstrap_comparison(table, learner, reference, cell, options);
      });
}

} // namespace vigil
