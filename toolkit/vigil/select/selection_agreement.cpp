// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/selection_agreement.hpp"

#include "vigil/numeric/tail.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace vigil::select {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

NogueiraAgreement undefined_nogueira(std::string reason) {
  return {not_a_number, not_a_number, not_a_number, not_a_number, std::move(reason)};
}

Index common(const Selection& left, const Selection& right) {
  Index count = 0;
  for (auto a = left.begin(), b = right.begin(); a != left.end() && b != right.end();) {
    if (*a == *b) {
      ++count;
      ++a;
      ++b;
    } else {
      ++(*a < *b ? a : b);
    }
  }
  return count;
}

/// Share of the selections that have each feature.
std::vector<double> shares(std::span<const Selection> selections, Index features) {
  std::vector<Index> times(at(features), 0);
  for (const Selection& selection : selections) {
    for (const Index feature : selection) {
      VIGIL_EXPECTS(feature >= 0 && feature < features);
      ++times[at(feature)];
    }
  }
  std::vector<double> share;
  share.reserve(times.size());
  for (const Index count : times) {
    share.push_back(static_cast<double>(count) / static_cast<double>(selections.size()));
  }
  return share;
}

constexpr const char* no_choice = "selections of these sizes cannot agree more or less";

struct Fraction {
  double numerator = 0.0, denominator = 0.0;
};

/// Mean of measure(size, size, in common) over the pairs where its denominator is above 0.
template <class Measure>
Agreement mean_over_pairs(std::span<const Selection> selections,
                          const char* without_pairs,
                          const Measure& measure) {
  double sum = 0.0;
  Index pairs = 0;
  for (auto left = selections.begin(); left != selections.end(); ++left) {
    for (auto right = left + 1; right != selections.end(); ++right) {
      const Fraction fraction = measure(static_cast<double>(left->size()),
                                        static_cast<double>(right->size()),
                                        static_cast<double>(common(*left, *right)));
      if (fraction.denominator > 0.0) {
        sum += fraction.numerator / fraction.denominator;
        ++pairs;
      }
    }
  }
  if (pairs == 0) {
    return {not_a_number, selections.size() < 2 ? "fewer than two selections" : without_pairs};
  }
  return {sum / static_cast<double>(pairs), {}};
}

/// 4 / M^2 sum of squared deviations of phi_i.
double variance(std::span<const Selection> selections,
                std::span<const double> share,
                double mean_size,
                double phi) {
  const double d = static_cast<double>(share.size()),
               count = static_cast<double>(selections.size());
  std::vector<double> terms;
  double mean = 0.0;
  for (const Selection& selection : selections) {
    double overlap = 0.0;
    for (const Index feature : selection) {
      overlap += share[at(feature)];
    }
    const double size = static_cast<double>(selection.size()), product = size * mean_size / (d * d);
    terms.push_back(
        (overlap / d - product + 0.5 * phi * (2.0 * product - size / d - mean_size / d + 1.0)) /
        (mean_size / d * (1.0 - mean_size / d)));
    mean += terms.back() / count;
  }
  double squares = 0.0;
  for (const double term : terms) {
    squares += (term - mean) * (term - mean);
  }
  return 4.0 * squares / (count * count);
}

} // namespace

NogueiraAgreement nogueira(std::span<const Selection> selections, Index features, double level) {
  VIGIL_EXPECTS(level > 0.0 && level < 1.0);
  if (selections.size() < 2) {
    return undefined_nogueira("fewer than two selections");
  }
  const std::vector<double> share = shares(selections, features);
  const double d = static_cast<double>(features), count = static_cast<double>(selections.size());
  double mean_size = 0.0, spread = 0.0;
  for (const double p : share) {
    mean_size += p;
    spread += count / (count - 1.0) * p * (1.0 - p);
  }
  if (std::all_of(share.begin(), share.end(), [](double p) { return p == 0.0; })) {
    return undefined_nogueira("no feature was selected");
  }
  if (std::all_of(share.begin(), share.end(), [](double p) { return p == 1.0; })) {
    return undefined_nogueira("every feature was always selected");
  }
  NogueiraAgreement result;
  result.value = 1.0 - spread / d / (mean_size / d * (1.0 - mean_size / d));
  result.variance = variance(selections, share, mean_size, result.value);
  const double half = normal_quantile(0.5 + 0.5 * level) * std::sqrt(result.variance);
  result.lower = result.value - half;
  result.upper = result.value + half;
  return result;
}

Agreement kuncheva(std::span<const Selection> selections, Index features) {
  if (selections.size() < 2) {
    return {not_a_number, "fewer than two selections"};
  }
  const Index size = size_of(selections.front());
  for (const Selection& selection : selections) {
    if (size_of(selection) != size) {
      return {not_a_number, "the selections differ in size"};
    }
  }
  if (size == 0 || size == features) {
    return {not_a_number,
            size == 0 ? "no feature was selected" : "every feature was always selected"};
  }
  Index shared = 0, pairs = 0;
  for (auto left = selections.begin(); left != selections.end(); ++left) {
    for (auto right = left + 1; right != selections.end(); ++right, ++pairs) {
      shared += common(*left, *right);
    }
  }
  const double k = static_cast<double>(size), d = static_cast<double>(features);
  const double mean = static_cast<double>(shared) / static_cast<double>(pairs);
  return {(mean * d - k * k) / (k * (d - k)), {}};
}

Agreement jaccard(std::span<const Selection> selections) {
  return mean_over_pairs(
      selections, "no feature was selected", [](double left, double right, double shared) {
        return Fraction{shared, left + right - shared};
      });
}

Agreement phi_coefficient(std::span<const Selection> selections, Index features) {
  const auto d = static_cast<double>(features);
  return mean_over_pairs(selections, no_choice, [d](double left, double right, double shared) {
    return Fraction{shared - left * right / d,
                    std::sqrt(left * (1.0 - left / d) * right * (1.0 - right / d))};
  });
}

Agreement lustgarten(std::span<const Selection> selections, Index features) {
  const auto d = static_cast<double>(features);
  return mean_over_pairs(selections, no_choice, [d](double left, double right, double shared) {
    return Fraction{shared - left * right / d,
                    std::min(left, right) - std::max(0.0, left + right - d)};
  });
}

Agreement somol(std::span<const Selection> selections, Index features) {
  if (selections.size() < 2) {
    return {not_a_number, "fewer than two selections"};
  }
  const auto d = static_cast<double>(features), sets = static_cast<double>(selections.size());
  double total = 0.0, pairs = 0.0;
  for (const double share : shares(selections, features)) {
    const double times = std::round(share * sets);
    total += times;
    pairs += times * (times - 1.0);
  }
  const double over_features = std::fmod(total, d), over_sets = std::fmod(total, sets);
  const double least = total * total - over_features * over_features;
  const double range =
      d * (over_sets * over_sets + sets * (total - over_sets) - over_features) - least;
  if (!(range > 0.0)) {
    return {not_a_number, no_choice};
  }
  return {(d * (total - over_features + pairs) - least) / range, {}};
}

} // namespace vigil::select
