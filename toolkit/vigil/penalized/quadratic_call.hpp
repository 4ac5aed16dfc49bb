// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/penalized/active_set.hpp"
#include "vigil/penalized/quadratic.hpp"

#include <span>
#include <vector>

namespace vigil::penalized {

/// What lives while minimise() runs. Included by the solver's own files alone.
struct QuadraticSolver::Call {
  const Quadratic& q;
  ActiveSet set;
  std::vector<double> pull = {};    ///< g + H a
  std::vector<double> product = {}; ///< H b
  std::vector<double> target = {};  ///< sign-fixed minimum, in the order of the factor
  bool refactored = false;          ///< since the last accepted solution

  [[nodiscard]] double diagonal(Index place) const {
    return q.curvature(place, place) + set.l2(place);
  }
  void refresh_slope() {
    multiply_symmetric(view(q.curvature), set.b, product);
    for (Index place = 0; place < set.order(); ++place) {
      set.slope[at(place)] = pull[at(place)] - product[at(place)];
    }
  }
};

} // namespace vigil::penalized
