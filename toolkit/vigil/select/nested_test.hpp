// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/select/tested_features.hpp"

#include <string>

namespace vigil::select {

/// A chi-square test. estimate, lower, upper: log hazard ratio per standard deviation of a single feature, with its 95 % Wald
/// interval; NaN for several, and of the score test.
struct NestedTest {
  double chi_square = 0.0, p = 0.0, estimate = 0.0, lower = 0.0, upper = 0.0;
  Index degrees_of_freedom = 0;
  std::string undefined_because = {}; ///< not empty: all numbers are NaN
};

struct NestedTests {
  NestedTest likelihood_ratio, score;
};

/// Events that a degree of freedom asks for: with fewer the chi-square distribution is far off.
constexpr Index events_per_feature = 10;

/// Do features add to the adjusted columns: the Cox models with and without them.
///
///   likelihood ratio  2 (log L with - log L without)
///   score             U'V^-1 U at the model without:  U = X'r, r its martingale residuals, V = I_xx - I_xz I_zz^-1 I_zx
///   p                 upper tail of chi-square on the rank of V (1e-9 of its diagonal)
///
/// features   chosen before the outcome was looked at
/// undefined  the null model; no column; fewer than events_per_feature events for each; a likelihood that has no maximum
/// source     Rao 1948, Proc. Camb. Phil. Soc. 44:50; Cox 1972; checked by tests/reference/added_value_test
[[nodiscard]] NestedTests nested_tests(const TestedFeatures& features);

} // namespace vigil::select
