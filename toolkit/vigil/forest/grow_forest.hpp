// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/error_curve.hpp"
#include "vigil/forest/forest_importance.hpp"
#include "vigil/forest/forest_inputs.hpp"
#include "vigil/forest/grow_tree.hpp"
#include "vigil/forest/votes.hpp"

#include <span>
#include <vector>

namespace vigil::forest {

/// What the trees of a forest are grown from, and how many.
struct GrowthPlan {
  const ForestInputs& inputs; ///< a tree's address is the child of the item's "tree" by its number
  std::span<const Index> passed; ///< event times up to each time of the votes
  Index trees = 1;               ///< at most
  Index first_tree = 0;          ///< its number
  Index trees_per_half_sample =
      1; ///< each drawn at the child of the item's "half" by its number; 1: none
  const ErrorCurve* curve = nullptr; ///< nullptr: the error is not looked at
  double target_error =
      0.0; ///< above 0, with a curve: no more trees where ErrorPoint::error() is at most this
  ForestImportance* importance = nullptr; ///< it is shown every tree; nullptr: not wanted
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
