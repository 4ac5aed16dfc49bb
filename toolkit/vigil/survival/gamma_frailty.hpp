// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/outcome.hpp"
#include "vigil/survival/cox_fit.hpp"

#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace vigil::survival {

/// Subjects of clusters that share a hazard ratio of their own. All spans by subject.
struct SharedFrailtyData {
  const SurvivalOutcome& outcome;
  std::span<const double> columns; ///< subjects x k, column after column; no missing values
  std::span<const Index> cluster;  ///< 0 .. clusters - 1
  Index clusters = 0;
  std::span<const Index> stratum = {}; ///< or empty
  std::span<const double> offset = {}; ///< or empty
};

struct GammaFrailtyOptions {
  Ties ties = Ties::efron;
  double level = 0.95;                 ///< of all intervals
  std::optional<double> variance = {}; ///< known, instead of estimated
};

/// What is known of one cluster.
struct ClusterFrailty {
  Index subjects = 0, events = 0;
  double expected = 0.0; ///< events, were its frailty 1
  double frailty = 1.0; ///< mean of its distribution given the data; hazard ratio to a mean cluster
  double lower = unknown, upper = unknown; ///< quantiles of that distribution; NaN where theta is 0

  static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
};

/// Coefficients per unit of the columns as given. Where `reason` is not empty, all below is NaN.
struct GammaFrailty {
  CoxFitStatus status = CoxFitStatus::undefined;
  std::string reason = {};
  double variance = 0.0; ///< theta
  /// By the profile likelihood; NaN where not reached below 100, and where theta is given.
  double variance_lower = ClusterFrailty::unknown, variance_upper = ClusterFrailty::unknown;
  double log_likelihood = 0.0, null_log_likelihood = 0.0; ///< marginal, at theta and at 0
  /// Of theta = 0; NaN where theta is given.
  double likelihood_ratio = ClusterFrailty::unknown, p = ClusterFrailty::unknown;
  std::vector<double> coefficient;            ///< 0 where dropped
  std::vector<double> covariance;             ///< k x k; that theta is estimated is in it
  std::vector<double> conditional_covariance; ///< theta taken as known
  std::vector<Index> dropped;                 ///< collinear or constant columns, ascending
  std::vector<ClusterFrailty> clusters;

  [[nodiscard]] double standard_error(Index column) const;
  [[nodiscard]] double conditional_standard_error(Index column) const;
};

/// Cox model with a gamma frailty shared within clusters: hazard(t | x, cluster g) = z_g h0(t) exp(x'b), z_g independent of mean
/// 1 and variance theta = 1/nu.
///
/// At theta, b and w = log z maximise the penalized partial likelihood l(b, w) + nu sum_g (w_g - exp w_g + 1). Its value there plus
///   sum_g [d_g - (nu + d_g) log(1 + d_g / nu) + sum_{j < d_g} log(1 + j / nu)],   d_g events of cluster g
/// is the marginal likelihood, profiled over b and the baseline (exactly with Breslow's ties), that of the Cox model at theta = 0. theta
/// maximises it over 0 and [1e-4, 100].
///
/// covariance  H^-1 of the penalized likelihood for b, plus (db/dlog theta)^2 over the curvature of the marginal
///             likelihood in log theta: the inverse information of b and theta together
/// p           half the upper tail of chi-square on 1: theta = 0 is the end of its range; 1 where theta is 0
/// cluster     z_g given the data is gamma, shape nu + d_g, mean (nu + d_g) / (nu + expected_g)
/// undefined   no events, no more events than columns, fewer than 2 clusters with subjects, a Cox model that does not
///             converge, a likelihood that still rises at theta = 100
/// cost        about 50 penalized fits, each a few times (rows + event times) (k + clusters)^2
/// source      Klein 1992, Biometrics 48:795; Nielsen, Gill, Andersen, Sorensen 1992, Scand. J. Statist. 19:25; Therneau,
///             Grambsch, Pankratz 2003, J. Comput. Graph. Statist. 12:156; Self, Liang 1987, JASA 82:605;
///             checked by tests/reference/frailty_test, tests/unit/survival/gamma_frailty_test
[[nodiscard]] GammaFrailty fit_gamma_frailty(const SharedFrailtyData& data,
                                             const GammaFrailtyOptions& options = {});

} // namespace vigil::survival
