// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/f_tail.hpp"

#include <boost/math/distributions/fisher_f.hpp>

namespace vigil {

double f_upper(double value, double numerator_freedom, double denominator_freedom) {
  const boost::math::fisher_f_distribution<double> distribution(numerator_freedom,
                                                                denominator_freedom);
  return boost::math::cdf(boost::math::complement(distribution, value));
}

} // namespace vigil
