// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <limits>
#include <string>
#include <vector>

namespace vigil {

inline constexpr double not_available = std::numeric_limits<double>::quiet_NaN();

/// Rows of a bootstrap of centres for the subjects that the models left out: added to the scheme's name.
inline constexpr const char* left_out_suffix = " left-out";

/// Rows of means over subjects with an interval by nested cross-validation: likewise.
inline constexpr const char* debiased_suffix = " debiased";

/// One row of performance.tsv. resampling: `apparent`, the scheme's name, or `external:<id>`.
///
/// interval_method   nadeau_bengio (mean of the fold models), influence (the frozen model),
///                   bootstrap_shifted_percentile, bootstrap_optimism_percentile, both after centre_, bates_hastie_tibshirani
///                   (the model of all subjects), reml_hartung_knapp (mean over centres),
///                   one_stage_cluster (within centres), none
/// undefined         resamples (or centres) without a value, of `resamples`; never dropped silently:
///                   undefined_because names the reasons with their counts
struct PerformanceRow {
  std::string learner = {}, measure = {};
  double horizon = not_available, threshold = not_available;
  Index cause = 1;
  std::string resampling = {};
  double estimate = not_available, se = not_available, lower = not_available, upper = not_available;
  double level = 0.95;
  std::string interval_method = "none";
  Index subjects = 0, events = 0, resamples = 0, undefined = 0;
  std::string undefined_because = {};
  double inflation = not_available,
         mean_squared_error = not_available; ///< of bates_hastie_tibshirani
  Index small_folds =
      0; ///< test folds (or centres) with fewer than 5 events: their values are unstable
};

/// One row of comparisons.tsv: learner minus reference on the same subjects.
struct ComparisonRow {
  std::string learner = {}, reference = {}, measure = {};
  double horizon = not_available, threshold = not_available;
  std::string resampling = {};
  double difference = not_available, se = not_available, lower = not_available,
         upper = not_available, p = not_available;
};

/// One row of centres.tsv: a centre; all centres too small to be pooled on their own ("(small centres)"); or
/// the pooled row (centre empty). mu and the limits are on the measure's own scale, tau2 on the scale of
/// pooling (logit, log or identity). `undefined_because`: why a centre has no estimate, or why a row is not
/// pooled. In the pooled row of a measure with limits (AdequatePerformance): the limits, the probability that the value of
/// a new centre lies within them, and of a concordance or AUC that its calibration slope is adequate too.
struct CentreRow {
  std::string learner = {}, measure = {};
  double horizon = not_available, threshold = not_available;
  std::string resampling = {};
  std::string centre = {};
  Index subjects = 0, events = 0;
  double estimate = not_available, se = not_available;
  double mu = not_available, tau2 = not_available, i2 = not_available, lower = not_available,
         upper = not_available, prediction_lower = not_available, prediction_upper = not_available;
  double adequate_from = not_available, adequate_to = not_available,
         adequate_probability = not_available, adequate_with_slope = not_available;
  Index centres = 0; ///< in the pooled row: estimates that were pooled
  std::string undefined_because = {};
};

/// All rows of one validation, in the order learner, measure, horizon, threshold.
struct Summary {
  std::vector<PerformanceRow> performance;
  std::vector<ComparisonRow> comparisons;
  std::vector<CentreRow> centres;
};

} // namespace vigil
