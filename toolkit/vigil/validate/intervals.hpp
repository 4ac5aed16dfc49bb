// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"
#include "vigil/measure/measure.hpp"

#include <limits>
#include <span>

namespace vigil {

/// g(value), its inverse and its slope for the scale of a measure: identity, logit or log.
/// NaN outside the domain (logit: strictly between 0 and 1; log: positive).
[[nodiscard]] double to_scale(double value, measure::IntervalScale scale);
[[nodiscard]] double from_scale(double value, measure::IntervalScale scale);
[[nodiscard]] double scale_slope(double value, measure::IntervalScale scale);

/// g^-1(g(value) -+ quantile x se x slope): an interval with a quantile of the caller's choice. At the edge of
/// the domain, where g is infinite, the plain interval.
[[nodiscard]] measure::Interval
interval_on_scale(double value, double se, double quantile, measure::IntervalScale scale);

/// Mean of the values of J test folds, and a standard error that allows for the overlap of training sets.
///
///   se^2 = (1 / J + n_test / n_train) var(d),   var with divisor J - 1;   compare with t_{J-1}
///
/// values         d_j, one per fold of all repeats
/// test_to_train  n_test / n_train; 1 / (K - 1) for K folds
/// returns        se NaN for fewer than two values
/// source         Nadeau and Bengio 2003, Mach. Learn. 52:239; Bouckaert and Frank 2004;
///                checked by tests/reference/pooling_test
struct CorrectedMean {
  double mean = std::numeric_limits<double>::quiet_NaN();
  double se = std::numeric_limits<double>::quiet_NaN();
  double degrees_of_freedom = 0.0;
};
[[nodiscard]] CorrectedMean nadeau_bengio(std::span<const double> values, double test_to_train);

} // namespace vigil
