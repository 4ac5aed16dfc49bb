// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/triage/score.hpp"

namespace vigil::triage {

/// The mean of one number per subject.
/// values       one per subject
/// monte_carlo  variance of each value over the truth's draws
/// returns      mean, SE sd / sqrt(n) (divisor n - 1), normal limits; no SE of a single subject
[[nodiscard]] Score
mean_score(ScoreKind kind, std::span<const double> values, std::span<const double> monte_carlo);

/// Sums over subjects that a share needs.
struct ShareSums {
  Index count = 0;                   ///< with the property
  Index total = 0;                   ///< that could have it
  double monte_carlo_variance = 0.0; ///< of the share
};
/// count / total with Wilson's limits; not defined without a total. The limits of the Monte-Carlo error are normal, held
/// in [0, 1].
[[nodiscard]] Score
share_score(ScoreKind kind, double margin, const ShareSums& sums, const char* undefined_because);

/// The ratio of two means over the same subjects, (1/n sum numerator_i) / (1/n sum denominator_i), with Fieller's limits.
/// monte_carlo  variances over the draws of numerator_i - ratio denominator_i
/// returns      not defined where the lower limit of the denominator is not above 0
struct RatioTerms {
  std::span<const double> numerator, denominator;
};
[[nodiscard]] double ratio_of_means(const RatioTerms& terms);
[[nodiscard]] Score
ratio_score(ScoreKind kind, const RatioTerms& terms, std::span<const double> monte_carlo);

} // namespace vigil::triage
