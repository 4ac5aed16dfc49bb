// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/survival/beta_product_limits.hpp"

#include "vigil/numeric/tail.hpp"
#include "vigil/survival/kaplan_meier.hpp"
#include "vigil/survival/risk_sets.hpp"

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

// Quantile of the Beta variable with these moments; a product without factors is the constant 1.
double matched_quantile(const BetaMoments& moments, double probability) {
  const double variance = moments.second - moments.first * moments.first;
  if (moments.first >= 1.0 || variance <= 0.0) {
    return moments.first;
  }
  const double size = moments.first * (1.0 - moments.first) / variance - 1.0;
  return beta_quantile(probability, moments.first * size, (1.0 - moments.first) * size);
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
  BetaMoments product;
  for (Index k = 0; k < sets.times_until(horizon); ++k) {
    const Index events = sets.event_rows[at(k)];
    if (events > 0) {
      const Index remaining = sets.rows_at_risk[at(k)] - events;
      product.multiply_by_beta(static_cast<double>(remaining + 1), static_cast<double>(events));
      limits.events += events;
    }
  }
  const Index next = sets.times_until(horizon);
  limits.at_risk = next < sets.times() ? sets.rows_at_risk[at(next)] : 0;
  limits.risk = 1.0 - kaplan_meier(sets).survival(horizon);
  limits.risk_lower = 1.0 - matched_quantile(product, confidence);
  limits.risk_upper = 1.0;
  if (limits.at_risk > 0) {
    product.multiply_by_beta(static_cast<double>(limits.at_risk), 1.0);
    limits.risk_upper = 1.0 - matched_quantile(product, 1.0 - confidence);
  }
  return limits;
}

} // namespace vigil::survival
