// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/triage/treatment_effect.hpp"

#include "vigil/numeric/sums.hpp"
#include "vigil/numeric/tail.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace vigil::triage {

namespace {

void add(std::span<const double> part, std::vector<double>& influence) {
  for (std::size_t subject = 0; subject < influence.size(); ++subject) {
    influence[subject] += part[subject];
  }
}

/// sum of weight V / sum of weight in an arm, or divided by n; weight and its derivative by the linear predictor of e.
struct ArmWeights {
  std::vector<double> weight, slope;
};

InfluencedRisk weighted_mean(const TreatmentModels& models,
                             const ArmWeights& arm,
                             double horizon,
                             bool normalised) {
  const auto value = models.weighted_events(horizon);
  const auto n = static_cast<double>(models.subjects());
  const double divisor = normalised ? sum(arm.weight) : n;
  InfluencedRisk risk{.value = dot(arm.weight, value) / divisor, .influence = {}};
  std::vector<double> slope, carried;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const double own = normalised ? arm.weight[i] * (value[i] - risk.value)
                                  : arm.weight[i] * value[i] - risk.value;
    risk.influence.push_back(own / divisor);
    slope.push_back(arm.slope[i] * (normalised ? value[i] - risk.value : value[i]) / divisor);
    carried.push_back(arm.weight[i] * n / divisor);
  }
  add(models.propensity().influence(slope), risk.influence);
  add(models.censoring_influence(carried, horizon), risk.influence);
  return risk;
}

} // namespace

double InfluencedRisk::se() const {
  return std::sqrt(dot(influence, influence));
}

InfluencedRisk g_formula(const TreatmentModels& models, bool treated, double horizon) {
  const auto n = static_cast<double>(models.subjects());
  std::vector<double> risk, by_hazard;
  for (const double hazard : models.cumulative_hazard(treated, horizon)) {
    risk.push_back(-std::expm1(-hazard));
    by_hazard.push_back(std::exp(-hazard) / n);
  }
  InfluencedRisk result = mean_score(std::move(risk));
  add(models.outcome_influence(treated, horizon, by_hazard), result.influence);
  return result;
}

InfluencedRisk iptw(const TreatmentModels& models, bool treated, double horizon) {
  ArmWeights arm;
  for (Index subject = 0; subject < models.subjects(); ++subject) {
    const double probability = models.arm_probability(subject, treated);
    const double in = models.in_arm(subject, treated) ? 1.0 : 0.0;
    arm.weight.push_back(in / probability);
    arm.slope.push_back((treated ? -in : in) * (1.0 - probability) / probability);
  }
  return weighted_mean(models, arm, horizon, false);
}

InfluencedRisk overlap_weighted(const TreatmentModels& models, bool treated, double horizon) {
  ArmWeights arm;
  for (Index subject = 0; subject < models.subjects(); ++subject) {
    const double probability = models.arm_probability(subject, treated);
    const double in = models.in_arm(subject, treated) ? 1.0 : 0.0;
    arm.weight.push_back(in * (1.0 - probability));
    arm.slope.push_back((treated ? -in : in) * probability * (1.0 - probability));
  }
  return weighted_mean(models, arm, horizon, true);
}

std::vector<double> augmented_scores(const TreatmentModels& models, bool treated, double horizon) {
  const auto value = models.weighted_events(horizon);
  const auto augmentation = models.censoring_augmentation(horizon);
  std::vector<double> scores;
  Index subject = 0;
  for (const double hazard : models.cumulative_hazard(treated, horizon)) {
    const double risk = -std::expm1(-hazard);
    const double observed = value[at(subject)] + augmentation[at(subject)] - risk;
    scores.push_back(risk + (models.in_arm(subject, treated)
                                 ? observed / models.arm_probability(subject, treated)
                                 : 0.0));
    ++subject;
  }
  return scores;
}

InfluencedRisk mean_score(std::vector<double> scores) {
  const auto n = static_cast<double>(scores.size());
  const double mean = sum(scores) / n;
  InfluencedRisk result{.value = mean, .influence = std::move(scores)};
  for (double& own : result.influence) {
    own = (own - result.value) / n;
  }
  return result;
}

InfluencedRisk difference(const InfluencedRisk& left, const InfluencedRisk& right) {
  InfluencedRisk result = left;
  result.value -= right.value;
  for (std::size_t subject = 0; subject < result.influence.size(); ++subject) {
    result.influence[subject] -= right.influence[subject];
  }
  return result;
}

InfluencedRisk grouped(const InfluencedRisk& risk, std::span<const Index> level) {
  const Index groups = level.empty() ? 0 : *std::max_element(level.begin(), level.end()) + 1;
  InfluencedRisk result{.value = risk.value, .influence = {}};
  result.influence.assign(at(groups), 0.0);
  for (std::size_t subject = 0; subject < level.size(); ++subject) {
    result.influence[at(level[subject])] += risk.influence[subject];
  }
  return result;
}

EffectRow effect_row(const std::string& estimator, const InfluencedRisk& risk, double level) {
  const double se = risk.se(), reach = normal_quantile(0.5 + level / 2.0) * se;
  return {.estimator = estimator,
          .estimate = risk.value,
          .se = se,
          .lower = risk.value - reach,
          .upper = risk.value + reach};
}

double e_value(double ratio) {
  const double above = ratio < 1.0 ? 1.0 / ratio : ratio;
  return above + std::sqrt(above * (above - 1.0));
}

std::vector<EffectRow> effect_rows(const std::string& estimator,
                                   const InfluencedRisk& untreated,
                                   const InfluencedRisk& treated,
                                   double horizon,
                                   double level) {
  const InfluencedRisk change = difference(treated, untreated);
  std::vector<EffectRow> rows{effect_row(estimator, untreated, level),
                              effect_row(estimator, treated, level),
                              effect_row(estimator, change, level),
                              {.estimator = estimator}};
  rows[0].quantity = "risk_untreated";
  rows[1].quantity = "risk_treated";
  rows[2].quantity = "risk_difference";
  rows[3].quantity = "risk_ratio";
  rows[2].p = two_sided_normal_p(change.value / rows[2].se);
  if (treated.value > 0.0 && untreated.value > 0.0) {
    InfluencedRisk log_ratio{.value = std::log(treated.value / untreated.value),
                             .influence = treated.influence};
    for (std::size_t i = 0; i < log_ratio.influence.size(); ++i) {
      log_ratio.influence[i] =
          treated.influence[i] / treated.value - untreated.influence[i] / untreated.value;
    }
    EffectRow& row = rows[3];
    row = effect_row(estimator, log_ratio, level);
    row.quantity = "risk_ratio";
    row.p = two_sided_normal_p(row.estimate / row.se);
    row.estimate = std::exp(row.estimate);
    row.lower = std::exp(row.lower);
    row.upper = std::exp(row.upper);
    row.e_value = e_value(row.estimate);
    const double nearer = row.estimate < 1.0 ? row.upper : row.lower;
    row.e_value_limit = (row.estimate < 1.0) == (nearer < 1.0) ? e_value(nearer) : 1.0;
  }
  for (EffectRow& row : rows) {
    row.horizon = horizon;
  }
  return rows;
}

} // namespace vigil::triage
