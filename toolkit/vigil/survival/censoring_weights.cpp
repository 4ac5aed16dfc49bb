// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/survival/censoring_weights.hpp"

#include "vigil/numeric/sums.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace vigil::survival {

namespace {

// Integral of q(u) c(u) / ((Y(u) - d(u))^2 / n) up to and with each distinct time within the horizon.
std::vector<double>
compensator(const RiskSets& sets, std::span<const double> q, double horizon, double total_weight) {
  std::vector<double> reached(at(sets.times() + 1), 0.0);
  for (Index k = 0; k < sets.times(); ++k) {
    const bool counts = sets.time[at(k)] <= horizon && sets.censored_rows[at(k)] > 0;
    const double remaining = sets.after_events[at(k)];
    reached[at(k + 1)] =
        reached[at(k)] +
        (counts ? q[at(k)] * sets.censored[at(k)] * total_weight / (remaining * remaining) : 0.0);
  }
  return reached;
}

} // namespace

StepFunction reverse_kaplan_meier(const RiskSets& sets) {
  StepFunction survival{.before = 1.0, .time = {}, .value = {}};
  double reached = 1.0;
  for (Index k = 0; k < sets.times(); ++k) {
    const Index leaving = sets.censored_rows[at(k)];
    if (leaving == 0) {
      continue;
    }
    const bool everybody = sets.rows_at_risk[at(k)] - sets.event_rows[at(k)] == leaving;
    reached *= everybody ? 0.0 : 1.0 - sets.censored[at(k)] / sets.after_events[at(k)];
    survival.time.push_back(sets.time[at(k)]);
    survival.value.push_back(reached);
  }
  return survival;
}

CensoringWeights::CensoringWeights(const Outcome& outcome,
                                   const CaseWeights& weights,
                                   std::span<const Index> stratum)
    : stratum_(stratum.begin(), stratum.end()) {
  const FollowUp observed = follow_up(outcome);
  VIGIL_EXPECTS(weights.subjects() == observed.subjects());
  entry_.assign(observed.entry.begin(), observed.entry.end());
  time_.assign(observed.time.begin(), observed.time.end());
  case_weight_.assign(weights.values().begin(), weights.values().end());
  place_.assign(time_.size(), no_index);
  before_own_time_.assign(time_.size(), std::numeric_limits<double>::quiet_NaN());
  for (const auto cause : observed.cause) {
    had_event_.push_back(cause != 0);
  }
  for (const auto& members : subjects_by_level(stratum, weights)) {
    sets_.push_back(risk_sets(observed, weights, members));
    const RiskSets& sets = sets_.back();
    total_weight_ += sets.total_weight(weights);
    const StepFunction& survival = censoring_survival_.emplace_back(reverse_kaplan_meier(sets));
    for (Index k = 0; k < sets.times(); ++k) {
      const double before = survival.left_limit(sets.time[at(k)]);
      for (Index member = sets.start[at(k)]; member < sets.start[at(k + 1)]; ++member) {
        const Index subject = sets.subject[at(member)];
        place_[at(subject)] = k;
        before_own_time_[at(subject)] = before;
        delayed_entry_ = delayed_entry_ || observed.entry_of(subject) > 0.0;
      }
    }
  }
}

CensoringWeights::CensoringWeights(const Outcome& outcome,
                                   const CaseWeights& weights,
                                   const CensoringCovariates& covariates,
                                   const CensoringModelOptions& options)
    : CensoringWeights(outcome, weights) {
  model_.emplace(follow_up(outcome), weights, sets_.front(), covariates, options);
  for (const Index subject : sets_.front().subject) {
    before_own_time_[at(subject)] = model_->survival_before(subject, time_[at(subject)]);
  }
}

CensoringWeights CensoringWeights::without_model(const Outcome& outcome,
                                                 const CaseWeights& weights,
                                                 std::string because) {
  CensoringWeights marginal(outcome, weights);
  marginal.unusable_because_ = std::move(because);
  return marginal;
}

double CensoringWeights::survival_at(Index subject, double t) const {
  if (model_) {
    return model_->survival_at(subject, t);
  }
  return censoring_survival(stratum_of(subject))(t);
}

double CensoringWeights::survival_before(Index subject, double t) const {
  if (model_) {
    return model_->survival_before(subject, t);
  }
  return censoring_survival(stratum_of(subject)).left_limit(t);
}

bool CensoringWeights::supports(double horizon) const {
  return std::all_of(censoring_survival_.begin(),
                     censoring_survival_.end(),
                     [horizon](const StepFunction& survival) { return survival(horizon) > 0.0; });
}

std::vector<double> CensoringWeights::weights_at(double horizon) const {
  VIGIL_EXPECTS(supports(horizon));
  std::vector<double> at_horizon;
  for (const auto& survival : censoring_survival_) {
    at_horizon.push_back(survival(horizon));
  }
  std::vector<double> weight(time_.size(), 0.0);
  for (Index i = 0; i < subjects(); ++i) {
    if (place_[at(i)] == no_index) {
      continue;
    }
    if (time_[at(i)] > horizon) {
      weight[at(i)] =
          1.0 / (model_ ? model_->survival_at(i, horizon) : at_horizon[at(stratum_of(i))]);
    } else if (had_event_[at(i)]) {
      weight[at(i)] = 1.0 / before_own_time_[at(i)];
    }
  }
  if (!delayed_entry_ && !model_) {
    check_mean_weight(weight);
  }
  return weight;
}

void CensoringWeights::check_mean_weight(std::span<const double> weight) const {
  for (const RiskSets& sets : sets_) {
    std::vector<double> drawn, found;
    for (const Index subject : sets.subject) {
      drawn.push_back(case_weight_[at(subject)]);
      found.push_back(weight[at(subject)]);
    }
    const double total = sum(drawn);
    const double rounding =
        std::numeric_limits<double>::epsilon() * static_cast<double>(sets.times());
    VIGIL_ENSURES(std::fabs(dot(drawn, found) - total) <= std::max(1e-12, rounding) * total);
  }
}

double CensoringWeights::mean_weight(double horizon) const {
  return dot(case_weight_, weights_at(horizon)) / total_weight_;
}

std::vector<double>
CensoringWeights::martingale_term(std::span<const std::vector<double>> q_by_stratum,
                                  double horizon) const {
  VIGIL_EXPECTS(size_of(q_by_stratum) == strata());
  if (model_) {
    return model_->influence(sets_.front(), q_by_stratum.front(), horizon, total_weight_);
  }
  std::vector<double> term(time_.size(), 0.0);
  for (Index s = 0; s < strata(); ++s) {
    const RiskSets& sets = sets_[at(s)];
    const auto& q = q_by_stratum[at(s)];
    VIGIL_EXPECTS(size_of(q) == sets.times());
    const auto reached = compensator(sets, q, horizon, total_weight_);
    for (const Index i : sets.subject) {
      const Index place = place_[at(i)];
      const bool censored = !had_event_[at(i)];
      const Index entered = delayed_entry_ ? sets.times_until(entry_[at(i)]) : 0;
      const Index leaves = censored ? place + 1 : place;
      const double jump = censored && time_[at(i)] <= horizon
                              ? q[at(place)] * total_weight_ / sets.after_events[at(place)]
                              : 0.0;
      term[at(i)] = jump - (reached[at(leaves)] - reached[at(entered)]);
    }
  }
  return term;
}

std::span<const double> CensoringWeights::distinct_times(Index stratum) const {
  return sets_[at(stratum)].time;
}

} // namespace vigil::survival
