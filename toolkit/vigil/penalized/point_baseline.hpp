// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/learner.hpp"
#include "vigil/penalized/path_fit.hpp"
#include "vigil/survival/cox_likelihood.hpp"

namespace vigil::penalized {

/// Cumulative baseline hazard of one point of a path, for a subject whose raw columns are all zero: with the
/// coefficients per raw unit it gives risk(t | x) = 1 - exp(-H(t) exp(x'b)).
///
/// item      what the path was fitted on; its preparation fills missing values
/// point     of the path
/// cost      one pass for the nonzero columns, O(n m)
/// source    Breslow 1972, J. R. Statist. Soc. B 34:216; checked by tests/unit/penalized/point_baseline_test
[[nodiscard]] survival::CoxBaseline point_baseline(const TrainingData& data,
                                                   const FitItem& item,
                                                   const PathFit& path,
                                                   Index point,
                                                   survival::Ties ties,
                                                   Scheduler& scheduler);

/// Factor that turns a baseline at prepared values 0 into one at raw values 0: exp(-sum_j b_j shift_j), b per raw unit.
[[nodiscard]] double raw_baseline_factor(std::span<const double> coefficient,
                                         std::span<const double> shift);

} // namespace vigil::penalized
