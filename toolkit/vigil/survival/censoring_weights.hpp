// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/case_weights.hpp"
#include "vigil/cohort/outcome.hpp"
#include "vigil/survival/censoring_model.hpp"
#include "vigil/survival/risk_sets.hpp"
#include "vigil/survival/step_function.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace vigil::survival {

/// Reverse Kaplan-Meier estimate of the censoring distribution.
///
///   G(t) = prod_{u <= t} (1 - c(u) / (Y(u) - d(u)))      events leave before censorings at ties
[[nodiscard]] StepFunction reverse_kaplan_meier(const RiskSets& sets);

/// Inverse-probability-of-censoring weights by the reverse Kaplan-Meier estimator, marginal or per stratum, or by
/// Cox's model of censoring.
///
///   W_i(t) = 1(T_i <= t, D_i != 0) / G(T_i-) + 1(T_i > t) / G(t);  0 for a subject censored at or before t
///
/// invariant  without delayed entry the weighted mean of W(t) is 1, within each stratum, at every horizon with
///            G(t) > 0: a postcondition of weights_at, to 1e-12 (or one rounding per distinct time)
/// ties       an event at t uses the left limit G(t-); a subject censored at t has weight 0
/// entry      with delayed entry the risk sets are those on (entry, time] and the mean weight is not 1
/// model      G is that of the subject's covariates, and the mean weight is near 1 where the model is right
/// cost       O(n log n), with a model that of its fit
/// source     Robins and Rotnitzky 1992; Graf, Schmoor, Sauerbrei, Schumacher 1999, Stat. Med. 18:2529;
///            checked by tests/unit/survival/censoring_weights_test and tests/reference
class CensoringWeights {
public:
  /// stratum: one level per subject (no_index: absent), or empty. Subjects with weight 0 are absent.
  CensoringWeights(const Outcome& outcome,
                   const CaseWeights& weights,
                   std::span<const Index> stratum = {});
  /// G by Cox's model of censoring (CensoringModel, and its errors).
  CensoringWeights(const Outcome& outcome,
                   const CaseWeights& weights,
                   const CensoringCovariates& covariates,
                   const CensoringModelOptions& options = {});

  /// Marginal weights that no measure takes, for a reason: their model could not be fitted.
  [[nodiscard]] static CensoringWeights
  without_model(const Outcome& outcome, const CaseWeights& weights, std::string because);

  /// Why no measure takes these weights; empty: they do.
  [[nodiscard]] const std::string& unusable_because() const noexcept { return unusable_because_; }
  /// Whether G differs between subjects of a stratum.
  [[nodiscard]] bool depends_on_covariates() const noexcept { return model_.has_value(); }
  /// The model; needs depends_on_covariates().
  [[nodiscard]] const CensoringModel& model() const { return *model_; }
  [[nodiscard]] Index subjects() const noexcept { return size_of(time_); }
  [[nodiscard]] Index strata() const noexcept { return size_of(censoring_survival_); }
  [[nodiscard]] Index stratum_of(Index subject) const noexcept {
    return stratum_.empty() ? 0 : stratum_[at(subject)];
  }
  /// Reverse Kaplan-Meier estimate of a stratum: its G, unless a model has taken its place.
  [[nodiscard]] const StepFunction& censoring_survival(Index stratum = 0) const {
    return censoring_survival_[at(stratum)];
  }
  /// G(t) and G(t-) of the subject's stratum, or of its covariates.
  [[nodiscard]] double survival_at(Index subject, double t) const;
  [[nodiscard]] double survival_before(Index subject, double t) const;
  /// False where the Kaplan-Meier G(horizon) = 0 in a stratum, also with a model: risks at such a horizon cannot be estimated without bias.
  [[nodiscard]] bool supports(double horizon) const;
  /// W_i(t) for every subject, 0 for those absent. Needs supports(horizon).
  [[nodiscard]] std::vector<double> weights_at(double horizon) const;
  /// Weighted mean of W(t) over the subjects present; away from 1 only with delayed entry or a model.
  [[nodiscard]] double mean_weight(double horizon) const;

