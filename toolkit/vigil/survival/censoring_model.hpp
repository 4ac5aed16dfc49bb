// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/case_weights.hpp"
#include "vigil/survival/cox_likelihood.hpp"
#include "vigil/survival/risk_sets.hpp"
#include "vigil/survival/step_function.hpp"

#include <span>
#include <vector>

namespace vigil::survival {

/// Columns that censoring may depend on: subjects x columns, column after column; finite where a subject has weight.
struct CensoringCovariates {
  std::vector<double> value = {};
  Index columns = 0;
};

/// The default is vigil's convention; the rest reproduces other programs.
struct CensoringModelOptions {
  bool events_first = true; ///< a subject with an event at u is not at risk of censoring at u
  Ties ties = Ties::breslow;
  Index newton_steps = 0; ///< 0: until convergence
};

/// Cox's model of the time of censoring.
///
///   G(t | x) = exp(-L(t) e^(b'x)),   L(t) = sum_{u <= t} c(u) / S0(u)
///   S0(u) = sum of w_j e^(b'x_j) over those at risk of censoring at u, b by Cox's partial likelihood
///
/// columns    centred first, which moves L and not G; collinear or constant ones have coefficient 0
/// nobody censored  G = 1
/// throws     InputError where the coefficients run away or do not converge, or subjects enter after time 0
/// cost       that of fit_cox, O(n columns) memory
/// source     Cox 1972; Breslow 1974; Gerds and Schumacher 2006, Biom. J. 48:1029;
///            checked by tests/unit/survival/censoring_model_test, tests/reference/accuracy_test
class CensoringModel {
public:
  CensoringModel(const FollowUp& observed,
                 const CaseWeights& weights,
                 const RiskSets& sets,
                 const CensoringCovariates& covariates,
                 const CensoringModelOptions& options);

  [[nodiscard]] Index columns() const noexcept { return columns_; }
  [[nodiscard]] std::span<const double> coefficient() const noexcept { return coefficient_; }
  /// e^(b'x) of a subject, x less its mean over those present; also of subjects with weight 0, on whom nothing rests.
  [[nodiscard]] double relative_hazard(Index subject) const { return relative_[at(subject)]; }
  /// A centred column.
  [[nodiscard]] double covariate(Index subject, Index column) const {
    return covariate_[at(column * size_of(relative_) + subject)];
  }
  /// L(t) and L(t-), of a subject at the means of the columns.
  [[nodiscard]] double cumulative_hazard(double t) const { return cumulative_(t); }
  [[nodiscard]] double cumulative_hazard_before(double t) const {
    return cumulative_.left_limit(t);
  }
  [[nodiscard]] double survival_at(Index subject, double t) const;
  [[nodiscard]] double survival_before(Index subject, double t) const;

  /// What estimating L and b adds to the influence of each subject on a mean of W(t) h.
  ///
  ///   n {INT_0^t q_0 dM_i / S0 + D' I^-1 U_i}
  ///   dM_i = dN_i(u) - Y_i(u) e^(b'x_i) dL(u);  U_i = INT (x_i - xbar) dM_i;  I the information
  ///   D    = sum_{u <= t} dL(u) (q(u) - xbar(u) q_0(u))
  ///   q_0(u) = (1/n) sum_j w_j W_j h_j e^(b'x_j) 1(T_j > u),  q(u) the same with x_j as a factor
  ///
  /// q          q_0 at each distinct time, then q of each column
  /// returns    one value per subject, 0 for those absent; the weighted sum is 0
  /// ties       Breslow's, also where the coefficients are Efron's
  /// cost       O(n columns)
  [[nodiscard]] std::vector<double> influence(const RiskSets& sets,
                                              std::span<const double> q,
                                              double horizon,
                                              double total_weight) const;

private:
  void fit(const FollowUp& observed, const CaseWeights& weights, const RiskSets& sets);
  void add_risk_means(const CaseWeights& weights, const RiskSets& sets);
  /// The direction I^-1 D of the coefficients that the mean depends on.
  [[nodiscard]] std::vector<double>
  direction(const RiskSets& sets, std::span<const double> q, Index reached) const;

  CensoringModelOptions options_;
  Index columns_;
  std::vector<double> covariate_, relative_;
  std::vector<bool> censored_; ///< by subject
  StepFunction cumulative_;
  std::vector<double> coefficient_, covariance_;
  std::vector<double> at_risk_, mean_; ///< S0 by distinct time; xbar by column and distinct time
};

} // namespace vigil::survival
