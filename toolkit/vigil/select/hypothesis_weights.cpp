// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/hypothesis_weights.hpp"

#include "vigil/select/multiple_testing.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vigil::select {

namespace {

constexpr Index tests_per_bin = 1500, most_bins = 40;
constexpr double even_per_bin = 5.0; // tests found that speak for equal weights

/// Bin of each test, no_index where it has no p or no covariate.
std::vector<Index>
bins_of(std::span<const double> p, std::span<const double> covariate, Index bins) {
  std::vector<Index> order;
  for (Index test = 0; test < size_of(p); ++test) {
    if (!std::isnan(p[at(test)]) && !std::isnan(covariate[at(test)])) {
      order.push_back(test);
    }
  }
  std::stable_sort(order.begin(), order.end(), [&](Index left, Index right) {
    return covariate[at(left)] < covariate[at(right)];
  });
  const Index tests = size_of(order);
  if (bins == 0) {
    bins = std::clamp<Index>(tests / tests_per_bin, 1, most_bins);
  }
  std::vector<Index> bin(p.size(), no_index);
  for (Index rank = 0; rank < tests; ++rank) {
    const Index test = order[at(rank)];
    const bool tied = rank > 0 && covariate[at(test)] == covariate[at(order[at(rank - 1)])];
    bin[at(test)] = tied ? bin[at(order[at(rank - 1)])] : rank * bins / tests;
  }
  return bin;
}

/// A straight part of a bin's distribution, in numbers of tests: `length` of the threshold, `height` of the tests found.
struct Segment {
  Index bin = 0;
  double threshold = 0.0, length = 0.0, height = 0.0; ///< threshold: where it ends
};

bool steeper(const Segment& left, const Segment& right) {
  return left.height * right.length > right.height * left.length;
}

/// The least concave majorant of the empirical distribution of rising p, part by part; steepest first.
std::vector<Segment> majorant(std::span<const double> rising, Index bin) {
  const auto tests = static_cast<double>(size_of(rising));
  std::vector<Segment> hull;
  double last = 0.0, reached = 0.0;
  const auto push = [&](double threshold, double count) {
    Segment segment{bin, threshold, tests * (threshold - last), count - reached};
    while (!hull.empty() && !steeper(hull.back(), segment)) {
      segment.length += hull.back().length;
      segment.height += hull.back().height;
      hull.pop_back();
    }
    hull.push_back(segment);
    last = threshold;
    reached = count;
  };
  for (Index place = 0; place < size_of(rising); ++place) {
    if (place + 1 == size_of(rising) || rising[at(place + 1)] > rising[at(place)]) {
      push(rising[at(place)], static_cast<double>(place + 1));
    }
  }
  return hull;
}

/// By bin, and how many tests of the other folds are at or below them.
struct Thresholds {
  std::vector<double> of_bin;
  double found = 0.0;
};

/// By the tests of other folds.
Thresholds thresholds(std::vector<std::vector<double>>& p_of_bin, double level) {
  std::vector<Segment> segments;
  for (Index bin = 0; bin < size_of(p_of_bin); ++bin) {
    std::sort(p_of_bin[at(bin)].begin(), p_of_bin[at(bin)].end());
    const auto hull = majorant(p_of_bin[at(bin)], bin);
    segments.insert(segments.end(), hull.begin(), hull.end());
  }
  std::stable_sort(segments.begin(), segments.end(), steeper);
  Thresholds result{std::vector<double>(p_of_bin.size(), 0.0)};
  double expected = 0.0;
  for (const Segment& segment : segments) {
    expected += segment.length;
    if (expected > level * (result.found + segment.height)) {
      break;
    }
    result.found += segment.height;
    result.of_bin[at(segment.bin)] = segment.threshold;
  }
  return result;
}

} // namespace

std::vector<double> hypothesis_weights(std::span<const double> p,
                                       std::span<const double> covariate,
                                       const WeightOptions& options) {
  VIGIL_EXPECTS(p.size() == covariate.size() && p.size() == options.fold.size());
  VIGIL_EXPECTS(options.folds >= 2 && options.level > 0.0 && options.level < 1.0);
  const auto bin = bins_of(p, covariate, options.bins);
  const Index bins = bin.empty() ? 0 : 1 + *std::max_element(bin.begin(), bin.end());
  std::vector<double> weight(p.size());
  for (std::size_t test = 0; test < p.size(); ++test) {
    weight[test] = std::isnan(p[test]) ? std::numeric_limits<double>::quiet_NaN() : 1.0;
  }
  for (Index fold = 0; fold < options.folds && bins > 1; ++fold) {
    std::vector<std::vector<double>> others(at(bins));
    std::vector<double> here(at(bins), 0.0);
    double tests = 0.0;
    for (Index test = 0; test < size_of(p); ++test) {
      if (bin[at(test)] == no_index) {
        continue;
      }
      if (options.fold[at(test)] == fold) {
        here[at(bin[at(test)])] += 1.0;
        tests += 1.0;
      } else {
        others[at(bin[at(test)])].push_back(p[at(test)]);
      }
    }
    const auto threshold = thresholds(others, options.level);
    double sum = 0.0;
    for (Index number = 0; number < bins; ++number) {
      sum += here[at(number)] * threshold.of_bin[at(number)];
    }
    if (!(sum > 0.0)) {
      continue;
    }
    const double even = even_per_bin * static_cast<double>(bins);
    for (Index test = 0; test < size_of(p); ++test) {
      if (bin[at(test)] != no_index && options.fold[at(test)] == fold) {
        const double learned = threshold.of_bin[at(bin[at(test)])] * (tests / sum);
        weight[at(test)] = (threshold.found * learned + even) / (threshold.found + even);
      }
    }
  }
  return weight;
}

std::vector<double> weighted_benjamini_hochberg(std::span<const double> p,
                                                std::span<const double> weight) {
  VIGIL_EXPECTS(p.size() == weight.size());
  std::vector<double> ratio(p.begin(), p.end());
  for (std::size_t test = 0; test < p.size(); ++test) {
    if (!std::isnan(p[test]) && p[test] > 0.0) {
      ratio[test] = weight[test] > 0.0 ? std::min(1.0, p[test] / weight[test]) : 1.0;
    }
  }
  return benjamini_hochberg(ratio);
}

} // namespace vigil::select
