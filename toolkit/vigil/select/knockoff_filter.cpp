// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/knockoff_filter.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace vigil::select {

namespace {

/// The smallest positive |W| that the rule accepts, given #{W >= t} and #{W <= -t}.
template <class Rule>
double smallest_threshold(std::span<const double> statistics, const Rule& rule) {
  std::vector<double> sorted(statistics.begin(), statistics.end());
  std::sort(sorted.begin(), sorted.end(), [](double left, double right) {
    return std::fabs(left) > std::fabs(right);
  });
  double threshold = std::numeric_limits<double>::infinity();
  Index above = 0, below = 0;
  for (std::size_t place = 0; place < sorted.size(); ++place) {
    const double size = std::fabs(sorted[place]);
    if (!(size > 0.0)) {
      break;
    }
    (sorted[place] > 0.0 ? above : below) += 1;
    const bool last_of_its_size = place + 1 == sorted.size() || std::fabs(sorted[place + 1]) < size;
    if (last_of_its_size && rule(above, below)) {
      threshold = size;
    }
  }
  return threshold;
}

} // namespace

double knockoff_threshold(std::span<const double> statistics, double level, Index offset) {
  VIGIL_EXPECTS(level > 0.0 && (offset == 0 || offset == 1));
  return smallest_threshold(statistics, [&](Index above, Index below) {
    return static_cast<double>(offset + below) <=
           level * static_cast<double>(std::max<Index>(1, above));
  });
}

double knockoff_threshold_by_count(std::span<const double> statistics, Index negatives) {
  VIGIL_EXPECTS(negatives >= 1);
  return smallest_threshold(statistics, [&](Index, Index below) { return below < negatives; });
}

std::vector<double> knockoff_e_values(std::span<const double> statistics, double threshold) {
  const auto below = std::count_if(
      statistics.begin(), statistics.end(), [&](double value) { return value <= -threshold; });
  const double value = static_cast<double>(statistics.size()) / static_cast<double>(1 + below);
  std::vector<double> result(statistics.size());
  std::transform(statistics.begin(), statistics.end(), result.begin(), [&](double each) {
    return each >= threshold ? value : 0.0;
  });
  return result;
}

std::vector<bool> e_benjamini_hochberg(std::span<const double> e_values, double level) {
  VIGIL_EXPECTS(level > 0.0);
  std::vector<double> sorted(e_values.begin(), e_values.end());
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  const auto number = static_cast<double>(sorted.size());
  double bar = std::numeric_limits<double>::infinity();
  for (std::size_t place = 0; place < sorted.size(); ++place) {
    // 1 / level copies of an e-value of p pass: rounding must not keep them out
    const double wanted = number / (level * static_cast<double>(place + 1)) * (1.0 - 1e-12);
    if (sorted[place] >= wanted) {
      bar = sorted[place];
    }
  }
  std::vector<bool> result(e_values.size());
  std::transform(
      e_values.begin(), e_values.end(), result.begin(), [&](double each) { return each >= bar; });
  return result;
}

double monotone_tail_factor(Index copies, Index least) {
  VIGIL_EXPECTS(least >= 1 && least <= copies);
  double largest = 0.0;
  for (Index end = least; end <= copies; ++end) {
    largest = std::max(largest,
                       2.0 * static_cast<double>(copies * (end - least + 1)) /
                           static_cast<double>(end * (end + 1)));
  }
  return largest;
}

} // namespace vigil::select
