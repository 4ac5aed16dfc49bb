// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/validate/summarise.hpp"

#include "vigil/validate/schemes.hpp"

#include <utility>

namespace vigil {

std::string_view name_of(BootstrapEstimator estimator) noexcept {
  return estimator == BootstrapEstimator::optimism    ? "optimism"
         : estimator == BootstrapEstimator::point_632 ? ".632"
                                                      : ".632+";
}

Summary
summarise(const ValidationResults& results, const SummaryOptions& options, Scheduler& scheduler) {
  SummaryOptions named = options;
  const std::string& scheme = results.plan.scheme();
  if (named.resampling.empty()) {
    named.resampling = scheme;
  }
  const bool drawn = scheme == "bootstrap" || scheme == "subsampling";
  const bool by_632 = drawn && options.estimator != BootstrapEstimator::optimism;
  VIGIL_EXPECTS(by_632 || scheme != "subsampling");
  if (by_632) {
    named.resampling.append(" ").append(name_of(options.estimator));
  }
  Summary summary = by_632                  ? summarise_632(results, named, scheduler)
                    : scheme == "bootstrap" ? summarise_bootstrap(results, named, scheduler)
                    : scheme == "centre-bootstrap"
                        ? summarise_drawn_centres(results, named, scheduler)
                    : scheme == "loco"  ? summarise_left_out_centres(results, named, scheduler)
                    : scheme == "split" ? summarise_split(results, named, scheduler)
                                        : summarise_folds(results, named, scheduler);
  if (!results.pairs.empty()) {
    SummaryOptions debiased = named;
    debiased.resampling += debiased_suffix;
    const Summary nested = summarise_nested(results, debiased, scheduler);
    summary.performance.insert(
        summary.performance.end(), nested.performance.begin(), nested.performance.end());
    summary.comparisons.insert(
        summary.comparisons.end(), nested.comparisons.begin(), nested.comparisons.end());
  }
  if (!results.apparent.empty()) {
    std::vector<PerformanceRow> rows = apparent_rows(results, named, scheduler);
    rows.insert(rows.end(), summary.performance.begin(), summary.performance.end());
    summary.performance = std::move(rows);
  }
  return summary;
}

Summary summarise_external(const ExternalResults& results,
                           const SummaryOptions& options,
                           Scheduler& scheduler) {
  SummaryOptions named = options;
  named.resampling = "external:" + results.id;
  const TrainingData data = results.cohort.data();
  const CaseWeights weights = results.cohort.weights();
  std::vector<FrozenPrediction> predictions;
  for (const ExternalPrediction& one : results.predictions) {
    predictions.push_back(
        {.learner = one.learner, .status = one.status, .prediction = &one.prediction});
  }
  Summary summary = frozen_summary(
      frozen_scores(own_sample(data.outcome, weights, options.cause, options.censoring),
                    predictions,
                    results.null_risk,
                    named,
                    scheduler),
      named);
  if (results.cohort.centre_names().size() < 2) {
    return summary;
  }
  CentreTask task{.outcome = data.outcome,
                  .weights = weights,
                  .centre_of = data.centre,
                  .centres = {},
                  .learners = {},
                  .predictions = {},
                  .censoring = options.censoring};
  for (const ExternalPrediction& one : results.predictions) {
    task.learners.push_back(one.learner);
    task.predictions.push_back(one.prediction);
  }
  task.centres = centre_samples(task, results.cohort.centre_names(), options.cause);
  for (CentreSample& centre : task.centres) {
    centre.null_risk = results.null_risk;
    for (Index learner = 0; learner < size_of(predictions); ++learner) {
      if (predictions[at(learner)].status == FitStatus::undefined) {
        centre.unusable_because[at(learner)] = model_undefined;
      }
    }
  }
  if (!task.centres.empty()) {
    summary.centres = pool_centre_samples(task, named, scheduler).centres;
  }
  return summary;
}

} // namespace vigil
