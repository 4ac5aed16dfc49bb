// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/penalized/path_fit.hpp"
#include "vigil/penalized/penalty.hpp"

#include <span>
#include <vector>

namespace vigil::select {

/// One path with what it was fitted from.
struct FittedPath {
  const FitItem& item;
  const penalized::PenaltyOptions& penalty;
  const penalized::PathFit& path;
};

/// The first features that each path takes up, at most `most` of them, in order of entry. Unpenalized columns are no
/// features here; one that enters and leaves again has entered.
///
/// Several features may enter between two lambdas of a grid. They are put in the order of their scores at the
/// solution before,
///
///   |g_j| / v_j,   g the gradient of the log-likelihood on the prepared scale, v the penalty factor
///
/// largest first: a feature enters where its score meets l1_ratio x lambda, so that the largest one is nearest to it.
/// (At the solution after they are all equal to it.) Before the first point the solution is the null model, with the
/// unpenalized coefficients of the first point.
///
/// ties      equal scores: the smaller column first
/// returns   columns of the training data, one list for each path; empty for a path that is undefined
/// cost      one pass over the matrix for the columns concerned, more where they exceed a quarter of the memory
/// checked by tests/unit/select/entry_order
[[nodiscard]] std::vector<std::vector<Index>> entry_orders(const TrainingData& data,
                                                           std::span<const FittedPath> paths,
                                                           Index most,
                                                           FitContext& context);

} // namespace vigil::select
