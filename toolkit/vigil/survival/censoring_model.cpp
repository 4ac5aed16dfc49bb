// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/survival/censoring_model.hpp"

#include "vigil/base/error.hpp"
#include "vigil/survival/cox_fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vigil::survival {

namespace {

[[noreturn]] void refuse(std::string found, std::string expected) {
  throw InputError({.where = "the Cox model of censoring",
                    .found = std::move(found),
                    .expected = std::move(expected),
                    .remedy = "name other columns, or weigh without a model (censoring marginal)",
                    .problem = "cannot model censoring"});
}

/// Censoring as the event, in steps of time: step 2k + 1 for the k-th distinct time, and 2k for those who had an
/// event there and left first.
SurvivalOutcome
censoring_outcome(const FollowUp& observed, const RiskSets& sets, bool events_first) {
  const auto subjects = at(observed.subjects());
  SurvivalOutcome outcome{.entry = {},
                          .time = std::vector<double>(subjects, 1.0),
                          .event = std::vector<std::uint8_t>(subjects, 0)};
  for (Index k = 0; k < sets.times(); ++k) {
    for (Index member = sets.start[at(k)]; member < sets.start[at(k + 1)]; ++member) {
      const Index subject = sets.subject[at(member)];
      const bool censored = observed.cause[at(subject)] == 0;
      outcome.time[at(subject)] = static_cast<double>(2 * k + (censored || !events_first ? 1 : 0));
      outcome.event[at(subject)] = censored ? 1 : 0;
    }
  }
  return outcome;
}

} // namespace

CensoringModel::CensoringModel(const FollowUp& observed,
                               const CaseWeights& weights,
                               const RiskSets& sets,
                               const CensoringCovariates& covariates,
                               const CensoringModelOptions& options)
    : options_(options), columns_(covariates.columns), covariate_(covariates.value),
      relative_(at(observed.subjects()), std::numeric_limits<double>::quiet_NaN()),
      cumulative_{.before = 0.0, .time = {}, .value = {}} {
  VIGIL_EXPECTS(columns_ > 0 && size_of(covariates.value) == columns_ * observed.subjects());
  for (const Index subject : sets.subject) {
    if (observed.entry_of(subject) > 0.0) {
      refuse("subjects that enter after time 0", "everybody under observation from 0");
    }
  }
  for (Index subject = 0; subject < observed.subjects(); ++subject) {
    censored_.push_back(observed.cause[at(subject)] == 0);
  }
  double total = 0.0;
  for (const Index subject : sets.subject) {
    total += weights[subject];
  }
  for (Index column = 0; column < columns_; ++column) {
    double mean = 0.0;
    for (const Index subject : sets.subject) {
      mean += weights[subject] * covariate(subject, column) / total;
    }
    for (Index subject = 0; subject < observed.subjects(); ++subject) {
      covariate_[at(column * observed.subjects() + subject)] -= mean;
    }
  }
  fit(observed, weights, sets);
  for (Index subject = 0; subject < observed.subjects(); ++subject) {
    double log_hazard = 0.0;
    for (Index column = 0; column < columns_; ++column) {
      log_hazard += coefficient_[at(column)] * covariate(subject, column);
    }
    relative_[at(subject)] = std::exp(log_hazard);
  }
  add_risk_means(weights, sets);
}

void CensoringModel::fit(const FollowUp& observed,
                         const CaseWeights& weights,
                         const RiskSets& sets) {
  coefficient_.assign(at(columns_), 0.0);
  covariance_.assign(at(columns_ * columns_), 0.0);
  const CoxLikelihood likelihood(
      censoring_outcome(observed, sets, options_.events_first), weights, {}, {}, options_.ties);
  if (likelihood.events() == 0) {
    return; // nobody is censored: G = 1
  }
  CoxFitOptions newton;
  newton.iterations = options_.newton_steps > 0 ? options_.newton_steps : newton.iterations;
  const CoxFit fitted = fit_cox(likelihood, covariate_, newton);
  const bool stopped_as_asked =
      options_.newton_steps > 0 && fitted.status == CoxFitStatus::iteration_limit;
  if (fitted.status != CoxFitStatus::converged && !stopped_as_asked) {
    refuse(fitted.reason.empty() ? "no convergence" : fitted.reason, "finite coefficients");
  }
  coefficient_ = fitted.coefficient;
  covariance_ = fitted.covariance;
  const CoxBaseline baseline = likelihood.baseline(fitted.point);
  const StepFunction& steps = baseline.cumulative_hazard.front();
  for (std::size_t k = 0; k < steps.time.size(); ++k) {
    cumulative_.time.push_back(sets.time[at((static_cast<Index>(steps.time[k]) - 1) / 2)]);
    cumulative_.value.push_back(steps.value[k]);
  }
}

