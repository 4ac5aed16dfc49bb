// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>

namespace vigil {

/// A symmetric matrix of two rows.
struct Symmetric2 {
  double first = 0.0, cross = 0.0, second = 0.0;
};

/// Values from `from` to `to`; infinite: no limit.
struct ValueRange {
  double from = -std::numeric_limits<double>::infinity();
  double to = std::numeric_limits<double>::infinity();
};

/// Two values with a joint Student distribution: mean + sqrt(freedom / chi2) times a normal pair of covariance `scale`.
struct BivariateT {
  double mean_first = 0.0, mean_second = 0.0;
  Symmetric2 scale = {};
  double degrees_of_freedom = 0.0;
};

/// P(first value in one range, second value in the other).
///
///   int f_v(z) {F_{v+1}(b(z)) - F_{v+1}(a(z))} dz   over z = (first - mean) / sd of the first range,
///   of the second value given the first: mean r z, scale^2 (v + z^2) / (v + 1) (1 - r^2) in units of its sd
///
/// In z = sqrt(v) tan(angle) the integrand is smooth on a bounded interval; Gauss-Kronrod quadrature between the angles at
/// which the conditional mean passes a limit, relative error about 1e-12.
///
/// needs     positive degrees of freedom and variances; a correlation of 1 is allowed
/// source    Kotz and Nadarajah 2004, Multivariate t Distributions, 1.11; checked by tests/unit/numeric/bivariate_t_test and
///           tests/reference/new_centre_test
[[nodiscard]] double
bivariate_t_probability(const BivariateT& law, ValueRange first, ValueRange second);

} // namespace vigil
