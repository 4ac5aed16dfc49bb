// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <span>
#include <vector>

namespace vigil::select {

/// A correlation matrix that can be inverted: order x order, ones on the diagonal.
struct ShrunkCorrelation {
  std::vector<double> values = {};
  double intensity = 0.0; ///< share of the identity
};

/// Correlations of columns, drawn towards the identity as far as their noise asks:
///
///   S = E'E / d,   R = (1 - a) S + a I,   a = min(1, b^2 / ||S - I||^2),
///   b^2 = sum_i ||e_i e_i' - S||^2 / d^2   over the rows e_i of E
///
/// columns  E: rows x order, column after column, each with sum of squares d
/// d        degrees of freedom: rows less the columns that were taken out of E; at least 1
/// returns  the identity where S is the identity or order is 1
/// cost     rows order^2
/// source   Ledoit, Wolf 2004, J. Multivariate Anal. 88:365; checked by tests/unit/select/shrunk_correlation_test
[[nodiscard]] ShrunkCorrelation
shrunk_correlation(std::span<const double> columns, Index rows, Index degrees_of_freedom);

} // namespace vigil::select
