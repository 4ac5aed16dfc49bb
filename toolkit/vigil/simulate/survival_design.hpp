// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"
#include "vigil/cohort/cohort.hpp"
#include "vigil/parallel/scheduler.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace vigil::simulate {

/// The plain design: correlated blocks of markers, a few of which shorten survival.
struct SurvivalDesign {
  Index subjects = 1000, features = 1000;
  double rho = 0.65; ///< correlation of neighbours within a block of 50, in [0, 1)
  Index true_features = 20;
  double censoring = 0.6; ///< expected share of censored subjects, in [0, 1)
  std::uint64_t seed = 1;
};

struct SimulatedSurvival {
  CohortParts parts;
  /// One per feature: log hazard ratio per unit of the feature as stored; 0 = no effect.
  std::vector<double> true_coefficient;
};

/// A cohort of the plain design.
///
///   z_j = rho z_{j-1} + sqrt(1 - rho^2) e_j within blocks of 50 features, e standard normal
///   x_j = shift_j + scale_j z_j,   scale ~ U(0.5, 2), shift ~ U(-3, 3)
///   hazard = exp(sum over true j of b_j z_j),   |b_j| ~ U(0.25, 0.6), either sign
///   censoring time exponential with the mean m that solves E[1 / (1 + m exp(eta))] = censoring,
///   eta normal with the variance that the design implies
///
/// Feature j of subject i is a function of (seed, i, j, rho) alone; times are a function of these and of the
/// true features, so a larger n continues a smaller one. The features are made anew in each pass over them,
/// block by block: n x p values are never held.
///
/// throws    ConfigError for values outside their range
/// cost      O(n) per feature and pass
/// checked by tests/unit/simulate/survival_design
[[nodiscard]] SimulatedSurvival simulate_survival(const SurvivalDesign& design,
                                                  Scheduler& scheduler);

/// The features of the design as a source that makes each block when it is visited.
[[nodiscard]] std::shared_ptr<const FeatureSource> simulated_features(const SurvivalDesign& design);

} // namespace vigil::simulate
