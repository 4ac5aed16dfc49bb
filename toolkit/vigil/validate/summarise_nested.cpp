// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/numeric/tail.hpp"
#include "vigil/resample/fold_pairs.hpp"
#include "vigil/validate/nested_cv.hpp"
#include "vigil/validate/schemes.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace vigil {

namespace {

/// Losses of one learner in one cell by all models of the folds and of the pairs, or why some are missing.
struct LearnerLosses {
  std::vector<NestedFold> folds = {};
  std::string because = {};
};

/// What the losses of all learners are worked out from.
struct NestedTask {
  const ValidationResults& results;
  EvaluationSample all;
  Index folds = 0; ///< of a repeat
};

/// Losses of a model on the subjects of a test part; NaN where it has none for them.
std::vector<double> losses_on(const NestedTask& task,
                              const MeasureCell& cell,
                              const ResampleRecord& record,
                              const CaseWeights& tested) {
  EvaluationSample sample = task.all;
  sample.weights = tested;
  const auto all = subject_losses(sample, cell, scattered(record, tested.subjects()));
  std::vector<double> losses;
  for (const Index subject : tested.support()) {
    losses.push_back(all[at(subject)]);
  }
  return losses;
}

LearnerLosses learner_losses(const NestedTask& task,
                             const MeasureCell& cell,
                             std::span<const ResampleRecord* const> of_folds,
                             std::span<const ResampleRecord* const> of_pairs) {
  const Index k = task.folds, pairs = pairs_of_folds(k);
  LearnerLosses result;
  for (Index number = 0; number < size_of(of_folds); ++number) {
    const Index repeat = number / k, fold = number % k;
    NestedFold nested;
    nested.outer =
        losses_on(task, cell, *of_folds[at(number)], task.results.plan.at_number(number).test);
    for (Index other = 0; other < k; ++other) {
      if (other != fold) {
        const auto* record = of_pairs[at(repeat * pairs + pair_number(fold, other, k))];
        const auto tested = task.results.plan.at_number(repeat * k + other).test;
        const auto losses = losses_on(task, cell, *record, tested);
        nested.inner.insert(nested.inner.end(), losses.begin(), losses.end());
      }
    }
    if (nested.outer.size() < 2) {
      return {.because = "a fold of fewer than 2 subjects"};
    }
    const auto missing = [](double loss) { return std::isnan(loss); };
    if (std::any_of(nested.outer.begin(), nested.outer.end(), missing) ||
        std::any_of(nested.inner.begin(), nested.inner.end(), missing)) {
      return {.because = "a model has no risk for a subject that it left out"};
    }
    result.folds.push_back(std::move(nested));
  }
  return result;
}

/// Records of one learner in the order of the plan of folds and pairs, those of the pairs first numbered 0.
std::vector<const ResampleRecord*> in_order(std::span<const ResampleRecord> records,
                                            const std::string& learner,
                                            Index first,
                                            Index count) {
  std::vector<const ResampleRecord*> ordered(at(count), nullptr);
  for (const ResampleRecord& record : records) {
    if (record.learner == learner && record.resample >= first && record.resample < first + count &&
        record.status != FitStatus::undefined) {
      ordered[at(record.resample - first)] = &record;
    }
  }
  return ordered;
}

/// Why no interval of this kind can be had from these subjects; empty: it can.
std::string unsuited(const ValidationResults& results) {
  const CaseWeights& within = results.within;
  const auto support = within.support();
  const bool equal = std::all_of(support.begin(), support.end(), [&](Index subject) {
    return within.times(subject) == 1 && within[subject] == within[support.front()];
  });
  return !equal                                 ? "subjects differ in weight"
         : !results.cohort.data().group.empty() ? "rows of a group depend on each other"
                                                : "";
}

LearnerLosses
losses_of(const NestedTask& task, const MeasureCell& cell, const std::string& learner) {
  const std::string problem = unsuited(task.results);
  if (!problem.empty()) {
    return {.because = problem};
  }
  if (!task.all.censoring->supports(cell.horizon)) {
    return {.because = "nobody is observed at the horizon"};
  }
  const Index folds = task.results.plan.size();
  const Index pairs = folds / task.folds * pairs_of_folds(task.folds);
  const auto of_folds = in_order(task.results.records, learner, 0, folds);
  const auto of_pairs = in_order(task.results.pairs, learner, folds, pairs);
  const auto missing = std::count(of_folds.begin(), of_folds.end(), nullptr) +
                       std::count(of_pairs.begin(), of_pairs.end(), nullptr);
  if (missing > 0) {
    return {.because = std::string(model_undefined) + " (" + number_text(missing) + " of " +
                       number_text(folds + pairs) + ")"};
  }
  return learner_losses(task, cell, of_folds, of_pairs);
}

/// Losses of one learner less those of another, by the same subjects.
LearnerLosses difference_of(LearnerLosses losses, const LearnerLosses& other) {
  if (!losses.because.empty() || !other.because.empty()) {
    return {.because = losses.because.empty() ? other.because : losses.because};
  }
  for (std::size_t fold = 0; fold < losses.folds.size(); ++fold) {
    const auto subtract = [](std::vector<double>& from, const std::vector<double>& what) {
      std::transform(from.begin(), from.end(), what.begin(), from.begin(), std::minus<>());
    };
    subtract(losses.folds[fold].outer, other.folds[fold].outer);
    subtract(losses.folds[fold].inner, other.folds[fold].inner);
  }
  return losses;
}

std::optional<NestedInterval>
interval_of(const NestedTask& task, const LearnerLosses& losses, double level) {
  return losses.because.empty()
             ? std::optional(nested_cv_interval(
                   losses.folds, task.folds, size_of(task.results.within.support()), level))
             : std::nullopt;
}

PerformanceRow nested_row(const NestedTask& task,
                          const std::string& learner,
                          const MeasureCell& cell,
                          const LearnerLosses& losses,
                          const SummaryOptions& options) {
  PerformanceRow row = performance_row(learner, cell, options);
  const Counts counts = counts_of(*task.all.outcome, task.all.weights, task.all.cause);
  row.subjects = counts.subjects;
  row.events = counts.events;
  row.resamples = task.results.plan.size();
  row.undefined_because = losses.because;
  row.undefined = losses.because.empty() ? 0 : row.resamples;
  if (const auto interval = interval_of(task, losses, options.level)) {
    row.estimate = interval->estimate;
    row.se = interval->se;
    row.lower = interval->lower;
    row.upper = interval->upper;
    row.interval_method = "bates_hastie_tibshirani";
    row.inflation = interval->inflation;
    row.mean_squared_error = interval->mean_squared_error;
  }
  return row;
}

ComparisonRow nested_comparison(const NestedTask& task,
                                const PerformanceRow& like,
                                const std::string& reference,
                                const LearnerLosses& losses,
                                const SummaryOptions& options) {
  ComparisonRow row{.learner = like.learner,
                    .reference = reference,
                    .measure = like.measure,
                    .horizon = like.horizon,
                    .threshold = like.threshold,
                    .resampling = options.resampling};
  if (const auto interval = interval_of(task, losses, options.level)) {
    row.difference = interval->estimate;
    row.se = interval->se;
    row.lower = interval->lower;
    row.upper = interval->upper;
    row.p =
        interval->se > 0.0 ? two_sided_normal_p(interval->estimate / interval->se) : not_available;
  }
  return row;
}

} // namespace

