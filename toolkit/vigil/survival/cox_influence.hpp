// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/survival/cox_fit.hpp"
#include "vigil/survival/cox_risk.hpp"

#include <span>
#include <vector>

namespace vigil::survival {

/// A quantity that depends on a Cox model by H0(t) and the coefficients: its derivatives by them.
struct CoxSlope {
  double horizon = 0.0;
  double by_hazard = 0.0; ///< by H0(horizon), at x = 0
  std::vector<double> by_coefficient = {};
};

/// What each subject's own data add to such a quantity by the estimates of the model (infinitesimal jackknife).
///
///   by_hazard {jump_i - r_i V(min(T_i, t))} + u_i' C (by_coefficient - by_hazard M(t))
///   jump_i  dH0(T_i) / (events at T_i) of a subject with an event by t;  r_i = exp(x_i'b)
///   V, M    sums over event times up to t of weight / S^2, and of the risk-set means of x times dH0
///   u_i     score residuals;  C the covariance of the coefficients
///
/// likelihood  of one stratum, all weights 1, nobody enters late; columns: as given to fit_cox
/// returns     one value per subject of the cohort; without tied events they add to 0
/// ties        Efron's: tied events share the jump, and V is that of the subjects who stay
/// cost        O(n (k + log n))
/// source      Reid and Crepeau 1985, Biometrika 72:1; Ozenne, Scheike, Staerk, Gerds 2020, Biom. J. 62:751;
///             checked by tests/reference/treatment_effect_test (riskRegression), tests/unit/survival/cox_influence_test
[[nodiscard]] std::vector<double> cox_influence(const CoxLikelihood& likelihood,
                                                const CoxFit& fit,
                                                const SurvivalOutcome& outcome,
                                                std::span<const double> columns,
                                                const CoxSlope& slope);

} // namespace vigil::survival
