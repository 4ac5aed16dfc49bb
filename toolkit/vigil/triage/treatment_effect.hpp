// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/triage/treatment_models.hpp"

#include <limits>
#include <string>
#include <vector>

namespace vigil::triage {

/// A risk with what each subject adds to its error: se^2 = sum of influence^2.
struct InfluencedRisk {
  double value = 0.0;
  std::vector<double> influence = {};

  [[nodiscard]] double se() const;
};

/// Risk by the horizon if everybody were treated, or nobody; V = 1(T <= t, event) / G(T-), p_a the probability of arm a.
///
///   g_formula  mean Q_a                                                       right where the outcome model is
///   iptw       mean 1(A = a) V / p_a                                          right where propensity and censoring models are
///   aiptw      mean {Q_a + 1(A = a)/p_a (V + augmentation - Q_a)}             right where either of these is
///   overlap    sum_{A = a} (1 - p_a) V / sum_{A = a} (1 - p_a)                as iptw, of those who could have got either
///
/// influence  of the subjects' own values and of every model that is estimated; of aiptw that of its values alone, to which
///            the models add nothing where all are right
/// source     Robins 1986; Robins and Rotnitzky 1992; Ozenne, Scheike, Staerk, Gerds 2020, Biom. J. 62:751; Li, Morgan, Zaslavsky 2018,
///            JASA 113:390 (overlap); checked by tests/reference/treatment_effect_test
[[nodiscard]] InfluencedRisk g_formula(const TreatmentModels& models, bool treated, double horizon);
[[nodiscard]] InfluencedRisk iptw(const TreatmentModels& models, bool treated, double horizon);
[[nodiscard]] InfluencedRisk
overlap_weighted(const TreatmentModels& models, bool treated, double horizon);
/// The values whose mean is aiptw.
[[nodiscard]] std::vector<double>
augmented_scores(const TreatmentModels& models, bool treated, double horizon);
/// Their mean with its influence; of any choice of arms, also of a rule.
[[nodiscard]] InfluencedRisk mean_score(std::vector<double> scores);

/// One line of effect.tsv.
struct EffectRow {
  double horizon = 0.0;
  std::string estimator = {}, quantity = {};
  double estimate = std::numeric_limits<double>::quiet_NaN();
  double se = std::numeric_limits<double>::quiet_NaN();
  double lower = std::numeric_limits<double>::quiet_NaN();
  double upper = std::numeric_limits<double>::quiet_NaN();
  double p = std::numeric_limits<double>::quiet_NaN(); ///< of no difference
  /// Of a ratio of risks (VanderWeele and Ding 2017): of the estimate, and of the limit nearer to 1.
  double e_value = std::numeric_limits<double>::quiet_NaN();
  double e_value_limit = std::numeric_limits<double>::quiet_NaN();
};

/// risk_untreated, risk_treated, risk_difference (treated - untreated), risk_ratio. Limits: estimate -+ z se; of the ratio on
/// the log scale, its se too. A risk that is not positive has no ratio.
[[nodiscard]] std::vector<EffectRow> effect_rows(const std::string& estimator,
                                                 const InfluencedRisk& untreated,
                                                 const InfluencedRisk& treated,
                                                 double horizon,
                                                 double level);
[[nodiscard]] EffectRow
effect_row(const std::string& estimator, const InfluencedRisk& risk, double level);
/// The influence summed within groups of rows that depend on each other (Liang and Zeger 1986); level: a group for each subject.
[[nodiscard]] InfluencedRisk grouped(const InfluencedRisk& risk, std::span<const Index> level);
[[nodiscard]] InfluencedRisk difference(const InfluencedRisk& left, const InfluencedRisk& right);

/// How strongly something unmeasured would have to be tied to both treatment and event, as a risk ratio, to explain `ratio` away:
/// r + sqrt(r (r - 1)) with r = max(ratio, 1 / ratio).
[[nodiscard]] double e_value(double ratio);

} // namespace vigil::triage