Summary summarise_nested(const ValidationResults& results,
                         const SummaryOptions& options,
                         Scheduler& scheduler) {
  const NestedTask task{
      .results = results,
      .all = own_sample(
          results.cohort.data().outcome, results.within, options.cause, options.censoring),
      .folds = results.plan.block_size()};
  std::vector<std::string> learners;
  for (const LearnerRecords& one : by_learner(results)) {
    learners.push_back(one.learner);
  }
  std::vector<MeasureCell> cells;
  for (const MeasureCell& cell : measure_cells(options)) {
    if (has_subject_losses(*cell.entry)) {
      cells.push_back(cell);
    }
  }
  const Index count = size_of(cells);
  std::vector<LearnerLosses> losses(learners.size() * cells.size());
  scheduler.for_each(size_of(losses), [&](Index number, Index) {
    losses[at(number)] = losses_of(task, cells[at(number % count)], learners[at(number / count)]);
  });
  const Index reference = reference_number(learners, options);
  Summary summary;
  for (Index number = 0; number < size_of(losses); ++number) {
    const Index learner = number / count, cell = number % count;
    summary.performance.push_back(
        nested_row(task, learners[at(learner)], cells[at(cell)], losses[at(number)], options));
    if (learner != reference) {
      summary.comparisons.push_back(
          nested_comparison(task,
                            summary.performance.back(),
                            learners[at(reference)],
                            difference_of(losses[at(number)], losses[at(reference * count + cell)]),
                            options));
    }
  }
  return summary;
}

} // namespace vigil
