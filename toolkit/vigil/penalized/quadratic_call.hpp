// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/numeric/sums.hpp"
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
  bool at_minimum = false;          ///< b is the minimum for its signs and limits

  [[nodiscard]] double diagonal(Index place) const {
    return q.curvature(place, place) + set.l2(place);
  }
  void refresh_slope() {
    multiply_symmetric(view(q.curvature), set.b, product);
    for (Index place = 0; place < set.order(); ++place) {
      set.slope[at(place)] = pull[at(place)] - product[at(place)];
    }
  }
  /// The same at the minimum for these free columns: what pulls at them is what holds them, and only the others are looked
  /// at. As accurate as the factor.
  void refresh_slope_at_minimum(std::span<const Index> free) {
    std::vector<char> known(set.b.size(), 0);
    for (const Index place : free) {
      known[at(place)] = 1;
      set.slope[at(place)] = set.l1(place) * set.sign[at(place)] + set.l2(place) * set.b[at(place)];
      product[at(place)] = pull[at(place)] - set.slope[at(place)];
    }
    for (Index place = 0; place < set.order(); ++place) {
      if (known[at(place)] == 0) {
        product[at(place)] = dot(q.curvature.column(place), set.b);
        set.slope[at(place)] = pull[at(place)] - product[at(place)];
      }
    }
  }
};

} // namespace vigil::penalized
