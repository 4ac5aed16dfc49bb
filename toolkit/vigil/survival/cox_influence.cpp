// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/survival/cox_influence.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::survival {

namespace {

/// Number of event times at or before t.
Index places_until(std::span<const double> times, double t) {
  return std::upper_bound(times.begin(), times.end(), t) - times.begin();
}

/// C (by_coefficient - by_hazard M(t)).
std::vector<double>
direction(const CoxFit& fit, const CoxRisk::Stratum& base, Index reached, const CoxSlope& slope) {
  const Index order = size_of(fit.coefficient);
  std::vector<double> gradient = slope.by_coefficient;
  for (Index column = 0; column < order && reached > 0; ++column) {
    gradient[at(column)] -= slope.by_hazard * base.mean[at((reached - 1) * order + column)] *
                            base.cumulative_hazard[at(reached - 1)];
  }
  std::vector<double> along(at(order), 0.0);
  for (Index column = 0; column < order; ++column) {
    for (Index other = 0; other < order; ++other) {
      along[at(column)] += fit.covariance[at(column * order + other)] * gradient[at(other)];
    }
  }
  return along;
}

/// Events at each event time.
std::vector<double> events_by_time(const CoxLikelihood& likelihood,
                                   const SurvivalOutcome& outcome,
                                   const CoxRisk::Stratum& base) {
  std::vector<double> events(base.time.size(), 0.0);
  for (const Index subject : likelihood.subjects()) {
    if (outcome.event[at(subject)] != 0) {
      events[at(places_until(base.time, outcome.time[at(subject)]) - 1)] += 1.0;
    }
  }
  return events;
}

} // namespace

std::vector<double> cox_influence(const CoxLikelihood& likelihood,
                                  const CoxFit& fit,
                                  const SurvivalOutcome& outcome,
                                  std::span<const double> columns,
                                  const CoxSlope& slope) {
  VIGIL_EXPECTS(likelihood.strata() == 1 && slope.by_coefficient.size() == fit.coefficient.size());
  const CoxRisk risk(likelihood, fit, columns);
  const CoxRisk::Stratum& base = risk.strata().front();
  const Index reached = places_until(base.time, slope.horizon),
              subjects = likelihood.subjects_in_cohort();
  const auto along = direction(fit, base, reached, slope);
  const auto events = events_by_time(likelihood, outcome, base);
  std::vector<double> projected, eta;
  for (const Index subject : likelihood.subjects()) {
    double value = 0.0, own = 0.0;
    for (Index column = 0; column < size_of(along); ++column) {
      const double x = columns[at(column * subjects + subject)];
      value += along[at(column)] * x;
      own += fit.coefficient[at(column)] * x;
    }
    projected.push_back(value);
    eta.push_back(own);
  }
  const auto residual = likelihood.score_residuals(fit.point, projected);
  std::vector<double> influence(at(subjects), 0.0);
  for (Index row = 0; row < likelihood.rows(); ++row) {
    const Index subject = likelihood.subjects()[at(row)];
    const Index own = places_until(base.time, outcome.time[at(subject)]),
                last = std::min(own, reached);
    double hazard = last > 0 ? -std::exp(eta[at(row)]) * base.variance[at(last - 1)] : 0.0;
    if (outcome.event[at(subject)] != 0 && own <= reached) {
      const double before = own > 1 ? base.cumulative_hazard[at(own - 2)] : 0.0;
      hazard += (base.cumulative_hazard[at(own - 1)] - before) / events[at(own - 1)];
    }
    influence[at(subject)] = residual[at(row)] + slope.by_hazard * hazard;
  }
  return influence;
}

} // namespace vigil::survival
