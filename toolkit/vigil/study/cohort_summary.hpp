// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/cohort.hpp"

#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace vigil {

struct CentreCount {
  std::string name;
  Index subjects = 0, events = 0;
};

struct MissingCount {
  std::string column;
  Index missing = 0;
};

/// The values of an outcome without times.
struct OutcomeValues {
  Index zeros = 0, ones = 0; ///< of a binomial outcome: subjects of each class
  double mean = std::numeric_limits<double>::quiet_NaN();
  double sd = std::numeric_limits<double>::quiet_NaN(); ///< divisor n - 1
  double smallest = std::numeric_limits<double>::quiet_NaN();
  double largest = std::numeric_limits<double>::quiet_NaN();
};

/// What a cohort holds: the screen of `vigil inspect` and the first lines of a study.
struct CohortSummary {
  Index subjects = 0, events = 0, markers = 0, clinical = 0;
  Index constant_markers = 0, empty_markers = 0;                      ///< of the feature matrix
  double missing_marker_share = 0.0;                                  ///< of its cells
  double median_follow_up = std::numeric_limits<double>::quiet_NaN(); ///< reverse Kaplan-Meier
  double largest_time = std::numeric_limits<double>::quiet_NaN();
  double largest_supported_horizon = std::numeric_limits<double>::quiet_NaN(); ///< 0: none
  std::optional<OutcomeValues> outcome = {}; ///< gaussian, binomial, poisson
  std::vector<CentreCount> centres = {};
  Index without_centre = 0;
  std::vector<MissingCount> missing = {};         ///< clinical columns with missing values
  std::vector<std::string> constant_columns = {}; ///< clinical columns without variation or value
};

/// One pass over the markers; the rest is O(n log n).
[[nodiscard]] CohortSummary summarise_cohort(const Cohort& cohort, Scheduler& scheduler);

/// What to say of columns that cannot have an effect: one note for those without variation, one for those
/// without a value. Names at most ten of each.
[[nodiscard]] std::vector<std::string> idle_column_notes(const Cohort& cohort,
                                                         Scheduler& scheduler);

/// Median follow-up: the median of the censoring distribution, events counting as censorings of it.
/// NaN without an outcome in time, or where the curve does not come down to one half.
/// source  Schemper and Smith 1996, Controlled Clinical Trials 17:343
[[nodiscard]] double median_follow_up(const Cohort& cohort);

} // namespace vigil
