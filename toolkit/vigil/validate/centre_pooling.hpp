// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <limits>
#include <span>

namespace vigil {

/// How the variance between centres is estimated.
enum class BetweenVariance { restricted_likelihood, dersimonian_laird, paule_mandel };

/// A random-effects summary of one estimate per centre, on the scale on which the estimates were given.
struct CentrePooling {
  Index centres = 0;
  double mu = std::numeric_limits<double>::quiet_NaN();         ///< mean over centres
  double se = std::numeric_limits<double>::quiet_NaN();         ///< Hartung-Knapp
  double wald_se = std::numeric_limits<double>::quiet_NaN();    ///< 1 / sqrt(sum of the weights)
  double tau2 = std::numeric_limits<double>::quiet_NaN();       ///< variance between centres
  double tau2_lower = std::numeric_limits<double>::quiet_NaN(); ///< Q-profile interval
  double tau2_upper = std::numeric_limits<double>::quiet_NaN();
  double q = std::numeric_limits<double>::quiet_NaN(); ///< Cochran's, on k - 1 degrees of freedom
  double q_p = std::numeric_limits<double>::quiet_NaN();
  double i2 = std::numeric_limits<double>::quiet_NaN(); ///< share of tau2 in the total, 0 to 1
  double lower = std::numeric_limits<double>::quiet_NaN();
  double upper = std::numeric_limits<double>::quiet_NaN();
  double prediction_lower = std::numeric_limits<double>::quiet_NaN(); ///< for a new centre
  double prediction_upper = std::numeric_limits<double>::quiet_NaN();
  bool converged = true;
};

/// Random-effects pooling by restricted maximum likelihood with the Hartung-Knapp interval.
///
///   w_s = 1 / (v_s + tau2),   mu = sum w y / sum w,   tr P = sum w - sum w^2 / sum w
///   tau2 <- max(0, tau2 + (sum w^2 (y - mu)^2 - tr P)
///                         / (sum w^2 - 2 sum w^3 / sum w + (sum w^2 / sum w)^2))     Fisher scoring
///   se^2 = sum w (y - mu)^2 / ((k - 1) sum w),   interval mu +- t_{k-1} se
///   I2   = tau2 / (tau2 + s2),  s2 = (k - 1) sum 1/v / ((sum 1/v)^2 - sum 1/v^2)
///   prediction interval mu +- t_{k-1} sqrt(tau2 + se^2)
///
///   Q    = sum (y - mu)^2 / v at tau2 = 0
///   other estimates of tau2   DerSimonian-Laird max(0, (Q - (k - 1)) / (sum 1/v - sum 1/v^2 / sum 1/v));
///                             Paule-Mandel where Q(tau2) = sum w (y - mu)^2 is k - 1, 0 where it is below at 0
///   Q-profile   the tau2 at which Q(tau2) is the upper and lower (1 - level) / 2 quantile of chi2_{k-1}; 0 where it is below at 0
///
/// estimate  y_s, k centres, k >= 2
/// variance  v_s > 0
/// level     coverage of both intervals, for example 0.95
/// returns   converged = false when Fisher scoring still moves after 1000 steps
/// source    Viechtbauer 2005, J. Educ. Behav. Stat. 30:261; Hartung and Knapp 2001, Stat. Med. 20:3875;
///           Higgins and Thompson 2002, Stat. Med. 21:1539; DerSimonian and Laird 1986, Control. Clin. Trials 7:177; Paule and
///           Mandel 1982, J. Res. Natl. Bur. Stand. 87:377; Viechtbauer 2007, Stat. Med. 26:37 (Q-profile); checked by tests/reference/pooling_test
[[nodiscard]] CentrePooling
pool_centres(std::span<const double> estimate,
             std::span<const double> variance,
             double level,
             BetweenVariance between = BetweenVariance::restricted_likelihood);

} // namespace vigil
