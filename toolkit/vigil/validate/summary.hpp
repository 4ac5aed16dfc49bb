// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <limits>
#include <string>
#include <vector>

namespace vigil {

inline constexpr double not_available = std::numeric_limits<double>::quiet_NaN();

/// One row of performance.tsv. resampling: `apparent`, the scheme's name, or `external:<id>`.
struct PerformanceRow {
  std::string learner, measure;
  double horizon = not_available, threshold = not_available;
  Index cause = 1;
  std::string resampling;
  double estimate = not_available, se = not_available, lower = not_available, upper = not_available;
  double level = 0.95;
  std::string interval_method;
  Index subjects = 0, events = 0, resamples = 0, undefined = 0;
  std::string undefined_because = {};
};

/// One row of comparisons.tsv: learner minus reference on the same subjects.
struct ComparisonRow {
  std::string learner, reference, measure;
  double horizon = not_available;
  std::string resampling;
  double difference = not_available, se = not_available, lower = not_available,
         upper = not_available, p = not_available;
};

/// One row of centres.tsv: a centre, or (centre empty) the pooled row.
struct CentreRow {
  std::string learner, measure;
  double horizon = not_available;
  std::string centre;
  Index subjects = 0, events = 0;
  double estimate = not_available, se = not_available;
  double mu = not_available, tau2 = not_available, i2 = not_available, lower = not_available,
         upper = not_available, prediction_lower = not_available, prediction_upper = not_available;
};

} // namespace vigil
