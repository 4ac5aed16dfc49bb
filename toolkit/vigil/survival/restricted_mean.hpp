// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/survival/kaplan_meier.hpp"

#include <limits>
#include <string>

namespace vigil::survival {

/// Two restricted means against each other; lower, upper at the level asked for.
struct RestrictedMeanContrast {
  double difference = std::numeric_limits<double>::quiet_NaN();
  double se = std::numeric_limits<double>::quiet_NaN();
  double lower = std::numeric_limits<double>::quiet_NaN();
  double upper = std::numeric_limits<double>::quiet_NaN();
  double p = std::numeric_limits<double>::quiet_NaN();
  double ratio = std::numeric_limits<double>::quiet_NaN();
  double ratio_lower = std::numeric_limits<double>::quiet_NaN();
  double ratio_upper = std::numeric_limits<double>::quiet_NaN();
  std::string undefined_because = {}; ///< empty: defined
};

/// Difference and ratio of the restricted means of two independent groups.
///
///   difference  A - B,   se = sqrt(se_A^2 + se_B^2),   A - B -+ z se,   p = 2 (1 - Phi(|A - B| / se))
///   ratio       A / B,   exp(log(A / B) -+ z sqrt(se_A^2 / A^2 + se_B^2 / B^2))
///
/// returns   undefined where one of them is; p is NaN where se is 0
/// source    Royston and Parmar 2013, BMC Med. Res. Methodol. 13:152; Uno et al. 2014, J. Clin. Oncol. 32:2380;
///           checked by tests/reference/survival_test
[[nodiscard]] RestrictedMeanContrast restricted_mean_contrast(const RestrictedMean& group,
                                                              const RestrictedMean& reference,
                                                              double level);

} // namespace vigil::survival
