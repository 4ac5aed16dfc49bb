// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/numeric/dense.hpp"
#include "vigil/penalized/group_penalty.hpp"

#include <span>

namespace vigil::penalized {

/// minimise over b
///   -g'(b - a) + (b - a)' H (b - a) / 2 + lambda l1_ratio sum of the groups' values + lambda (1 - l1_ratio) / 2 sum_j v_j b_j^2
/// H, m x m, positive semidefinite, both triangles.
///
/// groups    of the m columns; those of no group are unpenalized
/// factor    v, 0 where a column is unpenalized
struct GroupQuadratic {
  const GrowingMatrix& curvature;
  std::span<const double> gradient; ///< g, at a
  const GroupMap& groups;
  std::span<const double> factor;
  Strength strength;
};

/// From b = a, in place. Returns the KKT violation (of groups, and of unpenalized columns): at most `tolerance` unless
/// rounding or the limit of rounds (500) stands in the way.
///
/// Each round is a pass over the groups, whose blocks are minimised by proximal gradient (Frobenius norm of the block as
/// Lipschitz constant), and Newton steps on the nonzero coefficients, where the objective is smooth. A Newton step stops
/// coefficients with an l1 part at zero when they turn their sign, and groups when they turn their direction; it is taken
/// only where the objective falls: what the passes guarantee remains.
///
/// cost    m a for a pass, a^3 / 3 + m^2 for a Newton step; a nonzero coefficients
/// source  Tseng 2001, J. Optim. Theory Appl. 109:475 (descent by blocks); Simon, Friedman, Hastie, Tibshirani 2013,
///         J. Comput. Graph. Stat. 22:231; checked by tests/unit/penalized/group_quadratic_test
double minimise(const GroupQuadratic& quadratic, double tolerance, std::span<double> coefficient);

} // namespace vigil::penalized