  /// What estimating G adds to the influence of each subject on a mean of W(t) h.
  ///
  ///   integral over u in (0, t] of q(u) dM_i(u) / ((Y(u) - d(u)) / n)
  ///   dM_i(u) = 1(T_i = u, D_i = 0) - 1{T_i > u or (T_i = u, D_i = 0)} c(u) / (Y(u) - d(u))
  ///   q(u)    = (1/n) sum over j of w_j W_j(t) h_j 1(T_j > u), the sum within the subject's stratum
  ///   n       = total weight of all subjects present, in all strata
  ///
  /// With a model: CensoringModel::influence. What a subject carries is then needed times each of its factors:
  /// q of factor f has W_j(t) h_j carried_factor(j, f) in the place of W_j(t) h_j.
  ///
  /// q_by_stratum  for each stratum the value of q at each of its distinct_times(), factor after factor
  /// returns       one value per subject, 0 for those absent; the weighted sum is 0
  /// cost          O(n), with delayed entry O(n log n)
  /// 1, or with a model one more than its columns.
  [[nodiscard]] Index carried_factors() const noexcept {
    return model_ ? model_->columns() + 1 : 1;
  }
  [[nodiscard]] double carried_factor(Index subject, Index factor) const {
    if (!model_) {
      return 1.0;
    }
    return model_->relative_hazard(subject) *
           (factor == 0 ? 1.0 : model_->covariate(subject, factor - 1));
  }
  [[nodiscard]] std::vector<double>
  martingale_term(std::span<const std::vector<double>> q_by_stratum, double horizon) const;
  /// Distinct observed times of a stratum, ascending.
  [[nodiscard]] std::span<const double> distinct_times(Index stratum = 0) const;
  /// Position of the subject's time in distinct_times() of its stratum; no_index for those absent.
  [[nodiscard]] Index place_of(Index subject) const { return place_[at(subject)]; }
  /// Weight of all subjects present.
  [[nodiscard]] double total_weight() const noexcept { return total_weight_; }

private:
  void check_mean_weight(std::span<const double> weight) const;

  std::vector<Index> stratum_, place_;
  std::vector<double> entry_, time_, case_weight_;
  std::vector<double> before_own_time_; // G(T_i-); NaN for those absent
  std::vector<bool> had_event_;
  std::vector<RiskSets> sets_;
  std::vector<StepFunction> censoring_survival_;
  std::optional<CensoringModel> model_;
  std::string unusable_because_;
  double total_weight_ = 0.0;
  bool delayed_entry_ = false;
};

/// A model of censoring is to be doubted where the mean weight is further from 1.
inline constexpr double mean_weight_strays_by = 0.1;

/// Support of a horizon: what the follow-up can say about it.
struct HorizonSupport {
  double censoring_survival = 0.0; ///< G(t), pooled
  Index at_risk = 0;      ///< distinct subjects under observation beyond t: entry <= t < time
  bool supported = false; ///< G >= smallest and at_risk >= fewest_at_risk
  bool warn = false;      ///< supported, but G < 0.20
  double largest_supported = 0.0; ///< largest observed time that is supported; 0: none
};

inline constexpr Index fewest_at_risk = 20;
inline constexpr double warn_below_censoring_survival = 0.20;

/// The one gate of measures, studies and triage: is the follow-up long enough for this horizon?
///
/// outcome   pooled over centres; ask again for each arm that is used
/// returns   a value; refusing is the caller's act
/// throws    ConfigError when smallest_censoring_survival is outside [0.05, 1)
/// cost      O(n log n)
[[nodiscard]] HorizonSupport horizon_support(const Outcome& outcome,
                                             const CaseWeights& weights,
                                             double horizon,
                                             double smallest_censoring_survival = 0.10);

} // namespace vigil::survival
