// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/error_curve.hpp"
#include "vigil/forest/forest_importance.hpp"
#include "vigil/forest/forest_inputs.hpp"
#include "vigil/forest/grow_tree.hpp"
#include "vigil/forest/votes.hpp"

#include <optional>
#include <span>
#include <vector>

namespace vigil::forest {

/// Where a forest has trees enough: where each target above 0 is met.
struct GrowthTargets {
  double error = 0.0;   ///< of ErrorPoint::error()
  double ranking = 0.0; ///< of ErrorPoint::ranking

  /// Whether there is one.
  [[nodiscard]] bool any() const noexcept { return error > 0.0 || ranking > 0.0; }
  [[nodiscard]] bool met_by(const ErrorPoint& point) const {
    return (error == 0.0 || point.error() <= error) && (ranking == 0.0 || point.ranking <= ranking);
  }
};

/// What the trees of a forest are grown from, and how many.
struct GrowthPlan {
  const ForestInputs& inputs; ///< a tree's address is the child of the item's "tree" by its number
  std::span<const Index> passed; ///< event times up to each time of the votes
  Index trees = 1;               ///< at most
  Index first_tree = 0;          ///< its number
  Index trees_per_half_sample =
      1; ///< each drawn at the child of the item's "half" by its number; 1: none
  const ErrorCurve* curve = nullptr;         ///< nullptr: the error is not looked at
  GrowthTargets targets = {};                ///< with a curve
  ForestImportance* importance = nullptr;    ///< it is shown every tree; nullptr: not wanted
  std::optional<ImportanceKind> ranked = {}; ///< kind of it for ErrorPoint::ranking
};

struct GrownTrees {
  std::vector<Tree> trees;
  std::vector<ErrorPoint> error; ///< at the points of error_schedule() that were reached
  Votes votes;                   ///< of those trees that did not see a row
};

/// Trees side by side, up to the next point of the error curve, and so on. What is grown, and where it ends, does not
/// depend on the number of workers.
///
/// checked by tests/unit/forest/survival_forest_test, error_curve_test
[[nodiscard]] GrownTrees grow_trees(const GrowthPlan& plan);

} // namespace vigil::forest
