// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/penalized/loss.hpp"

#include <memory>
#include <span>

namespace vigil::penalized {

/// Gaussian log-likelihood with unit variance and its intercept profiled out.
///
///   L(eta) = -sum w (y - a - eta - offset)^2 / 2,   a = sum w (y - eta - offset) / W
///   residual w (y - a - eta - offset);   curvature of row i: w_i;   saturated value 0
///
/// offset     by subject, or empty
/// undefined  "constant outcome": y - offset does not vary over the rows (beyond rounding)
/// cost       O(n)
/// checked by tests/unit/penalized/loss_test
[[nodiscard]] std::unique_ptr<const Loss> make_gaussian_loss(const ContinuousOutcome& outcome,
                                                             const CaseWeights& weights,
                                                             std::span<const double> offset);

} // namespace vigil::penalized
