// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/validate/scoring.hpp"

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vigil {

/// The summaries of the schemes; `options.resampling` is the name in the rows. summarise() chooses.

[[nodiscard]] Summary summarise_folds(const ValidationResults& results,
                                      const SummaryOptions& options,
                                      Scheduler& scheduler);
[[nodiscard]] Summary summarise_bootstrap(const ValidationResults& results,
                                          const SummaryOptions& options,
                                          Scheduler& scheduler);
/// Of a bootstrap of centres: the rows of summarise_bootstrap, then those of the subjects left out.
[[nodiscard]] Summary summarise_drawn_centres(const ValidationResults& results,
                                              const SummaryOptions& options,
                                              Scheduler& scheduler);
/// Of a bootstrap or of subsamples, with options.estimator point_632 or point_632_plus.
[[nodiscard]] Summary summarise_632(const ValidationResults& results,
                                    const SummaryOptions& options,
                                    Scheduler& scheduler);
[[nodiscard]] Summary summarise_left_out_centres(const ValidationResults& results,
                                                 const SummaryOptions& options,
                                                 Scheduler& scheduler);
/// Debiased means with the intervals of Bates, Hastie and Tibshirani, of measures that are means over subjects; needs results.pairs.
[[nodiscard]] Summary summarise_nested(const ValidationResults& results,
                                       const SummaryOptions& options,
                                       Scheduler& scheduler);
[[nodiscard]] Summary summarise_split(const ValidationResults& results,
                                      const SummaryOptions& options,
                                      Scheduler& scheduler);
[[nodiscard]] std::vector<PerformanceRow> apparent_rows(const ValidationResults& results,
                                                        const SummaryOptions& options,
                                                        Scheduler& scheduler);

/// Frozen models on one sample: an estimate per learner and cell.
struct FrozenScores {
  std::vector<std::string> learners;
  std::vector<MeasureCell> cells;
  EvaluationSample sample;
  std::vector<std::vector<measure::Estimate>> estimate; ///< [learner][cell]
};
/// One learner's predictions for every subject of a cohort.
struct FrozenPrediction {
  std::string learner;
  FitStatus status = FitStatus::undefined;
  const Prediction* prediction = nullptr;
};
[[nodiscard]] FrozenScores frozen_scores(const EvaluationSample& sample,
                                         std::span<const FrozenPrediction> predictions,
                                         std::span<const double> null_risk,
                                         const SummaryOptions& options,
                                         Scheduler& scheduler);
[[nodiscard]] Summary frozen_summary(const FrozenScores& scores, const SummaryOptions& options);

/// A centre with its own sample; `usable[learner]` empty, or why this learner has no predictions there.
struct CentreSample {
  Index level = 0;
  std::string name;
  EvaluationSample sample;
  Counts counts;
  std::vector<double> null_risk;
  std::vector<std::string> unusable_because; ///< per learner; empty: usable
};
struct CentreTask {
  const Outcome& outcome;
  const CaseWeights& weights;
  std::span<const Index> centre_of; ///< level per subject
  std::vector<CentreSample> centres;
  std::vector<std::string> learners;
  std::vector<Prediction> predictions; ///< per learner, one row per subject
  const survival::CensoringCovariates& censoring;
};
/// Centres and their pooling; performance and comparisons hold the pooled rows.
[[nodiscard]] Summary
pool_centre_samples(const CentreTask& task, const SummaryOptions& options, Scheduler& scheduler);
/// One sample per centre level that occurs among the weights.
[[nodiscard]] std::vector<CentreSample>
centre_samples(const CentreTask& task, std::span<const std::string> names, int cause);

inline constexpr const char* model_undefined = "the model is not defined";
inline constexpr const char* record_missing = "the resample was not computed";

} // namespace vigil
