// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/survival/cox_risk.hpp"

#include "vigil/numeric/sums.hpp"
#include "vigil/numeric/tail.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace vigil::survival {

CoxRisk::CoxRisk(std::vector<double> coefficient,
                 std::vector<double> covariance,
                 std::vector<Stratum> strata)
    : coefficient_(std::move(coefficient)), covariance_(std::move(covariance)),
      strata_(std::move(strata)) {
  VIGIL_EXPECTS(covariance_.size() == coefficient_.size() * coefficient_.size());
}

CoxRisk::CoxRisk(const CoxLikelihood& likelihood,
                 const CoxFit& fit,
                 std::span<const double> columns)
    : coefficient_(fit.coefficient), covariance_(fit.covariance) {
  const Index order = size_of(coefficient_);
  const std::vector<double> rows = gather_rows(likelihood, columns, order);
  CoxBaseline baseline = likelihood.baseline(fit.point);
  for (Index number = 0; number < likelihood.strata(); ++number) {
    auto moments = likelihood.baseline_moments(number, fit.point, rows);
    StepFunction& hazard = baseline.cumulative_hazard[at(number)];
    const Index times = size_of(hazard.time);
    for (Index time = 1; time < times; ++time) {
      moments.variance[at(time)] += moments.variance[at(time - 1)];
      for (Index column = 0; column < order; ++column) {
        moments.mean[at(time * order + column)] += moments.mean[at((time - 1) * order + column)];
      }
    }
    for (Index time = 0; time < times; ++time) {
      for (Index column = 0; column < order; ++column) {
        moments.mean[at(time * order + column)] /= hazard.value[at(time)];
      }
    }
    strata_.push_back({.level = baseline.level[at(number)],
                       .time = std::move(hazard.time),
                       .cumulative_hazard = std::move(hazard.value),
                       .variance = std::move(moments.variance),
                       .mean = std::move(moments.mean)});
  }
}

Index CoxRisk::find_stratum(Index level) const noexcept {
  const auto found = std::find_if(strata_.begin(), strata_.end(), [&](const Stratum& stratum) {
    return stratum.level == level;
  });
  return found == strata_.end() ? no_index : found - strata_.begin();
}

double CoxRisk::linear_predictor(std::span<const double> x) const {
  return dot(coefficient_, x);
}

RiskWithLimits CoxRisk::at_horizon(
    std::span<const double> x, double offset, Index stratum, double horizon, double level) const {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const Stratum& base = strata_[at(stratum)];
  const Index place =
      std::upper_bound(base.time.begin(), base.time.end(), horizon) - base.time.begin() - 1;
  const double eta = linear_predictor(x) + offset;
  if (!std::isfinite(eta)) {
    return {nan, nan, nan};
  }
  if (place < 0) {
    return {0.0, nan, nan};
  }
  const Index order = size_of(coefficient_);
  const double hazard = base.cumulative_hazard[at(place)];
  double variance = base.variance[at(place)] / (hazard * hazard);
  for (Index column = 0; column < order; ++column) {
    const double left = x[at(column)] - base.mean[at(place * order + column)];
    for (Index other = 0; other < order; ++other) {
      const double right = x[at(other)] - base.mean[at(place * order + other)];
      variance += left * covariance_[at(column * order + other)] * right;
    }
  }
  const double reach = normal_quantile(0.5 + level / 2.0) * std::sqrt(variance);
  const double log_hazard = std::log(hazard) + eta;
  return {-std::expm1(-std::exp(log_hazard)),
          -std::expm1(-std::exp(log_hazard - reach)),
          -std::expm1(-std::exp(log_hazard + reach))};
}

} // namespace vigil::survival
