// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/measure/measure.hpp"
#include "vigil/validate/bivariate_pooling.hpp"
#include "vigil/validate/centre_pooling.hpp"

#include <optional>

namespace vigil {

/// Performance that would do in a new centre: limits of measures on their own scales, which a study may move.
struct AdequatePerformance {
  ValueRange concordance = {.from = 0.7}; ///< harrell_c, uno_c, AUC
  ValueRange slope = {.from = 0.8, .to = 1.2};
  ValueRange oe_ratio = {.from = 0.8, .to = 1.2};

  /// The range of a measure; nothing where none is declared (errors, for example).
  [[nodiscard]] std::optional<ValueRange> range_of(const measure::Entry& entry) const;
};

/// True for the measures whose adequacy is judged together with the calibration slope.
[[nodiscard]] bool judges_order(const measure::Entry& entry);

/// The limits on the scale on which centres are pooled.
[[nodiscard]] ValueRange to_scale(ValueRange range, measure::IntervalScale scale);

/// P(the value of a new centre lies in the range), everything on the scale of the pooling.
///
///   F((to - mu) / s) - F((from - mu) / s),   s^2 = tau2 + se^2,  F of Student's t with k - 1 degrees of freedom
///
/// It is the distribution of the prediction interval: of that interval it is `level`. The value is that of a very large new
/// centre, without its own error of estimation.
///
/// returns   NaN where s is 0: equal estimates say nothing about another one
/// source    Higgins, Thompson and Spiegelhalter 2009; Riley et al. 2011, 2015; checked by tests/reference/new_centre_test
[[nodiscard]] double adequate_probability(const CentrePooling& pooling, ValueRange range);

/// P(both values of a new centre lie in their ranges): bivariate t with k - 1 degrees of freedom, centre mu, scale
/// T + var(mu).
///
/// returns   NaN where a variance of it is 0
/// source    Snell et al. 2016, J. Clin. Epidemiol. 69:40; Riley et al. 2015; checked by tests/reference/new_centre_test
[[nodiscard]] double
adequate_probability(const BivariatePooling& pooling, ValueRange first, ValueRange second);

} // namespace vigil
