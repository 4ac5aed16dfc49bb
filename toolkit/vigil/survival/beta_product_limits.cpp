// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/survival/beta_product_limits.hpp"

#include "vigil/numeric/tail.hpp"
#include "vigil/survival/kaplan_meier.hpp"
#include "vigil/survival/risk_sets.hpp"

#include <limits>

namespace vigil::survival {

namespace {

// First two moments of a product of independent Beta variables.
struct BetaMoments {
  double first = 1.0, second = 1.0;

  void multiply_by_beta(double a, double b) {
    first *= a / (a + b);
    second *= a * (a + 1.0) / ((a + b) * (a + b + 1.0));
  }
};

// First plus second parameter of the Beta variable with these moments; 0: a product without factors, the constant 1.
double matched_size(const BetaMoments& moments) {
  const double variance = moments.second - moments.first * moments.first;
  return moments.first >= 1.0 || variance <= 0.0
             ? 0.0
             : moments.first * (1.0 - moments.first) / variance - 1.0;
}

double matched_quantile(const BetaMoments& moments, double probability) {
  const double size = matched_size(moments);
  return size == 0.0
             ? moments.first
             : beta_quantile(probability, moments.first * size, (1.0 - moments.first) * size);
}

// What the lower limit of S is made of, but for the factor of those beyond the horizon.
struct EventFactors {
  BetaMoments product = {};
  Index events = 0, at_risk = 0;
};

EventFactors event_factors(const RiskSets& sets, double horizon) {
  EventFactors factors;
  const Index next = sets.times_until(horizon);
  for (Index k = 0; k < next; ++k) {
    const Index events = sets.event_rows[at(k)];
    if (events > 0) {
      const Index remaining = sets.rows_at_risk[at(k)] - events;
      factors.product.multiply_by_beta(static_cast<double>(remaining + 1),
                                       static_cast<double>(events));
      factors.events += events;
    }
  }
  factors.at_risk = next < sets.times() ? sets.rows_at_risk[at(next)] : 0;
  return factors;
}

std::string why_undefined(const FollowUp& observed, const CaseWeights& weights) {
  for (const Index i : weights.support()) {
    if (observed.entry_of(i) > 0.0) {
      return "beta-product limits are not defined with delayed entry";
    }
    if (weights.sampling(i) != 1.0) {
      return "beta-product limits count subjects: not defined with sampling weights";
    }
  }
  return weights.support().empty() ? "no subjects" : "";
}

} // namespace

BetaProductLimits beta_product_limits(const Outcome& outcome,
                                      const CaseWeights& weights,
                                      double horizon,
                                      double confidence) {
  VIGIL_EXPECTS(confidence > 0.0 && confidence < 1.0);
  const FollowUp observed = follow_up(outcome);
  BetaProductLimits limits;
  limits.undefined_because = why_undefined(observed, weights);
  if (!limits.undefined_because.empty()) {
    return limits;
  }
  const RiskSets sets = risk_sets(observed, weights);
  auto [product, events, at_risk] = event_factors(sets, horizon);
  limits.events = events;
  limits.at_risk = at_risk;
  limits.risk = 1.0 - kaplan_meier(sets).survival(horizon);
  limits.risk_lower = 1.0 - matched_quantile(product, confidence);
  limits.risk_upper = 1.0;
  if (limits.at_risk > 0) {
    product.multiply_by_beta(static_cast<double>(limits.at_risk), 1.0);
    limits.risk_upper = 1.0 - matched_quantile(product, 1.0 - confidence);
  }
  return limits;
}

double
beta_product_p(const Outcome& outcome, const CaseWeights& weights, double horizon, double risk) {
  VIGIL_EXPECTS(risk > 0.0 && risk < 1.0);
  const FollowUp observed = follow_up(outcome);
  if (!why_undefined(observed, weights).empty()) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  auto [product, events, at_risk] = event_factors(risk_sets(observed, weights), horizon);
  if (at_risk == 0) {
    return 1.0;
  }
  product.multiply_by_beta(static_cast<double>(at_risk), 1.0);
  const double size = matched_size(product);
  return beta_lower(1.0 - risk, product.first * size, (1.0 - product.first) * size);
}

} // namespace vigil::survival
