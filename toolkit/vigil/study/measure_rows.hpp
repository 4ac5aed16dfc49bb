// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/random.hpp"
#include "vigil/measure/measure.hpp"
#include "vigil/parallel/scheduler.hpp"
#include "vigil/study/measure_table.hpp"
#include "vigil/validate/summary.hpp"

#include <limits>
#include <span>
#include <string>
#include <vector>

namespace vigil {

struct MeasureOptions {
  std::vector<const measure::Entry*> measures;
  std::vector<double> horizons = {}, thresholds = {};
  double tau = std::numeric_limits<double>::infinity();
  double level = 0.95;
  bool censoring_by_centre = false;     ///< else by the table's model of censoring, or marginal
  bool pairs_within_centre = false;     ///< of concordance
  bool simultaneous = false;            ///< intervals that hold at all thresholds at once
  double min_censoring_survival = 0.10; ///< of the horizon gate
  Index bootstrap_draws = 500;          ///< of measures without influence function; 0: no intervals
  RandomKey key = RandomKey(0);
};

/// What the censoring weights at a horizon are like.
struct CensoringSummary {
  double horizon = not_available, mean_weight = not_available, largest_weight = not_available;
};
/// At the horizons that the follow-up supports. The mean is 1 but for a model of censoring.
[[nodiscard]] std::vector<CensoringSummary> censoring_summaries(const MeasuredTable& table,
                                                                const MeasureOptions& options);

/// One row per measure, horizon and threshold; a measure that cannot be computed says why, as does one at a horizon that
/// the follow-up does not support (survival::horizon_support). With groups the standard errors are those of groups.
/// interval_method: influence, simultaneous, bootstrap or none.
[[nodiscard]] std::vector<PerformanceRow>
measure_rows(const MeasuredTable& table, const MeasureOptions& options, Scheduler& scheduler);

/// score minus `other` (another score of the same subjects), by influence values, for the measures of a score.
[[nodiscard]] std::vector<ComparisonRow> compare_scores(const MeasuredTable& table,
                                                        std::span<const double> other,
                                                        const std::string& other_name,
                                                        const MeasureOptions& options);

/// The table's risks minus `other` ones at the same horizons, for the measures of a risk (AUC among them); then the parts of IDI and NRI, without
/// p, and always with the difference in net benefit at the thresholds.
[[nodiscard]] std::vector<ComparisonRow> compare_risks(const MeasuredTable& table,
                                                       const RiskTable& other,
                                                       const std::string& other_name,
                                                       const MeasureOptions& options);

} // namespace vigil
