// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/triage/treatment_models.hpp"

#include "vigil/base/error.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace vigil::triage {

namespace {

/// The treatment, then the columns, each less its mean.
std::vector<double> centred_columns(const TreatedCohort& cohort, std::vector<double>& mean) {
  const Index subjects = cohort.subjects();
  std::vector<double> columns(cohort.treated.begin(), cohort.treated.end());
  columns.insert(columns.end(), cohort.risk.value.begin(), cohort.risk.value.end());
  for (Index column = 0; column <= cohort.risk.columns; ++column) {
    const auto values = std::span<double>(columns).subspan(at(column * subjects), at(subjects));
    double total = 0.0;
    for (const double value : values) {
      total += value;
    }
    mean.push_back(total / static_cast<double>(subjects));
    for (double& value : values) {
      value -= mean.back();
    }
  }
  return columns;
}

survival::CensoringWeights censoring_of(const TreatedCohort& cohort,
                                        const CaseWeights& train,
                                        const survival::CensoringModelOptions& options) {
  if (cohort.censoring.columns == 0) {
    return {cohort.outcome, train};
  }
  return {cohort.outcome,
          train,
          {.value = cohort.censoring.value, .columns = cohort.censoring.columns},
          options};
}

/// The logistic model of those with weight.
LogisticFit propensity_of(const TreatedCohort& cohort, const CaseWeights& train) {
  std::vector<double> columns;
  std::vector<std::uint8_t> treated;
  for (Index column = 0; column < cohort.propensity.columns; ++column) {
    for (const Index subject : train.support()) {
      columns.push_back(cohort.propensity.at_subject(subject, column));
    }
  }
  for (const Index subject : train.support()) {
    treated.push_back(cohort.treated[at(subject)]);
  }
  return {columns, treated};
}

/// e(x) of everybody.
std::vector<double> probabilities(const TreatedCohort& cohort, const LogisticFit& fit) {
  if (!fit.undefined_because().empty() || size_of(fit.probability()) == cohort.subjects()) {
    return {fit.probability().begin(), fit.probability().end()};
  }
  const auto coefficient = fit.coefficient();
  std::vector<double> probability;
  for (Index subject = 0; subject < cohort.subjects(); ++subject) {
    double log_odds = coefficient.front();
    for (Index column = 0; column < cohort.propensity.columns; ++column) {
      log_odds += coefficient[at(column + 1)] * cohort.propensity.at_subject(subject, column);
    }
    probability.push_back(1.0 / (1.0 + std::exp(-log_odds)));
  }
  return probability;
}

void refuse_unless(bool usable,
                   const std::string& where,
                   const std::string& found,
                   const char* expected) {
  if (!usable) {
    throw InputError({.where = where,
                      .found = found,
                      .expected = expected,
                      .remedy = "name fewer or other columns",
                      .problem = "cannot estimate the effect of the treatment"});
  }
}

} // namespace

TreatmentModels::TreatmentModels(TreatedCohort cohort, const TreatmentModelOptions& options)
    : TreatmentModels(std::move(cohort), options, CaseWeights::ones(size_of(cohort.treated))) {}

TreatmentModels::TreatmentModels(TreatedCohort cohort,
                                 const TreatmentModelOptions& options,
                                 const CaseWeights& train)
    : cohort_(std::move(cohort)), options_(options), train_(train),
      outcome_columns_(centred_columns(cohort_, outcome_mean_)),
      likelihood_(cohort_.outcome, train_, {}, {}, options.ties),
      outcome_fit_(survival::fit_cox(likelihood_, outcome_columns_)),
      propensity_(propensity_of(cohort_, train_)),
      probability_(probabilities(cohort_, propensity_)),
      censoring_(censoring_of(cohort_, train_, options.censoring)) {
  refuse_unless(outcome_fit_.status == survival::CoxFitStatus::converged,
                "the Cox model of the outcome" + options.fitted_to,
                outcome_fit_.reason.empty() ? "no convergence" : outcome_fit_.reason,
                "finite coefficients");
  refuse_unless(propensity_.undefined_because().empty(),
                "the logistic model of the treatment" + options.fitted_to,
                propensity_.undefined_because(),
                "treated and untreated subjects that the columns do not tell apart");
  baseline_ = likelihood_.baseline(outcome_fit_.point).cumulative_hazard.front();
}

double TreatmentModels::arm_probability(Index subject, bool treated) const {
  const double probability = probability_[at(subject)];
  return treated ? probability : 1.0 - probability;
}

double TreatmentModels::linear_predictor(Index subject, bool treated) const {
  double value = outcome_fit_.coefficient.front() * ((treated ? 1.0 : 0.0) - outcome_mean_.front());
  for (Index column = 1; column <= cohort_.risk.columns; ++column) {
    value +=
        outcome_fit_.coefficient[at(column)] * outcome_columns_[at(column * subjects() + subject)];
  }
  return value;
}

std::vector<double> TreatmentModels::cumulative_hazard(bool treated, double t) const {
  std::vector<double> hazard;
  const double baseline = baseline_(t);
  for (Index subject = 0; subject < subjects(); ++subject) {
    hazard.push_back(baseline * std::exp(linear_predictor(subject, treated)));
  }
  return hazard;
}

