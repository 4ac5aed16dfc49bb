// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/numeric/tail.hpp"

#include "tests/support/coverage_design.hpp"
#include <cmath>
#include <span>
#include <string>
#include <vector>

namespace vigil::test {

/// An interval of one replicate beside the value that it is meant to contain.
struct IntervalCase {
  double estimate = std::nan(""), se = std::nan(""), lower = std::nan(""), upper = std::nan("");
  double truth = std::nan("");
};

/// How often intervals contain the truth. Undefined: no estimate or no interval; they count in no share but their own.
struct IntervalCoverage {
  double replicates = 0.0, defined = 0.0, below = 0.0, above = 0.0;
  double width = 0.0, error = 0.0, squared_error = 0.0, squared_se = 0.0, truth = 0.0;

  void add(const IntervalCase& one) {
    replicates += 1.0;
    if (!std::isfinite(one.lower) || !std::isfinite(one.upper)) {
      return;
    }
    defined += 1.0;
    below += one.upper < one.truth ? 1.0 : 0.0;
    above += one.lower > one.truth ? 1.0 : 0.0;
    width += one.upper - one.lower;
    error += one.estimate - one.truth;
    squared_error += (one.estimate - one.truth) * (one.estimate - one.truth);
    squared_se += one.se * one.se;
    truth += one.truth;
  }
  [[nodiscard]] double mean(double total) const { return total / defined; }
  [[nodiscard]] double coverage() const { return 1.0 - mean(below + above); }
  [[nodiscard]] double undefined() const { return 1.0 - defined / replicates; }
  /// Root mean square of the standard errors over that of the errors: 1 where they are right.
  [[nodiscard]] double se_ratio() const { return std::sqrt(squared_se / squared_error); }
  /// Standard error of the coverage of an exact interval.
  [[nodiscard]] double nominal_se(double level) const {
    return std::sqrt(level * (1.0 - level) / defined);
  }
  /// Upper one-sided 99 % limit of the coverage by Clopper and Pearson.
  [[nodiscard]] double upper_limit() const {
    const double missed = below + above;
    return missed == 0.0 ? 1.0 : beta_quantile(0.99, defined - missed + 1.0, missed);
  }
};

} // namespace vigil::test
