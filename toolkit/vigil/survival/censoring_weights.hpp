// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/case_weights.hpp"
#include "vigil/cohort/outcome.hpp"
#include "vigil/survival/step_function.hpp"

#include <span>
#include <string>
#include <vector>

namespace vigil::survival {

/// Inverse-probability-of-censoring weights by the reverse Kaplan-Meier estimator, marginal or per stratum.
///
///   G(t)   = prod_{u <= t} (1 - c(u) / (Y(u) - d(u)))      events leave before censorings at ties
///   W_i(t) = 1(T_i <= t, D_i != 0) / G(T_i-) + 1(T_i > t) / G(t);  0 for a subject censored at or before t
///
/// invariant  weighted mean of W(t) = 1 to 1e-12 for weights from the same rows (per stratum within each
///            stratum), without delayed entry: asserted by mean_weight_checked
/// source     Robins and Rotnitzky 1992; Graf et al. 1999; validation_triage conventions in
///            docs/methods/censoring_weights.md; checked by tests/unit/survival and tests/reference
class CensoringWeights {
public:
  /// stratum: one level per subject, or empty. Rows with weight 0 are absent.
  CensoringWeights(const Outcome& outcome,
                   const CaseWeights& weights,
                   std::span<const Index> stratum = {});

  [[nodiscard]] Index strata() const noexcept { return size_of(censoring_survival_); }
  [[nodiscard]] Index stratum_of(Index subject) const noexcept {
    return stratum_.empty() ? 0 : stratum_[at(subject)];
  }
  /// G of a stratum.
  [[nodiscard]] const StepFunction& censoring_survival(Index stratum = 0) const {
    return censoring_survival_[at(stratum)];
  }
  /// G(t) and G(t-) for a subject of the rows it was built from.
  [[nodiscard]] double survival_at(Index subject, double t) const;
  [[nodiscard]] double survival_before(Index subject, double t) const;
  /// W_i(t) for every subject. +infinity never: a horizon with G(t) = 0 is refused by supports().
  [[nodiscard]] std::vector<double> weights_at(double horizon) const;
  /// False where G would be zero for a subject that needs it at this horizon.
  [[nodiscard]] bool supports(double horizon) const;
  /// Integral over u in (0, horizon] of q(u) dM^C_i(u) / ((Y(u) - d(u)) / n) for every subject, where q is a
  /// right-continuous step function given by its value at each distinct observed time (`distinct_times()`);
  /// the augmentation term of every influence function built on these weights (within stratum when stratified).
  [[nodiscard]] std::vector<double>
  martingale_term(std::span<const std::vector<double>> q_by_stratum, double horizon) const;
  /// Distinct observed times of a stratum, ascending.
  [[nodiscard]] std::span<const double> distinct_times(Index stratum = 0) const;

private:
  struct Rows { // per stratum, per distinct time
    std::vector<double> time, at_risk, events, censored;
  };
  std::vector<Index> stratum_;
  std::vector<double> time_;
  std::vector<bool> had_event_;
  std::vector<double> case_weight_;
  std::vector<Rows> rows_;
  std::vector<StepFunction> censoring_survival_;
  bool own_sample_without_entry_ = true;
};

/// Support of a horizon (the one gate of measures, studies and triage): G(t) and the number at risk beyond t.
struct HorizonSupport {
  double censoring_survival = 0.0;
  Index at_risk = 0;      ///< subjects (distinct, weight > 0) with time > t
  bool supported = false; ///< G >= smallest and at_risk >= 20
  bool warn = false;      ///< supported, but G < 0.20
  double largest_supported = 0.0;
};
[[nodiscard]] HorizonSupport horizon_support(const Outcome& outcome,
                                             const CaseWeights& weights,
                                             double horizon,
                                             double smallest_censoring_survival = 0.10);

} // namespace vigil::survival
