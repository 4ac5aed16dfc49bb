// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/case_weights.hpp"
#include "vigil/cohort/outcome.hpp"
#include "vigil/survival/cox_fit.hpp"
#include "vigil/survival/step_function.hpp"

#include <span>
#include <string>
#include <vector>

namespace vigil::survival {

/// Coefficients per unit of the columns as given; k columns.
struct FineGrayFit {
  CoxFitStatus status = CoxFitStatus::undefined;
  std::string reason = {};              ///< why undefined or saturated
  std::vector<double> coefficient = {}; ///< 0 where dropped; NaN where undefined
  std::vector<double> covariance = {};  ///< robust, k x k; 0 where dropped
  std::vector<Index> dropped = {};      ///< collinear or constant columns, ascending
  double log_likelihood = 0.0, null_log_likelihood = 0.0;
  StepFunction baseline = {}; ///< cumulative subdistribution hazard where all columns are 0
  Index events = 0;           ///< subjects with the cause
};

/// Proportional hazards of the cumulative incidence of one cause: F(t | x) = 1 - exp(-H0(t) exp(x'b)).
///
///   S_p(t)  = sum over j with T_j >= t of w_j exp(x_j'b) x_j^p
///             + G(t-) sum over j who failed of another cause before t of w_j exp(x_j'b) x_j^p / G(T_j-)
///   score   = sum over events i of the cause of w_i (x_i - S_1 / S_0),   H0 increment = d / S_0 (Breslow's ties)
///   V       = I^-1 [sum_g (sum_{i in g} w_i (eta_i + psi_i))^2] I^-1
///   eta_i   = integral of (x_i - xbar) dM_i of the subdistribution martingale, psi_i the part of the estimated G
///   psi_i   = sum over u of q(u) / Y(u) dMc_i(u),
///   q(u)    = sum over j of another cause before u of w_j e_j / G(T_j-) sum_{s >= u} (x_j - xbar(s)) G(s-) d(s) / S_0(s)
///   G       Kaplan-Meier of the censoring times, where those with an event at u are at risk of censoring at u: the
///           convention of the authors' program, unlike the censoring weights of the measures
///
/// columns   cohort subjects x k, column after column
/// group     one level per subject whose rows may depend on each other; empty: each row is its own
/// weights   times drawn and sampling weights
/// returns   undefined without an event of the cause, with delayed entry; saturated as fit_cox
/// cost      O(n k^2) a step
/// source    Fine and Gray 1999, JASA 94:496; checked by tests/reference/fine_gray_test
[[nodiscard]] FineGrayFit fit_fine_gray(const Outcome& outcome,
                                        const CaseWeights& weights,
                                        Index cause,
                                        std::span<const double> columns,
                                        std::span<const Index> group);

} // namespace vigil::survival
