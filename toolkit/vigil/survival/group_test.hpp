// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <limits>
#include <span>
#include <string>

namespace vigil::survival {

/// A test that groups are alike: chi-square with its degrees of freedom.
struct GroupTest {
  double chi_square = std::numeric_limits<double>::quiet_NaN();
  Index degrees_of_freedom = 0;
  double p = std::numeric_limits<double>::quiet_NaN();
  std::string undefined_because = {}; ///< empty: defined
};

/// z' V^-1 z over the groups that can differ (variance above 0), without the last of them.
///
/// difference  z, one value per group, sum 0
/// variance    V, groups x groups, row by row
/// returns     undefined with fewer than two groups that can differ, and where V is singular
[[nodiscard]] GroupTest group_test(std::span<const double> difference,
                                   std::span<const double> variance);

} // namespace vigil::survival
