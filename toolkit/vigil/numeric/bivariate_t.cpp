// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/bivariate_t.hpp"

#include "vigil/base/contract.hpp"
#include "vigil/numeric/tail.hpp"

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/special_functions/gamma.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace vigil {

namespace {

/// Standard pair of correlation r with v degrees of freedom; `rest` = sqrt(1 - r^2).
struct StandardT {
  double freedom = 1.0, correlation = 0.0, rest = 1.0;
};

/// P(second <= limit | first = sqrt(v) tan(angle)).
double conditional_cdf(const StandardT& law, double limit, double angle) {
  if (std::isinf(limit)) {
    return limit > 0.0 ? 1.0 : 0.0;
  }
  const double gap =
      limit * std::cos(angle) - law.correlation * std::sqrt(law.freedom) * std::sin(angle);
  if (!(law.rest > 0.0)) {
    return gap >= 0.0 ? 1.0 : 0.0;
  }
  return student_t_cdf(std::sqrt((law.freedom + 1.0) / law.freedom) * gap / law.rest,
                       law.freedom + 1.0);
}

double standard_probability(const StandardT& law, ValueRange first, ValueRange second) {
  const double root = std::sqrt(law.freedom);
  const auto angle_of = [root](double value) { return std::atan(value / root); };
  const double scale = std::exp(boost::math::lgamma(0.5 * (law.freedom + 1.0)) -
                                boost::math::lgamma(0.5 * law.freedom)) /
                       std::sqrt(std::acos(-1.0));
  const auto integrand = [&](double angle) {
    const double cosine = std::max(0.0, std::cos(angle));
    return scale * std::pow(cosine, law.freedom - 1.0) *
           (conditional_cdf(law, second.to, angle) - conditional_cdf(law, second.from, angle));
  };
  const double start = angle_of(first.from), end = angle_of(first.to);
  std::array<double, 4> cuts{start, end, end, end};
  if (law.correlation !=
      0.0) { // where the conditional mean passes a limit the integrand is steepest
    cuts[1] = std::clamp(angle_of(second.from / law.correlation), start, end);
    cuts[2] = std::clamp(angle_of(second.to / law.correlation), start, end);
  }
  std::sort(cuts.begin(), cuts.end());
  double total = 0.0;
  for (std::size_t part = 0; part + 1 < cuts.size(); ++part) {
    if (cuts[part] < cuts[part + 1]) {
      constexpr unsigned most_halvings = 12;
      total += boost::math::quadrature::gauss_kronrod<double, 31>::integrate(
          integrand, cuts[part], cuts[part + 1], most_halvings, 1e-12);
    }
  }
  return std::clamp(total, 0.0, 1.0);
}

} // namespace

double bivariate_t_probability(const BivariateT& law, ValueRange first, ValueRange second) {
  VIGIL_EXPECTS(law.degrees_of_freedom > 0.0 && law.scale.first > 0.0 && law.scale.second > 0.0);
  VIGIL_EXPECTS(first.from <= first.to && second.from <= second.to);
  const double sd_first = std::sqrt(law.scale.first), sd_second = std::sqrt(law.scale.second);
  const double r = std::clamp(law.scale.cross / (sd_first * sd_second), -1.0, 1.0);
  const StandardT standard{.freedom = law.degrees_of_freedom,
                           .correlation = r,
                           .rest = std::sqrt((1.0 - r) * (1.0 + r))};
  const auto scaled = [](ValueRange range, double mean, double sd) {
    return ValueRange{.from = (range.from - mean) / sd, .to = (range.to - mean) / sd};
  };
  return standard_probability(standard,
                              scaled(first, law.mean_first, sd_first),
                              scaled(second, law.mean_second, sd_second));
}

} // namespace vigil
