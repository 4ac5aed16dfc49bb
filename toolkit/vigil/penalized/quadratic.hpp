// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"
#include "vigil/numeric/factor.hpp"

#include <optional>
#include <span>
#include <vector>

namespace vigil::penalized {

/// minimise over b   -g'(b - a) + (b - a)' H (b - a) / 2 + sum_j (l1_j |b_j| + l2_j b_j^2 / 2)
struct Quadratic {
  std::span<const double> curvature; ///< H, m x m, positive semidefinite
  std::span<const double> gradient;  ///< g, at a
  std::span<const double> l1, l2;
};

/// The factor of H + l2 on the last support, used again while neither changes. Forget it when H changes.
struct SupportFactor {
  std::vector<Index> support = {};
  std::vector<double> l2 = {};
  std::optional<CholeskyFactor> factor = {};
};

/// Solves from b = a in place: coordinate descent finds the support, Newton steps on it with signs fixed finish it.
///
/// returns   largest violation of the optimality conditions, in absolute terms
/// stops     at `tolerance` (absolute, on the gradient), or after 500 rounds
/// collinear columns: of the many solutions the one found depends on the order of columns and the start; Newton
///           steps leave dependent columns where they are
/// source    Osborne, Presnell, Turlach 2000, IMA J. Numer. Anal. 20:389; Lee, Battle, Raina, Ng 2007, NIPS 19;
///           checked by tests/unit/penalized/quadratic_test
double minimise(const Quadratic& quadratic,
                double tolerance,
                std::span<double> coefficient,
                SupportFactor& kept);

} // namespace vigil::penalized
