// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

namespace vigil::test {

/// A tolerance is a name with a reason. Each returns the absolute tolerance around `expected`.

/// Rounding of a computation that is exact on paper: `ulps` units in the last place.
[[nodiscard]] inline double rounding(double expected, double ulps) {
  const double scale = std::max(std::fabs(expected), std::numeric_limits<double>::min());
  return ulps * std::numeric_limits<double>::epsilon() * scale;
}

/// The source prints this many decimals.
[[nodiscard]] inline double printed_digits(int decimals) {
  return 0.5 * std::pow(10.0, -decimals) * (1.0 + 1e-9);
}

/// Relative error of a named cause; `reason` is for the reader.
[[nodiscard]] inline double relative(double expected, double error, const char* reason) {
  static_cast<void>(reason);
  return std::fabs(expected) * error;
}

/// Three standard errors of a simulation.
[[nodiscard]] inline double monte_carlo(double standard_error) {
  return 3.0 * standard_error;
}

} // namespace vigil::test
