// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/survival/restricted_mean.hpp"

#include "vigil/numeric/tail.hpp"

#include <cmath>

namespace vigil::survival {

RestrictedMeanContrast restricted_mean_contrast(const RestrictedMean& group,
                                                const RestrictedMean& reference,
                                                double level) {
  VIGIL_EXPECTS(level > 0.0 && level < 1.0);
  RestrictedMeanContrast result;
  for (const RestrictedMean* one : {&group, &reference}) {
    if (!one->undefined_because.empty()) {
      result.undefined_because = one->undefined_because;
      return result;
    }
  }
  const double z = normal_quantile(0.5 + 0.5 * level);
  result.difference = group.value - reference.value;
  result.se = std::hypot(group.se, reference.se);
  result.lower = result.difference - z * result.se;
  result.upper = result.difference + z * result.se;
  if (result.se > 0.0) {
    result.p = two_sided_normal_p(result.difference / result.se);
  }
  result.ratio = group.value / reference.value;
  const double spread = z * std::hypot(group.se / group.value, reference.se / reference.value);
  result.ratio_lower = result.ratio * std::exp(-spread);
  result.ratio_upper = result.ratio * std::exp(spread);
  return result;
}

} // namespace vigil::survival