std::vector<double> TreatmentModels::weighted_events(double horizon) const {
  std::vector<double> value(at(subjects()), 0.0);
  for (Index subject = 0; subject < subjects(); ++subject) {
    const double time = cohort_.outcome.time[at(subject)];
    if (cohort_.outcome.event[at(subject)] != 0 && time <= horizon) {
      value[at(subject)] = 1.0 / censoring_.survival_before(subject, time);
    }
  }
  return value;
}

std::vector<TreatmentModels::CensoringStep> TreatmentModels::censoring_steps(double horizon) const {
  std::vector<double> times;
  for (Index subject = 0; subject < subjects(); ++subject) {
    const double time = cohort_.outcome.time[at(subject)];
    if (cohort_.outcome.event[at(subject)] == 0 && time <= horizon) {
      times.push_back(time);
    }
  }
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  std::vector<CensoringStep> steps;
  const double at_horizon = baseline_(horizon);
  double before = 0.0;
  for (const double time : times) {
    const double after = censoring_.depends_on_covariates()
                             ? censoring_.model().cumulative_hazard(time)
                             : -std::log(censoring_.censoring_survival()(time));
    steps.push_back({.time = time,
                     .before = before,
                     .after = after,
                     .event_hazard_left = at_horizon - baseline_(time)});
    before = after;
  }
  return steps;
}

std::vector<double> TreatmentModels::censoring_augmentation(double horizon) const {
  const auto steps = censoring_steps(horizon);
  const bool modelled = censoring_.depends_on_covariates();
  const bool events_first = !modelled || options_.censoring.events_first;
  std::vector<double> result;
  for (Index subject = 0; subject < subjects(); ++subject) {
    const double own = cohort_.outcome.time[at(subject)];
    const bool censored = cohort_.outcome.event[at(subject)] == 0;
    const double relative = std::exp(linear_predictor(subject, cohort_.treated[at(subject)] != 0));
    const double leaves = modelled ? censoring_.model().relative_hazard(subject) : 1.0;
    double total = 0.0;
    for (const CensoringStep& step : steps) {
      if (step.time > own || (step.time == own && !censored && events_first)) {
        break;
      }
      const double hazard = leaves * (step.after - step.before);
      const double drift = modelled ? hazard : -std::expm1(-hazard); // Kaplan-Meier: c / (Y - d)
      const double event_risk = -std::expm1(-relative * step.event_hazard_left);
      const double jump = censored && step.time == own ? 1.0 : 0.0;
      const double divisor = options_.censoring_before ? step.before : step.after;
      total += event_risk * std::exp(leaves * divisor) * (jump - drift);
    }
    result.push_back(total);
  }
  return result;
}

std::vector<double> TreatmentModels::outcome_influence(bool treated,
                                                       double horizon,
                                                       std::span<const double> by_hazard) const {
  survival::CoxSlope slope{.horizon = horizon, .by_hazard = 0.0, .by_coefficient = {}};
  slope.by_coefficient.assign(outcome_fit_.coefficient.size(), 0.0);
  const double baseline = baseline_(horizon);
  for (Index subject = 0; subject < subjects(); ++subject) {
    const double own = by_hazard[at(subject)] * std::exp(linear_predictor(subject, treated));
    slope.by_hazard += own;
    slope.by_coefficient.front() +=
        own * baseline * ((treated ? 1.0 : 0.0) - outcome_mean_.front());
    for (Index column = 1; column <= cohort_.risk.columns; ++column) {
      slope.by_coefficient[at(column)] +=
          own * baseline * outcome_columns_[at(column * subjects() + subject)];
    }
  }
  return survival::cox_influence(
      likelihood_, outcome_fit_, cohort_.outcome, outcome_columns_, slope);
}

std::vector<double> TreatmentModels::censoring_influence(std::span<const double> carried,
                                                         double horizon) const {
  const Index times = size_of(censoring_.distinct_times());
  std::vector<double> beyond(at(times * censoring_.carried_factors()), 0.0);
  const auto events = weighted_events(horizon);
  for (Index subject = 0; subject < subjects(); ++subject) {
    const Index place = censoring_.place_of(subject);
    for (Index factor = 0; factor < censoring_.carried_factors() && place > 0; ++factor) {
      beyond[at(factor * times + place - 1)] += carried[at(subject)] * events[at(subject)] *
                                                censoring_.carried_factor(subject, factor) /
                                                static_cast<double>(subjects());
    }
  }
  for (Index factor = 0; factor < censoring_.carried_factors(); ++factor) {
    for (Index k = times - 2; k >= 0; --k) {
      beyond[at(factor * times + k)] += beyond[at(factor * times + k + 1)];
    }
  }
  const std::vector<std::vector<double>> by_stratum{std::move(beyond)};
  auto term = censoring_.martingale_term(by_stratum, horizon);
  for (double& value : term) {
    value /= static_cast<double>(subjects());
  }
  return term;
}

} // namespace vigil::triage
