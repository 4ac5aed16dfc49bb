// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/triage/bounded_mean.hpp"

#include "vigil/base/contract.hpp"
#include "vigil/numeric/tail.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace vigil::triage {

namespace {

constexpr Index most_subjects = 20'000;

bool is_share(double value) {
  return value > 0.0 && value < 1.0;
}

/// Kullback-Leibler divergence between two coins.
double divergence(double from, double to) {
  const double heads = from > 0.0 ? from * std::log(from / to) : 0.0;
  const double tails = from < 1.0 ? (1.0 - from) * std::log((1.0 - from) / (1.0 - to)) : 0.0;
  return heads + tails;
}

SampleSize sample_size(double risk, double alpha, double delta, double power) {
  SampleSize size{.risk = risk};
  Index allowed =
      -1; // most events with which the test rejects; it never falls as subjects are added
  Index end = most_subjects;
  for (Index subjects = 1; subjects <= end; ++subjects) {
    if (binomial_lower(allowed + 1, subjects, alpha) <= delta) {
      ++allowed;
    }
    const bool enough = allowed >= 0 && binomial_lower(allowed, subjects, risk) >= power;
    if (!enough) {
      size.from = no_index;
      continue;
    }
    if (size.first == no_index) {
      size.first = subjects;
      end = std::min(most_subjects, 4 * subjects + 100); // the teeth shrink: beyond lies no gap
    }
    size.from = size.from == no_index ? subjects : size.from;
  }
  return size;
}

} // namespace

double exact_binomial_p(Index events, Index subjects, double alpha) {
  VIGIL_EXPECTS(is_share(alpha) && subjects > 0 && events >= 0 && events <= subjects);
  return binomial_lower(events, subjects, alpha);
}

double hoeffding_p(double mean, Index subjects, double alpha) {
  VIGIL_EXPECTS(is_share(alpha) && subjects > 0 && mean >= 0.0 && mean <= 1.0);
  const double below = std::max(0.0, alpha - mean);
  return std::exp(-2.0 * static_cast<double>(subjects) * below * below);
}

double hoeffding_bentkus_p(double mean, Index subjects, double alpha) {
  VIGIL_EXPECTS(is_share(alpha) && subjects > 0 && mean >= 0.0 && mean <= 1.0);
  const auto n = static_cast<double>(subjects);
  const double hoeffding = std::exp(-n * divergence(std::min(mean, alpha), alpha));
  const auto events = std::min(subjects, static_cast<Index>(std::ceil(n * mean)));
  const double bentkus = std::numbers::e * binomial_lower(events, subjects, alpha);
  return std::min({1.0, hoeffding, bentkus});
}

std::vector<SampleSize> risk_control_sample_sizes(double alpha, double delta, double power) {
  VIGIL_EXPECTS(is_share(alpha) && is_share(delta) && is_share(power));
  std::vector<SampleSize> sizes;
  for (const double risk : {0.0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.07}) {
    if (risk < alpha) {
      sizes.push_back(sample_size(risk, alpha, delta, power));
    }
  }
  return sizes;
}

} // namespace vigil::triage
