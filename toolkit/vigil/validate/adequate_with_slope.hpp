// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/validate/adequate.hpp"
#include "vigil/validate/centre_values.hpp"

#include <string>

namespace vigil {

struct JointAdequacy {
  double probability = not_available;
  std::string because = {}; ///< why there is none; empty: there is, or it was not asked for
};

/// The probability that in a new centre both a concordance (or AUC) and the calibration slope of the same learner are adequate.
///
/// Pairs of estimates with their covariance within the centre, which their influence functions give,
///
///   cov = g'(C) sum_i psi_i(C) psi_i(slope) / n^2,
///
/// are pooled by pool_centres(pairs). A centre is a pair of its own where both of its estimates are poolable, all others
/// together are one pair under the same rule, its covariance clustered by centre. Fewer than 5 pairs: none.
/// checked by tests/unit/validate/summarise_centres_test
[[nodiscard]] JointAdequacy adequate_with_slope(const CentreTask& task,
                                                const CentreTarget& order,
                                                const CentreTarget& slope,
                                                const AdequatePerformance& adequate);

} // namespace vigil
