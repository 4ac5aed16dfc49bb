// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/validate/summarise.hpp"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace vigil {

/// One measure at one horizon and threshold; `horizon` is tau for a measure that needs none.
struct MeasureCell {
  const measure::Entry* entry = nullptr;
  double horizon = std::numeric_limits<double>::infinity();
  double threshold = not_available;
  Index horizon_number = no_index; ///< place among the horizons of the options
};
[[nodiscard]] std::vector<MeasureCell> measure_cells(const SummaryOptions& options);

/// Subjects with weight, and the censoring weights to judge them by.
struct EvaluationSample {
  const Outcome* outcome = nullptr;
  CaseWeights weights;
  std::shared_ptr<const survival::CensoringWeights> censoring;
  int cause = 1;
};
/// Censoring weights from the sample itself; by Cox's model of censoring where there are columns for it. Where it cannot be fitted
/// measures with weights are undefined.
[[nodiscard]] EvaluationSample own_sample(const Outcome& outcome,
                                          const CaseWeights& weights,
                                          int cause,
                                          const survival::CensoringCovariates& covariates = {});

/// Whether the subject had the event of the sample's cause by the horizon.
[[nodiscard]] bool event_by(const EvaluationSample& sample, Index subject, double horizon);

/// The value of a cell for predictions with one row per subject of the cohort. `null_risk`: one per horizon of
/// the options, or empty. `within_centre`: centre levels when pairs across centres are not to be formed.
struct Judged {
  const Prediction& prediction;
  std::span<const double> null_risk = {};
  std::span<const Index> within_centre = {};
};
[[nodiscard]] measure::Estimate
evaluate(const EvaluationSample& sample, const MeasureCell& cell, const Judged& judged);

/// Weight of a test fold in the mean over folds.
[[nodiscard]] double
fold_weight(const EvaluationSample& sample, const MeasureCell& cell, const Prediction& prediction);

/// Predictions of a record as one row per subject of the cohort; NaN for subjects it does not have.
void scatter(const ResampleRecord& record, Prediction& full);
[[nodiscard]] Prediction empty_prediction(Index subjects, const RiskTable& like);
[[nodiscard]] Prediction scattered(const ResampleRecord& record, Index subjects);

/// Subjects and events (of the cause) among the support.
struct Counts {
  Index subjects = 0, events = 0;
};
[[nodiscard]] Counts counts_of(const Outcome& outcome, const CaseWeights& weights, int cause);

/// Fewer events than this in a test fold: flagged.
inline constexpr Index few_events = 5;

/// Records of one learner by resample; null where there is none.
struct LearnerRecords {
  std::string learner;
  std::vector<const ResampleRecord*> by_resample;
  const ResampleRecord* apparent = nullptr;
};
/// Learners in the order of their first record.
[[nodiscard]] std::vector<LearnerRecords> by_learner(const ValidationResults& results);

/// Number of the learner that the others are compared with. Throws ConfigError for an unknown name.
[[nodiscard]] Index reference_number(std::span<const std::string> learners,
                                     const SummaryOptions& options);

/// Rows with everything but the numbers.
[[nodiscard]] PerformanceRow
performance_row(const std::string& learner, const MeasureCell& cell, const SummaryOptions& options);
[[nodiscard]] double horizon_of(const MeasureCell& cell);

/// Reasons why values are undefined, with their counts, in the order of first appearance.
class Reasons {
public:
  void add(const std::string& because);
  [[nodiscard]] Index count() const noexcept;
  [[nodiscard]] std::string text() const;

private:
  std::vector<std::pair<std::string, Index>> reasons_;
};

} // namespace vigil
