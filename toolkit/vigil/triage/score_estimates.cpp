// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/triage/score_estimates.hpp"

#include "vigil/base/text.hpp"
#include "vigil/numeric/sums.hpp"
#include "vigil/numeric/tail.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::triage {

namespace {

constexpr double level_probability = 0.975;

double normal_width() {
  return normal_quantile(level_probability);
}

double mean(std::span<const double> values) {
  return sum(values) / static_cast<double>(values.size());
}

/// Covariance of two means over subjects; divisor n (n - 1).
double covariance_of_means(std::span<const double> left, std::span<const double> right) {
  const double left_mean = mean(left), right_mean = mean(right);
  std::vector<double> products(left.size());
  for (std::size_t i = 0; i < left.size(); ++i) {
    products[i] = (left[i] - left_mean) * (right[i] - right_mean);
  }
  const auto n = static_cast<double>(left.size());
  return sum(products) / (n * (n - 1.0));
}

void set_monte_carlo(Score& score, double variance) {
  score.monte_carlo_se = std::sqrt(variance);
  score.monte_carlo_lower = score.estimate - normal_width() * score.monte_carlo_se;
  score.monte_carlo_upper = score.estimate + normal_width() * score.monte_carlo_se;
}

double variance_of_mean(std::span<const double> variances) {
  const auto n = static_cast<double>(variances.size());
  return sum(variances) / (n * n);
}

} // namespace

Score mean_score(ScoreKind kind,
                 std::span<const double> values,
                 std::span<const double> monte_carlo) {
  Score score{.kind = kind, .subjects = size_of(values)};
  if (values.empty()) {
    score.undefined_because = "no subjects";
    return score;
  }
  score.estimate = mean(values);
  set_monte_carlo(score, variance_of_mean(monte_carlo));
  if (values.size() > 1) {
    score.se = std::sqrt(covariance_of_means(values, values));
    score.lower = score.estimate - normal_width() * score.se;
    score.upper = score.estimate + normal_width() * score.se;
  }
  return score;
}

Score share_score(ScoreKind kind,
                  double margin,
                  const ShareSums& sums,
                  const char* undefined_because) {
  Score score{.kind = kind, .margin = margin, .subjects = sums.total};
  if (sums.total == 0) {
    score.undefined_because = undefined_because;
    return score;
  }
  const auto n = static_cast<double>(sums.total);
  const double p = static_cast<double>(sums.count) / n, z = normal_width();
  score.estimate = p;
  score.se = std::sqrt(p * (1.0 - p) / n);
  const double centre = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
  const double half = z / (1.0 + z * z / n) * std::sqrt(p * (1.0 - p) / n + z * z / (4.0 * n * n));
  score.lower = sums.count == 0 ? 0.0 : std::max(0.0, centre - half);
  score.upper = sums.count == sums.total ? 1.0 : std::min(1.0, centre + half);
  set_monte_carlo(score, sums.monte_carlo_variance);
  score.monte_carlo_lower = std::max(0.0, score.monte_carlo_lower);
  score.monte_carlo_upper = std::min(1.0, score.monte_carlo_upper);
  return score;
}

double ratio_of_means(const RatioTerms& terms) {
  return mean(terms.numerator) / mean(terms.denominator);
}

Score ratio_score(ScoreKind kind, const RatioTerms& terms, std::span<const double> monte_carlo) {
  Score score{.kind = kind, .subjects = size_of(terms.numerator)};
  if (terms.numerator.size() < 2) {
    score.undefined_because = "fewer than two subjects";
    return score;
  }
  const double below = mean(terms.denominator), above = mean(terms.numerator);
  const double variance_below = covariance_of_means(terms.denominator, terms.denominator);
  const double width = normal_width();
  const double least = below - width * std::sqrt(variance_below);
  if (!(least > 0.0)) {
    score.undefined_because =
        "the ceiling is not better than the best constant beyond its error: gain " +
        fixed_text(below, 4) + ", lower limit " + fixed_text(least, 4);
    return score;
  }
  const double variance_above = covariance_of_means(terms.numerator, terms.numerator);
  const double covariance = covariance_of_means(terms.numerator, terms.denominator);
  score.estimate = above / below;
  const double ratio = score.estimate;
  const double spread = variance_above - 2.0 * ratio * covariance + ratio * ratio * variance_below;
  score.se = std::sqrt(std::max(0.0, spread)) / below;
  // Fieller: the ratios q with (above - q below)^2 <= width^2 (v_a - 2 q c + q^2 v_b), a quadratic in q that opens upwards.
  const double a = below * below - width * width * variance_below;
  const double b = above * below - width * width * covariance;
  const double c = above * above - width * width * variance_above;
  const double root = std::sqrt(std::max(0.0, b * b - a * c));
  score.lower = (b - root) / a;
  score.upper = (b + root) / a;
  set_monte_carlo(score, variance_of_mean(monte_carlo) / (below * below));
  return score;
}

} // namespace vigil::triage
