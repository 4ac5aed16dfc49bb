// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/outcome.hpp"
#include "vigil/numeric/logistic_fit.hpp"
#include "vigil/survival/censoring_weights.hpp"
#include "vigil/survival/cox_fit.hpp"
#include "vigil/survival/cox_influence.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace vigil::triage {

/// Columns of a model: subjects x columns, column after column, all finite.
struct ModelColumns {
  std::vector<double> value = {};
  Index columns = 0;
  std::vector<std::string> name = {};

  [[nodiscard]] double at_subject(Index subject, Index column) const {
    return value[at(column * (size_of(value) / columns) + subject)];
  }
};

/// Subjects whose treatment was recorded: 1 treated, 0 not; everybody is under observation from 0.
struct TreatedCohort {
  SurvivalOutcome outcome = {};
  std::vector<std::uint8_t> treated = {};
  ModelColumns risk = {};       ///< of the outcome model, beside the treatment; may be none
  ModelColumns propensity = {}; ///< what decided the treatment, as far as it is known
  ModelColumns censoring = {};  ///< none: censoring is taken to depend on nothing

  [[nodiscard]] Index subjects() const noexcept { return size_of(treated); }
};

struct TreatmentModelOptions {
  survival::Ties ties = survival::Ties::efron; ///< of the outcome model
  survival::CensoringModelOptions censoring = {};
  /// G just before u divides the jump of censoring at u; false: G at u, as in some papers.
  bool censoring_before = true;
  std::string fitted_to = {}; ///< said where a model fails: ", fitted without fold 2"
};

/// Three models, each fitted once to all subjects, or to those with weight 1; they predict for everybody.
///
///   risk        Cox: treatment and columns;  H_a(t | x) = H0(t) exp(a b_A + x'b),  Q_a = 1 - exp(-H_a)
///   propensity  logistic: e(x) = P(treated | x)
///   censoring   G: reverse Kaplan-Meier, or Cox's model of its columns
///
/// throws   InputError where a model has no finite coefficients, or an arm is empty
class TreatmentModels {
public:
  TreatmentModels(TreatedCohort cohort, const TreatmentModelOptions& options);
  /// train   weights 0 and 1; nothing is read of the others on the way to a model. Influences are those of models of everybody only
  TreatmentModels(TreatedCohort cohort,
                  const TreatmentModelOptions& options,
                  const CaseWeights& train);

  [[nodiscard]] const TreatedCohort& cohort() const noexcept { return cohort_; }
  [[nodiscard]] Index subjects() const noexcept { return cohort_.subjects(); }
  [[nodiscard]] const std::string& fitted_to() const noexcept { return options_.fitted_to; }
  [[nodiscard]] const LogisticFit& propensity() const noexcept { return propensity_; }
  [[nodiscard]] const survival::CensoringWeights& censoring() const noexcept { return censoring_; }
  [[nodiscard]] const survival::CoxFit& outcome_fit() const noexcept { return outcome_fit_; }
  [[nodiscard]] bool in_arm(Index subject, bool treated) const {
    return (cohort_.treated[at(subject)] != 0) == treated;
  }
  /// e(x) of the treated, 1 - e(x) of the others: the probability of the arm.
  [[nodiscard]] double arm_probability(Index subject, bool treated) const;
  /// H_a(t | x) of every subject.
  [[nodiscard]] std::vector<double> cumulative_hazard(bool treated, double t) const;
  /// 1(T <= t, event) / G(T-).
  [[nodiscard]] std::vector<double> weighted_events(double horizon) const;
  /// Integral over u in (0, min(T, t)] of {S(u) - S(t)} / {S(u) G(u-)} dM(u), S under the subject's own treatment and M the
  /// martingale of its censoring: what the outcome model knows of those who left. cost O(n m), m censoring times by t
  [[nodiscard]] std::vector<double> censoring_augmentation(double horizon) const;
  /// Influence of estimating the outcome model on a quantity with derivative by_hazard[i] by H_a(horizon | x_i).
  [[nodiscard]] std::vector<double>
  outcome_influence(bool treated, double horizon, std::span<const double> by_hazard) const;
  /// Influence of estimating G on mean of carried_i 1(T_i <= t, event) / G(T_i-); carried as a mean's values, not a sum's.
  [[nodiscard]] std::vector<double> censoring_influence(std::span<const double> carried,
                                                        double horizon) const;

private:
  /// A time of censoring: the cumulative hazard of censoring before and after it, that of the event from it to the horizon.
  struct CensoringStep {
    double time = 0.0, before = 0.0, after = 0.0, event_hazard_left = 0.0;
  };
  [[nodiscard]] std::vector<CensoringStep> censoring_steps(double horizon) const;
  [[nodiscard]] double linear_predictor(Index subject, bool treated) const;

  TreatedCohort cohort_;
  TreatmentModelOptions options_;
  CaseWeights train_;
  std::vector<double> outcome_mean_, outcome_columns_; ///< treatment first; less their means
  survival::CoxLikelihood likelihood_;
  survival::CoxFit outcome_fit_;
  survival::StepFunction baseline_;
  LogisticFit propensity_;
  std::vector<double> probability_; ///< of treatment, of everybody
  survival::CensoringWeights censoring_;
};

} // namespace vigil::triage
