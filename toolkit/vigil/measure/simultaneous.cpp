// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/measure/simultaneous.hpp"

#include "vigil/numeric/quantile.hpp"
#include "vigil/numeric/tail.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::measure {

namespace {

/// Sums of times psi / (n se) by unit, estimate after estimate; estimates without an error are left out.
std::vector<double> unit_sums(std::span<const Estimate> estimates,
                              const CaseWeights& weights,
                              std::span<const Index> group,
                              Index units) {
  double drawn = 0.0;
  for (const Index subject : weights.support()) {
    drawn += static_cast<double>(weights.times(subject));
  }
  std::vector<double> sums;
  for (const Estimate& estimate : estimates) {
    const double se = group.empty() ? standard_error(estimate, weights)
                                    : standard_error(estimate, weights, group);
    if (!(se > 0.0)) {
      continue;
    }
    std::vector<double> own(at(units), 0.0);
    for (const Index subject : weights.support()) {
      own[at(group.empty() ? subject : group[at(subject)])] +=
          static_cast<double>(weights.times(subject)) * estimate.influence[at(subject)] /
          (drawn * se);
    }
    sums.insert(sums.end(), own.begin(), own.end());
  }
  return sums;
}

} // namespace

double simultaneous_level(std::span<const Estimate> estimates,
                          const CaseWeights& weights,
                          const SimultaneousOptions& options,
                          Scheduler& scheduler) {
  VIGIL_EXPECTS(options.draws > 0 && options.level > 0.0 && options.level < 1.0);
  const Index units = options.group.empty()
                          ? weights.subjects()
                          : *std::max_element(options.group.begin(), options.group.end()) + 1;
  const auto sums = unit_sums(estimates, weights, options.group, units);
  if (size_of(sums) < 2 * units) {
    return options.level;
  }
  const RandomKey key = options.key.child("multiplier");
  std::vector<double> largest(at(options.draws), 0.0);
  scheduler.for_each(options.draws, [&](Index draw, Index) {
    RandomStream stream(key.child(draw));
    std::vector<double> multiplier;
    for (Index unit = 0; unit < units; ++unit) {
      multiplier.push_back(stream.exponential() - 1.0);
    }
    for (std::size_t first = 0; first < sums.size(); first += at(units)) {
      double total = 0.0;
      for (Index unit = 0; unit < units; ++unit) {
        total += multiplier[at(unit)] * sums[first + at(unit)];
      }
      largest[at(draw)] = std::max(largest[at(draw)], std::fabs(total));
    }
  });
  const std::vector<double> ones(largest.size(), 1.0);
  const double critical = weighted_quantile(largest, ones, options.level);
  return std::max(options.level, 1.0 - two_sided_normal_p(critical));
}

} // namespace vigil::measure
