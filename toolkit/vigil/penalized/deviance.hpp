// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/case_weights.hpp"
#include "vigil/cohort/outcome.hpp"

#include <span>

namespace vigil::penalized {

/// Deviance of subjects that a model has not seen: twice the gap between the saturated and the reached log-likelihood.
/// Nothing is fitted here, no intercept either.
///
///   gaussian  sum w (y - f)^2
///   binomial  2 sum w log(1 + exp(-f)) over y = 1, log(1 + exp(f)) over y = 0
///   Poisson   2 sum w (y log(y / mu) - (y - mu)),  mu = exp(f), 0 log 0 = 0
///
/// outcome  continuous, binary or count
/// linear   f by subject, intercept and offset included; not read where the weight is 0
/// returns  >= 0; infinity on overflow; 0 without subjects
/// source   McCullagh and Nelder 1989, Generalized Linear Models, section 2.3;
///          checked by tests/unit/penalized/deviance_test
[[nodiscard]] double
deviance(const Outcome& outcome, const CaseWeights& weights, std::span<const double> linear);

} // namespace vigil::penalized
