// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/validate/centre_pooling.hpp"

#include "vigil/numeric/tail.hpp"

#include <algorithm>
#include <cmath>

namespace vigil {

namespace {

/// Sums over centres that all formulas share, at one value of tau2.
struct Sums {
  double w1 = 0.0, w2 = 0.0, w3 = 0.0; ///< sums of w, w^2, w^3
  double mu = 0.0;
  double squares = 0.0;  ///< sum of w (y - mu)^2
  double squares2 = 0.0; ///< sum of w^2 (y - mu)^2
};

Sums sums_at(std::span<const double> estimate, std::span<const double> variance, double tau2) {
  Sums sums;
  double weighted = 0.0;
  for (Index s = 0; s < size_of(estimate); ++s) {
    const double w = 1.0 / (variance[at(s)] + tau2);
    sums.w1 += w;
    sums.w2 += w * w;
    sums.w3 += w * w * w;
    weighted += w * estimate[at(s)];
  }
  sums.mu = weighted / sums.w1;
  for (Index s = 0; s < size_of(estimate); ++s) {
    const double w = 1.0 / (variance[at(s)] + tau2);
    const double deviation = estimate[at(s)] - sums.mu;
    sums.squares += w * deviation * deviation;
    sums.squares2 += w * w * deviation * deviation;
  }
  return sums;
}

/// Moment estimate to start from: variance of the estimates less the mean of their variances.
double starting_tau2(std::span<const double> estimate, std::span<const double> variance) {
  const auto k = static_cast<double>(estimate.size());
  double mean = 0.0, within = 0.0, squares = 0.0;
  for (Index s = 0; s < size_of(estimate); ++s) {
    mean += estimate[at(s)] / k;
    within += variance[at(s)] / k;
  }
  for (const double y : estimate) {
    squares += (y - mean) * (y - mean);
  }
  return std::max(0.0, squares / (k - 1.0) - within);
}

double restricted_likelihood_tau2(std::span<const double> estimate,
                                  std::span<const double> variance,
                                  bool& converged) {
  double tau2 = starting_tau2(estimate, variance);
  for (int step = 0; step < 1000; ++step) {
    const Sums sums = sums_at(estimate, variance, tau2);
    const double score = sums.squares2 - (sums.w1 - sums.w2 / sums.w1);
    const double ratio = sums.w2 / sums.w1;
    const double information = sums.w2 - 2.0 * sums.w3 / sums.w1 + ratio * ratio;
    const double next = std::max(0.0, tau2 + score / information);
    if (std::fabs(next - tau2) <= 1e-14 * std::max(1.0, tau2)) {
      return next;
    }
    tau2 = next;
  }
  converged = false;
  return tau2;
}

/// The tau2 at which Q(tau2) falls to the target; 0 where it is not above it at 0. Q falls and is convex, so that Newton's
/// steps from 0 come from the left and do not pass it; its derivative is -sum w^2 (y - mu)^2.
double tau2_at(std::span<const double> estimate, std::span<const double> variance, double target) {
  double tau2 = 0.0;
  for (int step = 0; step < 1000; ++step) {
    const Sums sums = sums_at(estimate, variance, tau2);
    const double move = (sums.squares - target) / sums.squares2;
    if (!(move > 1e-15 * tau2)) {
      return tau2;
    }
    tau2 += move;
  }
  return tau2;
}

double between_variance(std::span<const double> estimate,
                        std::span<const double> variance,
                        BetweenVariance between,
                        bool& converged) {
  const double freedom = static_cast<double>(estimate.size()) - 1.0;
  if (between == BetweenVariance::dersimonian_laird) {
    const Sums fixed = sums_at(estimate, variance, 0.0);
    return std::max(0.0, (fixed.squares - freedom) / (fixed.w1 - fixed.w2 / fixed.w1));
  }
  return between == BetweenVariance::paule_mandel
             ? tau2_at(estimate, variance, freedom)
             : restricted_likelihood_tau2(estimate, variance, converged);
}

} // namespace

CentrePooling pool_centres(std::span<const double> estimate,
                           std::span<const double> variance,
                           double level,
                           BetweenVariance between) {
  VIGIL_EXPECTS(estimate.size() == variance.size() && estimate.size() >= 2);
  VIGIL_EXPECTS(level > 0.0 && level < 1.0);
  CentrePooling result;
  result.centres = size_of(estimate);
  const auto freedom = static_cast<double>(estimate.size()) - 1.0;
  result.tau2 = between_variance(estimate, variance, between, result.converged);
  const Sums sums = sums_at(estimate, variance, result.tau2);
  const Sums fixed = sums_at(estimate, variance, 0.0);
  const double typical = freedom * fixed.w1 / (fixed.w1 * fixed.w1 - fixed.w2);
  const double quantile = student_t_quantile(0.5 + 0.5 * level, freedom);
  result.q = fixed.squares;
  result.q_p = chi_square_upper(fixed.squares, freedom);
  result.tau2_lower = tau2_at(estimate, variance, chi_square_quantile(0.5 + 0.5 * level, freedom));
  result.tau2_upper = tau2_at(estimate, variance, chi_square_quantile(0.5 - 0.5 * level, freedom));
  result.mu = sums.mu;
  result.wald_se = 1.0 / std::sqrt(sums.w1);
  result.se = std::sqrt(sums.squares / (freedom * sums.w1));
  result.i2 = result.tau2 / (result.tau2 + typical);
  result.lower = result.mu - quantile * result.se;
  result.upper = result.mu + quantile * result.se;
  const double spread = std::sqrt(result.tau2 + result.se * result.se);
  result.prediction_lower = result.mu - quantile * spread;
  result.prediction_upper = result.mu + quantile * spread;
  return result;
}

} // namespace vigil
