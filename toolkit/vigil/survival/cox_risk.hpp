// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/survival/cox_fit.hpp"

#include <span>
#include <vector>

namespace vigil::survival {

/// Risk with its limits; lower and upper are NaN where the interval is not defined.
struct RiskWithLimits {
  double risk = 0.0, lower = 0.0, upper = 0.0;
};

/// Absolute risk from a Cox model with its delta-method interval.
///
///   risk(t | x)  = 1 - exp(-H(t | x)),   H(t | x) = H0(t) exp(x'b + offset)
///   var(log H)   = V(t) / H0(t)^2 + (x - m(t))' C (x - m(t))
///   limits       = 1 - exp(-exp(log H -+ z sqrt(var(log H))))
///   C     covariance of b;   V(t) = sum over event times u <= t of weight / S(u)^2
///   m(t)  mean of the columns over the risk sets up to t, weighted by the hazard increments
///
/// source   Tsiatis 1981, Ann. Statist. 9:93; Link 1984, Biometrics 40:601 (log(-log) scale);
///          checked by tests/reference/cox_test
class CoxRisk {
public:
  /// One stratum, at its event times (ascending); mean: times x k, one time after another.
  struct Stratum {
    Index level = 0;
    std::vector<double> time, cumulative_hazard, variance, mean;
  };

  CoxRisk(std::vector<double> coefficient,
          std::vector<double> covariance,
          std::vector<Stratum> strata);
  /// columns: as given to fit_cox.
  CoxRisk(const CoxLikelihood& likelihood, const CoxFit& fit, std::span<const double> columns);

  [[nodiscard]] std::span<const double> coefficient() const noexcept { return coefficient_; }
  [[nodiscard]] std::span<const double> covariance() const noexcept { return covariance_; }
  [[nodiscard]] const std::vector<Stratum>& strata() const noexcept { return strata_; }
  /// Number of a stratum's label, no_index when the model has none such.
  [[nodiscard]] Index find_stratum(Index level) const noexcept;
  [[nodiscard]] double linear_predictor(std::span<const double> x) const;
  /// Risk by `horizon` of one subject in stratum number `stratum`, with limits at confidence `level`.
  /// Before the first event time the risk is 0 and has no limits.
  [[nodiscard]] RiskWithLimits at_horizon(std::span<const double> x,
                                          double offset,
                                          Index stratum,
                                          double horizon,
                                          double level = 0.95) const;

private:
  std::vector<double> coefficient_, covariance_;
  std::vector<Stratum> strata_;
};

} // namespace vigil::survival
