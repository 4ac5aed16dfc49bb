// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/tail.hpp"

#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/gamma.hpp>

#include <cmath>
#include <limits>

namespace vigil {

namespace math = boost::math;

double normal_quantile(double probability) {
  return math::quantile(math::normal_distribution<double>(), probability);
}

double normal_cdf(double value) {
  return math::cdf(math::normal_distribution<double>(), value);
}

double two_sided_normal_p(double value) {
  return 2.0 * math::cdf(math::complement(math::normal_distribution<double>(), std::fabs(value)));
}

double chi_square_upper(double value, double degrees_of_freedom) {
  return math::cdf(
      math::complement(math::chi_squared_distribution<double>(degrees_of_freedom), value));
}

// Far out by the continued fraction of the incomplete gamma function (DLMF 8.9.2), evaluated from its end: terms fall by more
// than half where the value is large beside the degrees of freedom.
double log_chi_square_upper(double value, double degrees_of_freedom) {
  const double tail = chi_square_upper(value, degrees_of_freedom);
  if (tail > std::numeric_limits<double>::min()) {
    return std::log(tail);
  }
  const double a = 0.5 * degrees_of_freedom, x = 0.5 * value;
  double fraction = x;
  constexpr int terms = 200;
  for (int term = terms; term > 0; --term) {
    fraction = x + (term - a) / (1.0 + term / fraction);
  }
  return (a * std::log(x)) - x - math::lgamma(a) - std::log(fraction);
}

double chi_square_quantile(double probability, double degrees_of_freedom) {
  return math::quantile(math::chi_squared_distribution<double>(degrees_of_freedom), probability);
}

double student_t_cdf(double value, double degrees_of_freedom) {
  return math::cdf(math::students_t_distribution<double>(degrees_of_freedom), value);
}

double student_t_quantile(double probability, double degrees_of_freedom) {
  return math::quantile(math::students_t_distribution<double>(degrees_of_freedom), probability);
}

double two_sided_student_t_p(double value, double degrees_of_freedom) {
  const math::students_t_distribution<double> distribution(degrees_of_freedom);
  return 2.0 * math::cdf(math::complement(distribution, std::fabs(value)));
}

double beta_quantile(double probability, double a, double b) {
  return math::quantile(math::beta_distribution<double>(a, b), probability);
}

double beta_lower(double value, double a, double b) {
  return math::cdf(math::beta_distribution<double>(a, b), value);
}

double binomial_lower(Index successes, Index trials, double probability) {
  const math::binomial_distribution<double> distribution(static_cast<double>(trials), probability);
  return math::cdf(distribution, static_cast<double>(successes));
}

} // namespace vigil
