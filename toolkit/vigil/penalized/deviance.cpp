// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/deviance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <variant>

namespace vigil::penalized {

namespace {

double square_of(double value) {
  return value * value;
}

/// -log p of the label that was observed.
double surprise(bool one, double linear) {
  const double margin = one ? linear : -linear;
  return std::log1p(std::exp(-std::fabs(margin))) + std::max(0.0, -margin);
}

double poisson_gap(double count, double linear) {
  const double mean = std::exp(linear);
  return count > 0.0 ? count * (std::log(count) - linear) - (count - mean) : mean;
}

template <class OfSubject>
double weighted_sum(const CaseWeights& weights, const OfSubject& of_subject) {
  double total = 0.0;
  for (const Index subject : weights.support()) {
    total += weights[subject] * of_subject(at(subject));
  }
  return std::isnan(total) ? std::numeric_limits<double>::infinity() : total;
}

} // namespace

double
deviance(const Outcome& outcome, const CaseWeights& weights, std::span<const double> linear) {
  VIGIL_EXPECTS(!has_times(outcome) && size_of(linear) == weights.subjects());
  if (const auto* continuous = std::get_if<ContinuousOutcome>(&outcome)) {
    return weighted_sum(weights,
                        [&](std::size_t i) { return square_of(continuous->value[i] - linear[i]); });
  }
  if (const auto* binary = std::get_if<BinaryOutcome>(&outcome)) {
    return 2.0 * weighted_sum(weights, [&](std::size_t i) {
             return surprise(binary->label[i] != 0, linear[i]);
           });
  }
  const auto& counts = std::get<CountOutcome>(outcome).count;
  return 2.0 *
         weighted_sum(weights, [&](std::size_t i) { return poisson_gap(counts[i], linear[i]); });
}

} // namespace vigil::penalized
