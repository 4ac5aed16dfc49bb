// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

namespace vigil {

/// Tails and quantiles of the distributions that intervals and tests need (Boost.Math).
[[nodiscard]] double normal_quantile(double probability);
[[nodiscard]] double normal_cdf(double value);
/// P(|Z| > |value|) for a standard normal Z.
[[nodiscard]] double two_sided_normal_p(double value);
[[nodiscard]] double chi_square_upper(double value, double degrees_of_freedom);
/// Its logarithm, also where the tail is below the range of double.
[[nodiscard]] double log_chi_square_upper(double value, double degrees_of_freedom);
/// Quantile of the lower tail; 0 < probability < 1.
[[nodiscard]] double chi_square_quantile(double probability, double degrees_of_freedom);
[[nodiscard]] double student_t_cdf(double value, double degrees_of_freedom);
[[nodiscard]] double student_t_quantile(double probability, double degrees_of_freedom);
[[nodiscard]] double two_sided_student_t_p(double value, double degrees_of_freedom);
/// Quantile of Beta(a, b), a > 0, b > 0.
[[nodiscard]] double beta_quantile(double probability, double a, double b);
/// P(Beta(a, b) <= value), a > 0, b > 0, 0 <= value <= 1.
[[nodiscard]] double beta_lower(double value, double a, double b);
/// P(X <= successes) of Binomial(trials, probability), 0 <= successes <= trials.
[[nodiscard]] double binomial_lower(Index successes, Index trials, double probability);

} // namespace vigil
