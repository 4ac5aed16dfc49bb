// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/penalized/loss.hpp"

#include <memory>
#include <span>

namespace vigil::penalized {

/// Poisson log-likelihood with log link and its intercept profiled out, without the constant sum w log(y!).
///
///   L(eta) = sum w (y log mu - mu),   mu = exp(a + eta + offset),   a = log(sum w y / sum w exp(eta + offset))
///   residual w (y - mu);   curvature of row i: w_i mu_i;   saturated value sum w (y log y - y), 0 log 0 = 0
///
/// exp is taken relative to the largest linear predictor, so that none overflows.
///
/// outcome    counts >= 0, whole or not
/// offset     by subject (log exposure), or empty
/// undefined  "no events": every count is 0
/// cost       O(n)
/// checked by tests/unit/penalized/loss_test
[[nodiscard]] std::unique_ptr<const Loss> make_poisson_loss(const CountOutcome& outcome,
                                                            const CaseWeights& weights,
                                                            std::span<const double> offset);

} // namespace vigil::penalized