void CensoringModel::add_risk_means(const CaseWeights& weights, const RiskSets& sets) {
  at_risk_.assign(at(sets.times()), 0.0);
  mean_.assign(at(columns_ * sets.times()), 0.0);
  double reached = 0.0;
  std::vector<double> sums(at(columns_), 0.0);
  const auto add = [&](Index k, bool censored) {
    for (Index member = sets.start[at(k)]; member < sets.start[at(k + 1)]; ++member) {
      const Index subject = sets.subject[at(member)];
      if (censored_[at(subject)] != censored) {
        continue;
      }
      const double own = weights[subject] * relative_hazard(subject);
      reached += own;
      for (Index column = 0; column < columns_; ++column) {
        sums[at(column)] += own * covariate(subject, column);
      }
    }
  };
  for (Index k = sets.times() - 1; k >= 0; --k) {
    add(k, true);
    if (!options_.events_first) {
      add(k, false);
    }
    at_risk_[at(k)] = reached;
    for (Index column = 0; column < columns_ && reached > 0.0; ++column) {
      mean_[at(column * sets.times() + k)] = sums[at(column)] / reached;
    }
    if (options_.events_first) {
      add(k, false);
    }
  }
}

double CensoringModel::survival_at(Index subject, double t) const {
  return std::exp(-cumulative_(t) * relative_hazard(subject));
}

double CensoringModel::survival_before(Index subject, double t) const {
  return std::exp(-cumulative_.left_limit(t) * relative_hazard(subject));
}

std::vector<double>
CensoringModel::direction(const RiskSets& sets, std::span<const double> q, Index reached) const {
  std::vector<double> slope(at(columns_), 0.0), result(at(columns_), 0.0);
  for (Index column = 0; column < columns_; ++column) {
    for (Index k = 0; k < reached; ++k) {
      if (sets.censored_rows[at(k)] > 0) {
        const double own = q[at((column + 1) * sets.times() + k)];
        const double mean = mean_[at(column * sets.times() + k)];
        slope[at(column)] += sets.censored[at(k)] / at_risk_[at(k)] * (own - mean * q[at(k)]);
      }
    }
  }
  for (Index column = 0; column < columns_; ++column) {
    for (Index other = 0; other < columns_; ++other) {
      result[at(column)] += covariance_[at(column * columns_ + other)] * slope[at(other)];
    }
  }
  return result;
}

std::vector<double> CensoringModel::influence(const RiskSets& sets,
                                              std::span<const double> q,
                                              double horizon,
                                              double total_weight) const {
  VIGIL_EXPECTS(size_of(q) == (columns_ + 1) * sets.times());
  const Index reached = sets.times_until(horizon);
  const auto along = direction(sets, q, reached);
  // Sums over the times before each one: of q_0 dL / S0 within the horizon, of dL, and of dL xbar along the direction.
  std::vector<double> weighed(at(sets.times() + 1), 0.0), hazard = weighed, hazard_mean = weighed;
  std::vector<double> mean_along(at(sets.times()), 0.0);
  for (Index k = 0; k < sets.times(); ++k) {
    for (Index column = 0; column < columns_; ++column) {
      mean_along[at(k)] += along[at(column)] * mean_[at(column * sets.times() + k)];
    }
    const double step =
        sets.censored_rows[at(k)] > 0 ? sets.censored[at(k)] / at_risk_[at(k)] : 0.0;
    const bool within = step > 0.0 && k < reached;
    weighed[at(k + 1)] = weighed[at(k)] + (within ? q[at(k)] * step / at_risk_[at(k)] : 0.0);
    hazard[at(k + 1)] = hazard[at(k)] + step;
    hazard_mean[at(k + 1)] = hazard_mean[at(k)] + step * mean_along[at(k)];
  }
  std::vector<double> term(relative_.size(), 0.0);
  for (Index k = 0; k < sets.times(); ++k) {
    for (Index member = sets.start[at(k)]; member < sets.start[at(k + 1)]; ++member) {
      const Index i = sets.subject[at(member)];
      const bool censored = censored_[at(i)];
      const Index leaves = censored || !options_.events_first ? k + 1 : k;
      double own = 0.0, jump = 0.0;
      for (Index column = 0; column < columns_; ++column) {
        own += along[at(column)] * covariate(i, column);
      }
      if (censored) {
        jump = (k < reached ? q[at(k)] / at_risk_[at(k)] : 0.0) + own - mean_along[at(k)];
      }
      const double drift = weighed[at(leaves)] + own * hazard[at(leaves)] - hazard_mean[at(leaves)];
      term[at(i)] = total_weight * (jump - relative_hazard(i) * drift);
    }
  }
  return term;
}

} // namespace vigil::survival
