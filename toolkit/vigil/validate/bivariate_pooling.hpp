// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"
#include "vigil/numeric/bivariate_t.hpp"

#include <limits>
#include <span>

namespace vigil {

/// Two estimates of one centre, and their covariance within it.
struct EstimatePair {
  double first = 0.0, second = 0.0;
  Symmetric2 variance = {};
};

/// A random-effects summary of two estimates per centre.
struct BivariatePooling {
  Index centres = 0;
  double mu_first = std::numeric_limits<double>::quiet_NaN();
  double mu_second = std::numeric_limits<double>::quiet_NaN();
  Symmetric2 between =
      {}; ///< T, covariance between centres; it may lie on the bound of the covariances
  Symmetric2 mu_variance = {}; ///< H2 (sum W)^-1, Jackson and Riley's
  double log_likelihood =
      std::numeric_limits<double>::quiet_NaN(); ///< restricted, without constant
  bool converged = true;
};

/// Bivariate random-effects pooling by restricted maximum likelihood.
///
///   y_s ~ N(mu, T + S_s),  W_s = (T + S_s)^-1,  mu = (sum W)^-1 sum W y
///   minimised over T:  {sum log|T + S_s| + sum (y - mu)' W (y - mu) + log|sum W|} / 2
///   var(mu) = H2 (sum W)^-1,  H2 = sum (y - mu)' W (y - mu) / (2 (k - 1))
///
/// T = L L' with L lower triangular, so that a variance of 0 and a correlation of 1 between centres are points like others;
/// Newton's steps with the exact curvature from four starts, the best is kept.
///
/// pairs      k >= 2; S_s positive definite
/// returns    converged = false when the best start still moves after 200 steps
/// cost       O(k) a step
/// source     Jackson, Riley and White 2011, Stat. Med. 30:2481; Jackson and Riley 2014, Stat. Med. 33:541 (H2);
///            checked by tests/reference/new_centre_test against metafor and a restricted likelihood of its own in R
[[nodiscard]] BivariatePooling pool_centres(std::span<const EstimatePair> pairs);

} // namespace vigil
